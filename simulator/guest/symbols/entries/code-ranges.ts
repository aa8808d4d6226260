import type { FormValue } from '../attribute-form.ts';
import { ATTRIBUTE } from './dwarf-codes.ts';
import type { Entry } from './entry.ts';
import { readRangeList } from './range-list.ts';
import type { Unit } from './unit.ts';

/** Code offsets from `start` up to `end`. */
export interface CodeRange {
  readonly start: number;
  readonly end: number;
}

/** Linkers give functions that they dropped such addresses; no code is at 0, where a count is. */
const TOMBSTONE_FIRST = 0xfffffffe;

/** The code of a function, block or unit; none for one that was dropped. */
export function codeRanges(entry: Entry): CodeRange[] {
  const list = entry.value(ATTRIBUTE.ranges);
  const ranges = list === undefined ? plainRange(entry) : readRangeList(entry.unit, list);
  return ranges.filter(({ start, end }) => start > 0 && start < end && start < TOMBSTONE_FIRST);
}

export function covers(ranges: readonly CodeRange[], codeOffset: number): boolean {
  return ranges.some(({ start, end }) => start <= codeOffset && codeOffset < end);
}

function plainRange(entry: Entry): CodeRange[] {
  const start = entry.address(ATTRIBUTE.lowAddress);
  const high = entry.value(ATTRIBUTE.highAddress);
  if (start === undefined || high === undefined) return [];
  const end = endAddress(entry.unit, start, high);
  return end === undefined ? [] : [{ start, end }];
}

/** Since DWARF 4 the end may be given as a length. */
function endAddress(unit: Unit, start: number, high: FormValue): number | undefined {
  return high.kind === 'number' ? start + high.number : unit.address(high);
}
