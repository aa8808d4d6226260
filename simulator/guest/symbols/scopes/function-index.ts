import { DebugInfoError } from '../debug-info-error.ts';
import { type CodeRange, codeRanges } from '../entries/code-ranges.ts';
import { TAG } from '../entries/dwarf-codes.ts';
import { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import type { Units } from '../entries/units.ts';

interface IndexedRange<T> extends CodeRange {
  readonly of: T;
}

/** Code of a unit; units may claim the same code. */
interface UnitRange extends IndexedRange<Unit> {
  /** Counts the units. */
  readonly order: number;
  /** How far this range and those that start before it reach. */
  readonly reach: number;
}

/**
 * Finds the function whose code holds an address. Reads the functions of a unit when an address of
 * it is first asked for.
 */
export class FunctionIndex {
  /** By their starts. */
  private unitRanges: readonly UnitRange[] | undefined;
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

  /** In the order of the units. */
  private unitsAt(codeOffset: number): Unit[] {
    this.unitRanges ??= this.readUnitRanges();
    const found = new Map<Unit, number>();
    for (let index = countTo(this.unitRanges, codeOffset) - 1; index >= 0; index--) {
      const { end, of, order, reach } = this.unitRanges[index] as UnitRange;
      if (reach <= codeOffset) break;
      if (codeOffset < end) found.set(of, order);
    }
    return [...found].sort(([, one], [, other]) => one - other).map(([unit]) => unit);
  }

  private readUnitRanges(): UnitRange[] {
    const ranges = this.units.compiled.flatMap((unit, order) =>
      this.rangesOf(unit).map((range) => ({ ...range, order })),
    );
    ranges.sort((one, other) => one.start - other.start);
    let reach = 0;
    return ranges.map((range) => {
      reach = Math.max(reach, range.end);
      return { ...range, reach };
    });
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
  const range = ranges[countTo(ranges, address) - 1];
  return range !== undefined && address < range.end ? range : undefined;
}

/** How many ranges start at an address or before it; they are in the order of their starts. */
function countTo(ranges: readonly CodeRange[], address: number): number {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle] as CodeRange).start <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}
