import { DebugInfoError } from '../debug-info-error.ts';
import { type CodeRange, codeRanges } from '../entries/code-ranges.ts';
import { TAG } from '../entries/dwarf-codes.ts';
import { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import type { Units } from '../entries/units.ts';

interface IndexedRange<T> extends CodeRange {
  readonly of: T;
}

/**
 * Finds the function whose code holds an address. Reads the functions of a unit when an address of
 * it is first asked for.
 */
export class FunctionIndex {
  private unitRanges: readonly IndexedRange<Unit>[] | undefined;
  /** What was found last: one asks for the variables of one function many times. */
  private latest: IndexedRange<Entry> | undefined;
  private readonly functions = new Map<Unit, readonly IndexedRange<Entry>[]>();

  constructor(
    private readonly units: Units,
    private readonly onProblem: (error: unknown) => void,
  ) {}

  /** The entry of the function itself, not of one that was inlined there. */
  functionAt(codeOffset: number): Entry | undefined {
    const { latest } = this;
    if (latest !== undefined && latest.start <= codeOffset && codeOffset < latest.end) {
      return latest.of;
    }
    for (const unit of this.unitsAt(codeOffset)) {
      const found = find(this.functionsOf(unit), codeOffset);
      if (found === undefined) continue;
      this.latest = found;
      return found.of;
    }
    return undefined;
  }

  /** The first unit that has code at an address. */
  unitAt(codeOffset: number): Unit | undefined {
    return this.functionAt(codeOffset)?.unit ?? this.unitsAt(codeOffset)[0];
  }

  private unitsAt(codeOffset: number): Unit[] {
    this.unitRanges ??= this.units.compiled.flatMap((unit) => this.rangesOf(unit));
    const found = new Set<Unit>();
    for (const { start, end, of } of this.unitRanges) {
      if (start <= codeOffset && codeOffset < end) found.add(of);
    }
    return [...found];
  }

  /** The code of a unit; of one that does not say, what is between its functions too. */
  private rangesOf(unit: Unit): IndexedRange<Unit>[] {
    const ranges = this.guarded(() => unit.codeRanges(), []);
    if (ranges.length > 0) return ranges.map((range) => ({ ...range, of: unit }));
    return this.functionsOf(unit).map(({ start, end }) => ({ start, end, of: unit }));
  }

  private functionsOf(unit: Unit): readonly IndexedRange<Entry>[] {
    const known = this.functions.get(unit);
    if (known !== undefined) return known;
    const ranges: IndexedRange<Entry>[] = [];
    const { tree } = unit;
    for (let index = 0; index < tree.length; index++) {
      if (tree.tag(index) !== TAG.subprogram) continue;
      const entry = new Entry(unit, index);
      for (const range of this.guarded(() => codeRanges(entry), [])) {
        ranges.push({ ...range, of: entry });
      }
    }
    ranges.sort((one, other) => one.start - other.start);
    this.functions.set(unit, ranges);
    return ranges;
  }

  private guarded<T>(read: () => T, otherwise: T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DebugInfoError)) throw error;
      this.onProblem(error);
      return otherwise;
    }
  }
}

/** Functions do not overlap; of two that claim the same code the later one has it. */
function find<T>(ranges: readonly IndexedRange<T>[], address: number): IndexedRange<T> | undefined {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as IndexedRange<T>).start <= address) low = middle + 1;
    else high = middle;
  }
  const range = ranges[low - 1];
  return range !== undefined && address < range.end ? range : undefined;
}
