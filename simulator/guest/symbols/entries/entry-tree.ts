import type { Abbreviation } from './abbreviations.ts';

/** Entries inside each other; a deeper one ends the reading of its unit. */
const DEPTH_MAX = 1_000;
const CAPACITY_FIRST = 256;

/**
 * Where the entries of a unit begin and how they are nested, in columns: a large unit has a hundred
 * thousand. Entry `i` has its descendants at `i + 1` up to `end(i)`. Every entry comes from at
 * least one byte, which bounds them.
 */
export class EntryTree {
  length = 0;
  private offsets = new Uint32Array(CAPACITY_FIRST);
  private ends = new Uint32Array(CAPACITY_FIRST);
  private parents = new Int32Array(CAPACITY_FIRST);
  private readonly abbreviations: Abbreviation[] = [];
  /** The entries whose children are being added. */
  private readonly opened: number[] = [];

  /** Adds an entry; false when it would be nested too deeply, and is left out. */
  open(offset: number, abbreviation: Abbreviation): boolean {
    if (this.opened.length >= DEPTH_MAX) return false;
    const index = this.length;
    if (index === this.offsets.length) this.grow();
    this.offsets[index] = offset;
    this.parents[index] = this.opened.at(-1) ?? -1;
    this.ends[index] = index + 1;
    this.abbreviations.push(abbreviation);
    this.length = index + 1;
    if (abbreviation.hasChildren) this.opened.push(index);
    return true;
  }

  /** Ends the children of an entry; false when there is none to end. */
  close(): boolean {
    const index = this.opened.pop();
    if (index === undefined) return false;
    this.ends[index] = this.length;
    return true;
  }

  /** Ends whatever is still open, as at damage. */
  finish(): void {
    while (this.close());
  }

  offset(index: number): number {
    return this.offsets[index] as number;
  }

  /** The index after its last descendant. */
  end(index: number): number {
    return this.ends[index] as number;
  }

  /** -1 for a first entry. */
  parent(index: number): number {
    return this.parents[index] as number;
  }

  abbreviation(index: number): Abbreviation {
    return this.abbreviations[index] as Abbreviation;
  }

  tag(index: number): number {
    return this.abbreviation(index).tag;
  }

  /** The entry that begins at an offset. */
  indexOf(offset: number): number | undefined {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offsets[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low < this.length && this.offsets[low] === offset ? low : undefined;
  }

  private grow(): void {
    const capacity = this.offsets.length * 2;
    const offsets = new Uint32Array(capacity);
    const ends = new Uint32Array(capacity);
    const parents = new Int32Array(capacity);
    offsets.set(this.offsets);
    ends.set(this.ends);
    parents.set(this.parents);
    this.offsets = offsets;
    this.ends = ends;
    this.parents = parents;
  }
}
