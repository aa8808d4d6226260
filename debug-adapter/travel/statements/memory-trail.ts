/**
 * What a memory held at some instants of a run: its contents at the last of them, and for each
 * instant the blocks that were different before it.
 */

/** Blocks are compared and kept as a whole; memories consist of whole ones. */
const BLOCK_BYTES = 4096;

/** Blocks that are kept in one piece: many small ones would keep the garbage collector busy. */
const PIECE_BLOCKS = 64;

/** A block that changed between two instants. */
interface Change {
  /** The later of the instants, by number. */
  readonly instant: number;
  readonly start: number;
  readonly before: Uint8Array;
}

/** The blocks of a memory, and of its latest copy. */
interface Blocks {
  readonly buffer: ArrayBufferLike;
  readonly live: readonly Uint8Array[];
  readonly latest: readonly Uint8Array[];
}

export class MemoryTrail {
  private latest = new Uint8Array(0);
  private blocks: Blocks | undefined;
  /** In the order of their instants. */
  private readonly changes: Change[] = [];
  private piece = new Uint8Array(0);
  /** The length in bytes at each instant. */
  private readonly lengths: number[] = [];

  /** Bytes that are kept. */
  get bytes(): number {
    const pieces = Math.ceil(this.changes.length / PIECE_BLOCKS);
    return this.latest.length + pieces * PIECE_BLOCKS * BLOCK_BYTES;
  }

  /** Notes what a memory holds now; gives the number of the instant, from 0. */
  note({ buffer }: WebAssembly.Memory): number {
    const instant = this.lengths.push(buffer.byteLength) - 1;
    if (instant === 0) this.latest = new Uint8Array(buffer).slice();
    const { live, latest } = this.blocksOf(buffer);
    if (instant === 0) return instant;
    for (let block = 0; block < live.length; block++) {
      const now = live[block] as Uint8Array;
      const then = latest[block] as Uint8Array;
      if (areEqual(now, then)) continue;
      this.changes.push({ instant, start: block * BLOCK_BYTES, before: this.keep(then) });
      then.set(now);
    }
    return instant;
  }

  /** They stay the same until the memory grows. */
  private blocksOf(buffer: ArrayBufferLike): Blocks {
    if (this.blocks?.buffer === buffer) return this.blocks;
    if (buffer.byteLength > this.latest.length) {
      const grown = new Uint8Array(buffer.byteLength);
      grown.set(this.latest);
      this.latest = grown;
    }
    const live = blocksIn(new Uint8Array(buffer));
    this.blocks = { buffer, live, latest: blocksIn(this.latest) };
    return this.blocks;
  }

  private keep(block: Uint8Array): Uint8Array {
    const place = (this.changes.length % PIECE_BLOCKS) * BLOCK_BYTES;
    if (place === 0) this.piece = new Uint8Array(PIECE_BLOCKS * BLOCK_BYTES);
    const kept = this.piece.subarray(place, place + BLOCK_BYTES);
    kept.set(block);
    return kept;
  }

  /** A copy of what the memory held at an instant. */
  at(instant: number): Uint8Array {
    const bytes = this.latest.slice(0, this.lengths[instant]);
    for (let index = this.changes.length - 1; index >= 0; index--) {
      const change = this.changes[index] as Change;
      if (change.instant <= instant) break;
      if (change.start < bytes.length) bytes.set(change.before, change.start);
    }
    return bytes;
  }
}

function blocksIn(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / BLOCK_BYTES }, (_, block) =>
    bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES),
  );
}

type Equality = (one: Uint8Array, other: Uint8Array) => boolean;

/** Node compares six times as fast as JavaScript can; browsers have nothing for it. */
const areEqual: Equality = nativeEquality() ?? sameWords;

function nativeEquality(): Equality | undefined {
  const { Buffer: native } = globalThis as { Buffer?: typeof Buffer };
  return native === undefined ? undefined : (one, other) => native.compare(one, other) === 0;
}

/** Of bytes whose number is a multiple of 16, and that begin at such places. */
export function sameWords(one: Uint8Array, other: Uint8Array): boolean {
  const left = new Int32Array(one.buffer, one.byteOffset, one.length / 4);
  const right = new Int32Array(other.buffer, other.byteOffset, other.length / 4);
  const at = (index: number) => (left[index] as number) ^ (right[index] as number);
  for (let index = 0; index < left.length; index += 4) {
    if ((at(index) | at(index + 1) | at(index + 2) | at(index + 3)) !== 0) return false;
  }
  return true;
}
