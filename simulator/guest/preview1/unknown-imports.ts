import { KNOWN_IMPORTS, type Signature, WASI_MODULE } from './signatures.ts';

/** One import as `WebAssembly.Module.imports` lists it, with its signature where that is known. */
export interface ImportDescription {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
  readonly type?: Signature | undefined;
}

/** An import that cannot be given, and why: `imports env.foo (i32) -> i32, which ...`. */
export interface UnknownImport {
  readonly module: string;
  readonly name: string;
  readonly reason: string;
}

/** Names of WASI's earlier snapshot, whose structures are laid out differently. */
const WASI_UNSTABLE = 'wasi_unstable';

/** All imports of a module that nothing provides, in the module's order; empty when it can run. */
export function unknownImports(imports: readonly ImportDescription[]): UnknownImport[] {
  const unknown: UnknownImport[] = [];
  for (const description of imports) {
    const reason = refusal(description);
    if (reason !== undefined) {
      unknown.push({ module: description.module, name: description.name, reason });
    }
  }
  return unknown;
}

function refusal(description: ImportDescription): string | undefined {
  const { module, name, kind, type } = description;
  const what =
    `imports ${module}.${name} ${kind === 'function' ? show(type) : `(a ${kind})`}`.trim();
  if (module === WASI_UNSTABLE) {
    return `${what}, which is WASI’s snapshot of 2019: rebuild it for ${WASI_MODULE}`;
  }
  const known = KNOWN_IMPORTS.get(module)?.get(name);
  if (known === undefined) return `${what}, which nothing provides`;
  if (kind !== 'function') return `${what}, but it is a function ${show(known)}`;
  if (type !== undefined && show(type) !== show(known)) return `${what}, but it is ${show(known)}`;
  return undefined;
}

function show(signature: Signature | undefined): string {
  if (signature === undefined) return '';
  const results = signature.results.length === 0 ? 'nothing' : signature.results.join(', ');
  return `(${signature.parameters.join(', ')}) -> ${results}`;
}
