import type { ByteRange } from './byte-reader.ts';
import { type Limits, writeLeb, writeLimits } from './limits.ts';
import { ModuleError } from './module-error.ts';
import type { CoreModule } from './module-info.ts';

const PAGE_BYTES = 65_536;

export interface LimitedModule {
  /** The module itself when nothing had to change. */
  readonly bytes: Uint8Array;
  /**
   * How many bytes the code section was moved by: an offset into the code of `bytes` minus this is
   * the offset in the module as it was built.
   */
  readonly codeShift: number;
}

/**
 * Gives every memory, also imported ones, a maximum of at most `pagesMax` pages of 64 KiB. All
 * else stays as it is. Throws ModuleError when a memory starts out larger than that.
 */
export function limitMemory(
  bytes: Uint8Array,
  module: CoreModule,
  pagesMax: number,
): LimitedModule {
  const patches: Patch[] = [];
  for (const section of module.sections) {
    if (section.kind !== 'memory' && section.kind !== 'import') continue;
    const inside = module.memories
      .filter(({ range }) => within(range, section.payload))
      .filter((memory) => memory.max === undefined || memory.max > pagesMax)
      .map((memory) => limitsPatch(memory, pagesMax));
    if (inside.length === 0) continue;
    patches.push(sizePatch(section.header, section.payload, inside), ...inside);
  }
  for (const memory of module.memories) checkMinimum(memory, pagesMax);
  return {
    bytes: patches.length === 0 ? bytes : apply(bytes, patches),
    codeShift: growth(patches),
  };
}

/** Bytes to put in place of a run of the module. */
interface Patch {
  readonly range: ByteRange;
  readonly bytes: Uint8Array;
}

function checkMinimum(memory: Limits, pagesMax: number): void {
  if (memory.min <= pagesMax) return;
  const mebibytes = (pages: number) => `${(pages * PAGE_BYTES) / 2 ** 20} MiB`;
  throw new ModuleError(
    'memory-limit',
    `the module starts with ${mebibytes(memory.min)} of memory; the limit is ${mebibytes(pagesMax)}`,
    memory.range.start,
    'Raise the memory limit in the configuration, or link with a smaller initial memory.',
  );
}

function limitsPatch(memory: Limits, pagesMax: number): Patch {
  return { range: memory.range, bytes: writeLimits({ ...memory, max: pagesMax }) };
}

/** The section's size, written anew; its id byte stays. */
function sizePatch(header: number, payload: ByteRange, inside: readonly Patch[]): Patch {
  const size = payload.end - payload.start + growth(inside);
  return {
    range: { start: header + 1, end: payload.start },
    bytes: Uint8Array.from(writeLeb(size)),
  };
}

function growth(patches: readonly Patch[]): number {
  return patches.reduce(
    (sum, { range, bytes }) => sum + bytes.length - (range.end - range.start),
    0,
  );
}

/** The module with the patches, which are in file order, put in. */
function apply(bytes: Uint8Array, patches: readonly Patch[]): Uint8Array {
  const result = new Uint8Array(bytes.length + growth(patches));
  let from = 0;
  let to = 0;
  for (const patch of patches) {
    result.set(bytes.subarray(from, patch.range.start), to);
    to += patch.range.start - from;
    result.set(patch.bytes, to);
    to += patch.bytes.length;
    from = patch.range.end;
  }
  result.set(bytes.subarray(from), to);
  return result;
}

function within(inner: ByteRange, outer: ByteRange): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}
