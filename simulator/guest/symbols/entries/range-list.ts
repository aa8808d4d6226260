import type { ByteReader } from '../../wasm/index.ts';
import { type FormValue, readOffset } from '../attribute-form.ts';
import type { CodeRange } from './code-ranges.ts';
import { ATTRIBUTE } from './dwarf-codes.ts';
import type { Unit } from './unit.ts';

/** Ranges of one list; a function that was split into more is damage. */
const RANGE_COUNT_MAX = 100_000;

/** DW_RLE_*: DWARF 5, section 7.25. */
const RLE = {
  end: 0,
  baseIndex: 1,
  startEndIndices: 2,
  startIndexLength: 3,
  offsetPair: 4,
  base: 5,
  startEnd: 6,
  startLength: 7,
} as const;

/** The list of ranges that a value names. Throws DebugInfoError at damage. */
export function readRangeList(unit: Unit, list: FormValue): CodeRange[] {
  const base = unit.lowAddress ?? 0;
  if (unit.encoding.version < 5) {
    if (list.kind !== 'offset' && list.kind !== 'number') return [];
    const offset = list.kind === 'offset' ? list.offset : list.number;
    return readOldList(unit, unit.sections.readerAt('.debug_ranges', offset), base);
  }
  const offset = listOffset(unit, list);
  if (offset === undefined) return [];
  return readList(unit, unit.sections.readerAt('.debug_rnglists', offset), base);
}

function listOffset(unit: Unit, list: FormValue): number | undefined {
  if (list.kind === 'offset') return list.offset;
  if (list.kind !== 'list-index') return undefined;
  const table = unit.rootNumber(ATTRIBUTE.rangeListsBase);
  return indexedList(unit, '.debug_rnglists', table, list.index);
}

/** The offset of a list in a DWARF 5 section of lists, by its number in the unit's table. */
export function indexedList(
  unit: Unit,
  section: '.debug_rnglists' | '.debug_loclists',
  tableBase: number | undefined,
  index: number,
): number {
  const { offsetBytes } = unit.encoding;
  // The header of the first table: a length, a version, two sizes and a count.
  const table = tableBase ?? (offsetBytes === 8 ? 20 : 12);
  const reader = unit.sections.readerAt(section, table + index * offsetBytes);
  return table + readOffset(reader, unit.encoding);
}

/** `.debug_ranges`: DWARF 4, section 2.17.3. */
function readOldList(unit: Unit, reader: ByteReader, lowAddress: number): CodeRange[] {
  const read = addressReader(unit, reader);
  const largest = unit.encoding.addressBytes === 8 ? Number.POSITIVE_INFINITY : 0xffffffff;
  const ranges: CodeRange[] = [];
  let base = lowAddress;
  while (ranges.length < RANGE_COUNT_MAX) {
    const start = read();
    const end = read();
    if (start === 0 && end === 0) break;
    if (start === largest) base = end;
    else ranges.push({ start: base + start, end: base + end });
  }
  return ranges;
}

function readList(unit: Unit, reader: ByteReader, lowAddress: number): CodeRange[] {
  const address = addressReader(unit, reader);
  const leb = () => reader.leb64('an address');
  const ranges: CodeRange[] = [];
  let base = lowAddress;
  while (ranges.length < RANGE_COUNT_MAX) {
    const kind = reader.u8('the kind of a range');
    if (kind === RLE.end) break;
    if (kind === RLE.baseIndex) base = unit.indexedAddress(leb());
    else if (kind === RLE.base) base = address();
    else ranges.push(readRange(kind));
  }
  return ranges;

  function readRange(kind: number): CodeRange {
    switch (kind) {
      case RLE.startEndIndices:
        return { start: unit.indexedAddress(leb()), end: unit.indexedAddress(leb()) };
      case RLE.startIndexLength: {
        const start = unit.indexedAddress(leb());
        return { start, end: start + leb() };
      }
      case RLE.offsetPair:
        return { start: base + leb(), end: base + leb() };
      case RLE.startEnd:
        return { start: address(), end: address() };
      case RLE.startLength: {
        const start = address();
        return { start, end: start + leb() };
      }
      default:
        return reader.fail(`unknown kind ${kind} of a range`);
    }
  }
}

function addressReader(unit: Unit, reader: ByteReader): () => number {
  return unit.encoding.addressBytes === 8
    ? () => reader.u64('an address')
    : () => reader.u32('an address');
}
