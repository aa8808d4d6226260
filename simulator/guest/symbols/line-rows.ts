import type { SourceFile } from './source-path.ts';

/** A run of code without gaps: rows `first` up to `last`, addresses `start` up to `end`. */
export interface Sequence {
  readonly start: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

/** `prologueEnd`: the function has by then put its parameters where its variables are. */
export const ROW_FLAGS = { statement: 1, prologueEnd: 2 } as const;

/** The file of rows whose file is not in their unit's table. */
const NO_FILE = 0;

/**
 * The rows of all line tables, in columns: a program has millions. Every row comes from at least
 * one byte of `.debug_line`, which bounds them.
 */
export class LineRows {
  /** From the start of the code section's payload. */
  addresses: Uint32Array;
  lines: Uint32Array;
  columns: Uint32Array;
  /** Indices into `files`. */
  fileIds: Uint32Array;
  /** Sums of ROW_FLAGS; `statement` where one begins. */
  flags: Uint8Array;
  length = 0;
  readonly files: (SourceFile | undefined)[] = [undefined];
  readonly sequences: Sequence[] = [];
  private readonly fileIdsByPath = new Map<string, number>();

  /** @param capacity how many rows there probably are */
  constructor(capacity: number) {
    this.addresses = new Uint32Array(capacity);
    this.lines = new Uint32Array(capacity);
    this.columns = new Uint32Array(capacity);
    this.fileIds = new Uint32Array(capacity);
    this.flags = new Uint8Array(capacity);
  }

  /** The number of a file; the same for the same path in every unit. */
  fileId(file: SourceFile | undefined): number {
    if (file === undefined) return NO_FILE;
    const known = this.fileIdsByPath.get(file.path);
    if (known !== undefined) return known;
    const id = this.files.push(file) - 1;
    this.fileIdsByPath.set(file.path, id);
    return id;
  }

  push(address: number, line: number, column: number, fileId: number, flags: number): void {
    const index = this.length;
    if (index === this.addresses.length) this.grow();
    this.addresses[index] = address;
    this.lines[index] = line;
    this.columns[index] = column;
    this.fileIds[index] = fileId;
    this.flags[index] = flags;
    this.length = index + 1;
  }

  /** Takes back the rows from `first` on, those of a sequence that turned out to be dead. */
  truncate(first: number): void {
    this.length = first;
  }

  private grow(): void {
    const capacity = (this.addresses.length + 1) * 2;
    const larger = (old: Uint32Array) => {
      const column = new Uint32Array(capacity);
      column.set(old);
      return column;
    };
    this.addresses = larger(this.addresses);
    this.lines = larger(this.lines);
    this.columns = larger(this.columns);
    this.fileIds = larger(this.fileIds);
    const flags = new Uint8Array(capacity);
    flags.set(this.flags);
    this.flags = flags;
  }
}
