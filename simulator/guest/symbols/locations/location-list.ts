import type { ByteReader } from '../../wasm/index.ts';
import type { FormValue } from '../attribute-form.ts';
import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import { indexedList } from '../entries/range-list.ts';
import type { Unit } from '../entries/unit.ts';

/** Entries of one list; one with more is damage. */
const ENTRY_COUNT_MAX = 100_000;

/** DW_LLE_*: DWARF 5, section 7.7.3. */
const LLE = {
  end: 0,
  baseIndex: 1,
  startEndIndices: 2,
  startIndexLength: 3,
  offsetPair: 4,
  defaultLocation: 5,
  base: 6,
  startEnd: 7,
  startLength: 8,
} as const;

/** A location, and the code in which it holds; `end` is not included. */
export interface RangedLocation {
  readonly start: number;
  readonly end: number;
  readonly expression: ByteReader;
}

/**
 * The locations of a variable: one that always holds, or a list of them by code. Throws
 * DebugInfoError at damage.
 */
export function* locationsOf(unit: Unit, value: FormValue): Generator<RangedLocation> {
  if (value.kind === 'block') {
    const expression = unit.sections.readerOf(value.range);
    yield { start: 0, end: Number.POSITIVE_INFINITY, expression };
  } else if (unit.encoding.version < 5) {
    if (value.kind !== 'offset' && value.kind !== 'number') return;
    const offset = value.kind === 'offset' ? value.offset : value.number;
    yield* oldList(unit, unit.sections.readerAt('.debug_loc', offset));
  } else {
    const offset = value.kind === 'offset' ? value.offset : listOffset(unit, value);
    if (offset !== undefined) yield* list(unit, unit.sections.readerAt('.debug_loclists', offset));
  }
}

function listOffset(unit: Unit, value: FormValue): number | undefined {
  if (value.kind !== 'list-index') return undefined;
  const table = unit.rootNumber(ATTRIBUTE.locationListsBase);
  return indexedList(unit, '.debug_loclists', table, value.index);
}

/** `.debug_loc`: DWARF 4, section 2.6.2. */
function* oldList(unit: Unit, reader: ByteReader): Generator<RangedLocation> {
  const wide = unit.encoding.addressBytes === 8;
  const address = () => (wide ? reader.u64('an address') : reader.u32('an address'));
  const largest = wide ? Number.POSITIVE_INFINITY : 0xffffffff;
  let base = unit.lowAddress ?? 0;
  for (let count = 0; count < ENTRY_COUNT_MAX; count++) {
    const start = address();
    const end = address();
    if (start === 0 && end === 0) return;
    if (start === largest) base = end;
    else {
      const expression = reader.sub(reader.u16('the length of a location'), 'a location');
      yield { start: base + start, end: base + end, expression };
    }
  }
}

function* list(unit: Unit, reader: ByteReader): Generator<RangedLocation> {
  const wide = unit.encoding.addressBytes === 8;
  const address = () => (wide ? reader.u64('an address') : reader.u32('an address'));
  const leb = () => reader.leb64('an address');
  const indexed = () => unit.indexedAddress(leb());
  let base = unit.lowAddress ?? 0;
  for (let count = 0; count < ENTRY_COUNT_MAX; count++) {
    const kind = reader.u8('the kind of a location');
    if (kind === LLE.end) return;
    if (kind === LLE.baseIndex) base = indexed();
    else if (kind === LLE.base) base = address();
    else {
      const { start, end } = range(kind);
      const expression = reader.sub(reader.leb64('the length of a location'), 'a location');
      yield { start, end, expression };
    }
  }

  function range(kind: number): { start: number; end: number } {
    switch (kind) {
      case LLE.startEndIndices:
        return { start: indexed(), end: indexed() };
      case LLE.startIndexLength:
        return lengthened(indexed());
      case LLE.offsetPair:
        return { start: base + leb(), end: base + leb() };
      case LLE.defaultLocation:
        return { start: 0, end: Number.POSITIVE_INFINITY };
      case LLE.startEnd:
        return { start: address(), end: address() };
      case LLE.startLength:
        return lengthened(address());
      default:
        return reader.fail(`unknown kind ${kind} of a location`);
    }
  }

  function lengthened(start: number): { start: number; end: number } {
    return { start, end: start + leb() };
  }
}
