/** Where in a module that was rewritten its code is, for stacks that the engine tells. */
import { lowerBound } from '../../kernel/lower-bound.ts';

/** Offsets count from the first byte of a module: of the one as written, and of the one rewritten. */
export class MovedCode {
  private readonly written: number[] = [];
  private readonly original: number[] = [];
  private readonly lengths: number[] = [];

  /** A piece of code that was copied; pieces are added in the order in which they are written. */
  add(written: number, original: number, length: number): void {
    this.written.push(written);
    this.original.push(original);
    this.lengths.push(length);
  }

  /** The same, with all that was written moved to where it is in the module. */
  shifted(by: number): MovedCode {
    const moved = new MovedCode();
    this.written.forEach((offset, index) => {
      moved.add(offset + by, this.original[index] as number, this.lengths[index] as number);
    });
    return moved;
  }

  /** Where an instruction came from; undefined for one that was put in. */
  originOf(offset: number): number | undefined {
    const index = lowerBound(this.written, offset + 1) - 1;
    const start = this.written[index];
    if (start === undefined || offset - start >= (this.lengths[index] as number)) return undefined;
    return (this.original[index] as number) + offset - start;
  }
}
