import type { CoreModule } from '../wasm/index.ts';
import { DebugInfoError } from './debug-info-error.ts';
import type { DebugSections } from './debug-sections.ts';
import { eachLineHeader } from './line-headers.ts';
import { LineProgram } from './line-program.ts';
import { LineRows, ROW_FLAGS, type Sequence } from './line-rows.ts';
import { readSourceMap } from './source-map.ts';
import type { SourceFile } from './source-path.ts';

/** A place in the source. Lines and columns count from 1; column 0 is "the whole line". */
export interface SourceLine {
  /** The `path` of a SourceFile. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * `stripped`: built without -g, or stripped later. `line-table-empty`: there is debug information,
 * but no line of live code in it, or lines of other code only, as `wasm-opt` leaves it when it runs
 * without -g.
 */
export type DebugStatus = 'ok' | 'stripped' | 'line-table-empty';

/** Messages kept about damage; the same damage often repeats in every unit. */
const PROBLEM_COUNT_MAX = 20;
/**
 * One in so many sequences at least begins where a function does. Compilers begin nearly all of
 * them there; where code was changed afterwards, hardly one does.
 */
const FITTING_SHARE = 10;

/**
 * Which source line each byte of the code comes from, for the whole program. Addresses count from
 * the start of the code section's payload, as in DWARF for WebAssembly.
 */
export class LineTable {
  private readonly sequences: readonly Sequence[];

  private constructor(
    readonly status: DebugStatus,
    /** What could not be read, for people; what could be read is in the table. */
    readonly problems: readonly string[],
    private readonly rows: LineRows,
  ) {
    this.sequences = withoutOverlaps(rows.sequences);
  }

  /** Never throws for damage: it leaves out what is damaged and says so in `problems`. */
  static read(sections: DebugSections, codeLength: number): LineTable {
    const rows = new LineRows(sections.reader('.debug_line').remaining >>> 2);
    if (!sections.has('.debug_line') && !sections.has('.debug_info')) {
      return new LineTable('stripped', [], rows);
    }
    const problems = new Set<string>();
    const onProblem = (error: unknown) => {
      if (!(error instanceof DebugInfoError)) throw error;
      if (problems.size < PROBLEM_COUNT_MAX) problems.add(error.message);
    };
    eachLineHeader(sections, onProblem, (header) =>
      new LineProgram(header, rows, sections, codeLength).run(),
    );
    const status = rows.sequences.length === 0 ? 'line-table-empty' : 'ok';
    return new LineTable(status, [...problems], rows);
  }

  /**
   * The table itself, or one without lines when they are of other code than what is there.
   *
   * @param beginsFunction whether a function's code begins at an address
   */
  fitting(beginsFunction: (address: number) => boolean): LineTable {
    const { sequences, problems } = this;
    const fits = sequences.filter(({ start }) => beginsFunction(start)).length;
    if (fits * FITTING_SHARE >= sequences.length) return this;
    const problem = 'the lines are not those of the code: it was changed after they were written';
    return new LineTable('line-table-empty', [...problems, problem], new LineRows(0));
  }

  /** The same from the text of a source map; a damaged one leaves the table empty. */
  static fromSourceMap(text: string, module: CoreModule): LineTable {
    try {
      const rows = readSourceMap(text, module);
      const status = rows.sequences.length === 0 ? 'line-table-empty' : 'ok';
      return new LineTable(status, [], rows);
    } catch (error) {
      if (!(error instanceof DebugInfoError)) throw error;
      return new LineTable('line-table-empty', [error.message], new LineRows(0));
    }
  }

  /** The line of the instruction at `codeOffset`; undefined for code that comes from no line. */
  lineAt(codeOffset: number): SourceLine | undefined {
    const sequence = this.sequenceAt(codeOffset);
    if (sequence === undefined) return undefined;
    const { addresses, lines, columns, fileIds, files } = this.rows;
    let low = sequence.first;
    let high = sequence.last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((addresses[middle] as number) <= codeOffset) low = middle + 1;
      else high = middle;
    }
    const row = low - 1;
    const line = lines[row] ?? 0;
    const file = files[fileIds[row] ?? 0];
    if (file === undefined || line === 0) return undefined;
    return { file: file.path, line, column: columns[row] ?? 0 };
  }

  /**
   * The addresses at which the statements of a line begin, in order; none for a line without code.
   * `file` is the path of a SourceFile.
   */
  locations(file: string, line: number): number[] {
    const addresses: number[] = [];
    this.eachStatement(file, (address, found) => {
      if (found === line) addresses.push(address);
    });
    return addresses;
  }

  /** The addresses at which the statements of a file begin, in no particular order. */
  statements(file: string): number[] {
    const addresses: number[] = [];
    this.eachStatement(file, (address) => addresses.push(address));
    return addresses;
  }

  /** The lines of a file at which statements begin, in order. */
  lines(file: string): number[] {
    const lines = new Set<number>();
    this.eachStatement(file, (_, line) => lines.add(line));
    return [...lines].sort((one, other) => one - other);
  }

  /** The files that live code comes from, in order of their paths. */
  files(): SourceFile[] {
    const used = new Set<number>();
    for (const { first, last } of this.sequences) {
      for (let row = first; row < last; row++) used.add(this.rows.fileIds[row] as number);
    }
    return [...used]
      .flatMap((id) => this.rows.files[id] ?? [])
      .sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  /** The addresses at which functions have done what comes before their first statements, in order. */
  prologueEnds(): number[] {
    const { addresses, flags } = this.rows;
    const found: number[] = [];
    for (const { first, last } of this.sequences) {
      for (let row = first; row < last; row++) {
        const isEnd = ((flags[row] as number) & ROW_FLAGS.prologueEnd) !== 0;
        if (isEnd) found.push(addresses[row] as number);
      }
    }
    return found.sort((one, other) => one - other);
  }

  /** Calls `visit` for every row that begins a statement, once for a run of rows on one line. */
  private eachStatement(file: string, visit: (address: number, line: number) => void): void {
    const { addresses, lines, fileIds, flags } = this.rows;
    const wanted = this.rows.files.findIndex((each) => each?.path === file);
    if (wanted === -1) return;
    for (const { first, last } of this.sequences) {
      let previous = 0;
      for (let row = first; row < last; row++) {
        // A row that has the address of the next one covers no code.
        if (row + 1 < last && addresses[row] === addresses[row + 1]) continue;
        const line = fileIds[row] === wanted ? (lines[row] as number) : 0;
        const statement = ((flags[row] as number) & ROW_FLAGS.statement) !== 0;
        if (line !== previous) previous = 0;
        if (line === 0 || line === previous || !statement) continue;
        visit(addresses[row] as number, line);
        previous = line;
      }
    }
  }

  private sequenceAt(address: number): Sequence | undefined {
    let low = 0;
    let high = this.sequences.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.sequences[middle] as Sequence).start <= address) low = middle + 1;
      else high = middle;
    }
    const sequence = this.sequences[low - 1];
    return sequence !== undefined && address < sequence.end ? sequence : undefined;
  }
}

/** Sequences by address. Where two claim the same code, the one that begins first has it. */
function withoutOverlaps(sequences: readonly Sequence[]): Sequence[] {
  const sorted = [...sequences].sort(
    (one, other) => one.start - other.start || other.end - one.end,
  );
  let end = 0;
  return sorted.filter((sequence) => {
    if (sequence.start < end) return false;
    end = sequence.end;
    return true;
  });
}
