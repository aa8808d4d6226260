/** Walks over code offsets in rising order. */
export class OffsetCursor {
  /** The next offset; Infinity when there is none. */
  next: number;
  private index = 0;

  constructor(private readonly offsets: ArrayLike<number>) {
    this.next = offsets[0] ?? Number.POSITIVE_INFINITY;
  }

  /** Passes by every offset up to and with `offset`; true when there was one. */
  take(offset: number): boolean {
    if (this.next > offset) return false;
    this.skipTo(offset + 1);
    return true;
  }

  /** Passes by every offset before `offset`. */
  skipTo(offset: number): void {
    while (this.next < offset) {
      this.next = this.offsets[++this.index] ?? Number.POSITIVE_INFINITY;
    }
  }
}
