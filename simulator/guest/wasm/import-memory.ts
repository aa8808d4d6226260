import type { LimitedModule } from './limit-memory.ts';
import { writeLeb, writeLimits } from './limits.ts';
import type { CoreModule } from './module-info.ts';
import type { Section } from './section.ts';

const IMPORT_ID = 2;
const KIND_MEMORY = 2;

/**
 * Turns a module's own memory into an import, so that one memory can serve one instance after the
 * other: making a memory costs several times as much as making an instance. Undefined when the
 * module does not have exactly one memory of its own, or no imports to add to.
 *
 * @param bytes the module that `module` was read from
 */
export function importMemory(
  bytes: Uint8Array,
  module: CoreModule,
  importModule: string,
  importName: string,
): LimitedModule | undefined {
  const [memory, ...more] = module.memories;
  const imports = module.sections.find(({ kind }) => kind === 'import');
  const own = module.sections.find(({ kind }) => kind === 'memory');
  if (memory === undefined || more.length > 0 || imports === undefined || own === undefined) {
    return undefined;
  }
  const entry = [
    ...nameBytes(importModule),
    ...nameBytes(importName),
    KIND_MEMORY,
    ...writeLimits(memory),
  ];
  const extended = withEntry(bytes, imports, module.imports.length, entry);
  const before = bytes.subarray(0, imports.header);
  const between = bytes.subarray(imports.payload.end, own.header);
  const after = bytes.subarray(own.payload.end);
  const rewritten = join([before, extended, between, after]);
  // The memory section is gone, and both changes lie before the code.
  return { bytes: rewritten, codeShift: rewritten.length - bytes.length };
}

/** The import section with one more entry at its end. */
function withEntry(
  bytes: Uint8Array,
  { payload }: Section,
  count: number,
  entry: readonly number[],
): Uint8Array {
  const entriesAt = payload.start + lebLength(bytes, payload.start);
  const entries = bytes.subarray(entriesAt, payload.end);
  const newCount = writeLeb(count + 1);
  const size = newCount.length + entries.length + entry.length;
  const head = Uint8Array.from([IMPORT_ID, ...writeLeb(size), ...newCount]);
  return join([head, entries, Uint8Array.from(entry)]);
}

function nameBytes(name: string): number[] {
  const bytes = new TextEncoder().encode(name);
  return [...writeLeb(bytes.length), ...bytes];
}

function lebLength(bytes: Uint8Array, at: number): number {
  let length = 1;
  while (((bytes[at + length - 1] ?? 0) & 0x80) !== 0) length++;
  return length;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of parts) {
    result.set(part, to);
    to += part.length;
  }
  return result;
}
