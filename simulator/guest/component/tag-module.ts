import type { CoreModule } from '../wasm/index.ts';
import { writeLeb } from '../wasm/limits.ts';

const CUSTOM_SECTION = 0;
const MODULE_NAME = 0;
const encoder = new TextEncoder();

export interface TaggedModule {
  readonly bytes: Uint8Array;
  /** How far the code was moved, as LimitedModule has it. */
  readonly codeShift: number;
}

/**
 * Gives a module a name of ours in place of its name section, so that V8's stack frames tell which
 * module of a component they are in. Names of functions are read from the module as it was built.
 */
export function tagModule(bytes: Uint8Array, info: CoreModule, tag: string): TaggedModule {
  const codeStart = info.code?.start ?? bytes.length;
  const kept: Uint8Array[] = [];
  let from = 0;
  let codeShift = 0;
  // V8 takes the first name section, so the old ones have to go.
  for (const { kind, name, header, payload } of info.sections) {
    if (kind !== 'custom' || name !== 'name') continue;
    kept.push(bytes.subarray(from, header));
    if (header < codeStart) codeShift -= payload.end - header;
    from = payload.end;
  }
  kept.push(bytes.subarray(from), nameSection(tag));
  const tagged = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of kept) {
    tagged.set(part, at);
    at += part.length;
  }
  return { bytes: tagged, codeShift };
}

/** A name section that gives a module a name, and nothing else. */
export function nameSection(tag: string): Uint8Array {
  const name = lengthPrefixed(encoder.encode(tag));
  const names = [MODULE_NAME, ...writeLeb(name.length), ...name];
  const content = [...lengthPrefixed(encoder.encode('name')), ...names];
  return Uint8Array.from([CUSTOM_SECTION, ...writeLeb(content.length), ...content]);
}

function lengthPrefixed(bytes: Uint8Array): number[] {
  return [...writeLeb(bytes.length), ...bytes];
}
