/**
 * What a memory held at some instants of a run: its contents at the last of them, and for each
 * instant the blocks that were different before it.
 */

/** Blocks are compared and kept as a whole; memories consist of whole ones. */
const BLOCK_BYTES = 4096;

/** A block that changed between two instants. */
interface Change {
  /** The later of the instants, by number. */
  readonly instant: number;
  readonly start: number;
  readonly before: Uint8Array;
}

export class MemoryTrail {
  private latest = new Uint8Array(0);
  /** In the order of their instants. */
  private readonly changes: Change[] = [];
  /** The length in bytes at each instant. */
  private readonly lengths: number[] = [];

  /** Bytes that are kept. */
  get bytes(): number {
    return this.latest.length + this.changes.length * BLOCK_BYTES;
  }

  /** Notes what a memory holds now; gives the number of the instant, from 0. */
  note({ buffer }: WebAssembly.Memory): number {
    const live = new Uint8Array(buffer);
    const instant = this.lengths.push(live.length) - 1;
    if (instant === 0) this.latest = live.slice();
    else this.compare(live, instant);
    return instant;
  }

  private compare(live: Uint8Array, instant: number): void {
    if (live.length > this.latest.length) {
      const grown = new Uint8Array(live.length);
      grown.set(this.latest);
      this.latest = grown;
    }
    const { latest } = this;
    for (let start = 0; start < live.length; start += BLOCK_BYTES) {
      const now = live.subarray(start, start + BLOCK_BYTES);
      const then = latest.subarray(start, start + BLOCK_BYTES);
      if (areEqual(now, then)) continue;
      this.changes.push({ instant, start, before: then.slice() });
      then.set(now);
    }
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
