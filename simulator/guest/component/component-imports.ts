import { ProgramError } from '../program-error.ts';
import type { ComponentInterface } from './read-component.ts';

/** Imports that an error names one by one. */
const NAMED_MAX = 5;
/** `wasi:clocks/wall-clock@0.2.6`: package, interface, version. */
const INTERFACE = /^([^/@]+\/[^@]+)(?:@(.+))?$/;
const WASI_02 = /^0\.2\.\d+$/;

/**
 * Checks that everything a component imports is there: `provided` names interfaces without their
 * version, `needed` those that the component really uses. Throws ProgramError.
 */
export function checkComponentImports(
  { imports }: ComponentInterface,
  needed: readonly string[],
  provided: ReadonlySet<string>,
): void {
  const used = new Set(needed);
  const full = imports.filter((name) => used.has(plainName(name)) || used.has(name));
  const known = new Set(full.map(plainName));
  // The reader may have stopped before an import that the transpiler found.
  const missing = [...full, ...needed.filter((name) => !known.has(plainName(name)))]
    .map((name) => refusal(name, provided))
    .filter((reason) => reason !== undefined);
  if (missing.length === 0) return;
  const list = missing.slice(0, NAMED_MAX).map(({ what }) => what);
  if (missing.length > NAMED_MAX) list.push(`${missing.length - NAMED_MAX} more`);
  const next = [...new Set(missing.map((each) => each.next))];
  throw new ProgramError(
    'unknown-import',
    `the component imports ${list.join(';\n  and ')}`,
    next.join(' '),
  );
}

function plainName(name: string): string {
  return INTERFACE.exec(name)?.[1] ?? name;
}

interface Refusal {
  /** Follows "the component imports". */
  readonly what: string;
  /** A sentence. */
  readonly next: string;
}

function refusal(name: string, provided: ReadonlySet<string>): Refusal | undefined {
  const [, plain = name, version] = INTERFACE.exec(name) ?? [];
  if (!plain.startsWith('wasi:')) {
    const what = plain.includes(':') ? name : `the function or instance ${name}`;
    return {
      what: `${what}, which nothing provides`,
      next: `Compose it with a component that exports ${name}, such as with \`wac plug\`.`,
    };
  }
  const isOther = version !== undefined && !WASI_02.test(version);
  if (isOther) {
    return {
      what: `${name}, and of WASI only version 0.2 is provided`,
      next: 'Build it for WASI 0.2, such as for Rust’s target wasm32-wasip2.',
    };
  }
  if (provided.has(plain)) return undefined;
  return {
    what: `${name}, which is not provided`,
    next: `Compose it with a component that exports ${name}, such as with \`wac plug\`, or do without it.`,
  };
}
