import { BytesStorage } from '../../locations/storage.ts';
import { Unavailable } from '../../locations/unavailable.ts';
import { bareType, type Type } from '../../types/type.ts';
import { elementsPart } from '../present-array.ts';
import { integerBytes, readInteger } from '../scalar.ts';
import { type NamedValue, Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import {
  addressIn,
  aligned,
  anyField,
  countIn,
  deepField,
  plausible,
  sizeOf,
  targetType,
  typeParameter,
} from './raw-field.ts';
import { shownAsInner, shownAsList, walkedPart } from './shown-as.ts';

/** Elements from one address up to another. */
const vector: Formatter = (value) => {
  const kept = typeParameter(value, 0);
  const bare = kept && bareType(kept);
  if (bare?.kind === 'base' && bare.encoding === 'boolean') return bits(value);
  const begin = deepField(value, '__begin_');
  const element = targetType(begin);
  const start = addressIn(begin);
  const end = addressIn(deepField(value, '__end_'));
  const size = countIn(deepField(value, '__size_'));
  if (element === undefined || start === undefined) return undefined;
  const bytes = sizeOf(element);
  const count = end === undefined ? size : (end - start) / bytes;
  if (count === undefined) return undefined;
  return sequence(value, element, start, plausible(value, count, bytes));
};

function sequence(value: Value, element: Type, start: number, count: number) {
  const base = value.at(element, start);
  return shownAsList(value, elementsPart(base, element, count, value.evaluateName));
}

/** `vector<bool>` keeps a bit for each element. */
const bits: Formatter = (value) => {
  const begin = deepField(value, '__begin_');
  const start = addressIn(begin);
  const size = countIn(deepField(value, '__size_'));
  const element = typeParameter(value, 0);
  if (start === undefined || size === undefined || element === undefined) return undefined;
  const count = plausible(value, size, 1 / 8);
  return shownAsList(value, {
    count,
    page: (first, wanted) =>
      Array.from({ length: wanted }, (_, at): NamedValue => {
        const index = first + at;
        const byte = value.at(element, start + (index >> 3));
        const bit = (readInteger(byte, 1, false) >> BigInt(index & 7)) & 1n;
        const storage = new BytesStorage(integerBytes(bit, 1));
        return { name: `[${index}]`, value: new Value(element, storage, value.world) };
      }),
  });
};

const array: Formatter = (value) => {
  const elements = deepField(value, '__elems_');
  const type = elements && bareType(elements.type);
  if (elements === undefined || type?.kind !== 'array') return undefined;
  const part = elementsPart(elements, type.element(), type.count ?? 0, value.evaluateName);
  return shownAsList(value, part);
};

/** `span` and `initializer_list`. */
const view: Formatter = (value) => {
  const data = anyField(value, '__data_', '__data', '__begin_');
  const element = targetType(data);
  const start = addressIn(data);
  const size = countIn(anyField(value, '__size_', '__size'));
  if (element === undefined || start === undefined || size === undefined) return undefined;
  return sequence(value, element, start, plausible(value, size, sizeOf(element)));
};

/** libc++ gives a block of a deque so many bytes, or room for so many large elements. */
const BLOCK_BYTES = 4096;
const LARGE_ELEMENT_BYTES = 256;
const LARGE_BLOCK_COUNT = 16;

const deque: Formatter = (value) => {
  const element = typeParameter(value, 0);
  const map = deepField(value, '__map_');
  const blocks = addressIn(map && anyField(map, '__begin_'));
  const start = countIn(deepField(value, '__start_'));
  const size = countIn(anyField(value, '__size_'));
  if (element === undefined || blocks === undefined) return undefined;
  if (start === undefined || size === undefined) return undefined;
  const bytes = sizeOf(element);
  const perBlock =
    bytes < LARGE_ELEMENT_BYTES ? Math.floor(BLOCK_BYTES / bytes) : LARGE_BLOCK_COUNT;
  const pointer = targetType(map && anyField(map, '__begin_'));
  if (pointer === undefined) return undefined;
  return shownAsList(value, {
    count: plausible(value, size, bytes),
    page: (first, wanted) =>
      Array.from({ length: wanted }, (_, at): NamedValue => {
        const place = start + first + at;
        const slot = value.at(pointer, blocks + Math.floor(place / perBlock) * sizeOf(pointer));
        const block = addressIn(slot) ?? 0;
        const address = block + (place % perBlock) * bytes;
        const name = `[${first + at}]`;
        const path = value.evaluateName && value.evaluateName + name;
        return { name, value: value.at(element, address, { evaluateName: path }) };
      }),
  });
};

/** Before the value of a node of `list` are the pointers to its neighbours. */
const LIST_NODE_BYTES = 8;
const FORWARD_NODE_BYTES = 4;

/** Nodes of a list without a size that are counted. */
const NODE_COUNT_MAX = 100_000;

const list: Formatter = (value) => {
  const element = typeParameter(value, 0);
  const end = deepField(value, '__end_');
  const size = countIn(deepField(value, '__size_'));
  const anchor = end?.address;
  if (element === undefined || end === undefined || anchor === undefined) return undefined;
  if (size === undefined) return undefined;
  const offset = aligned(LIST_NODE_BYTES, element);
  const count = plausible(value, size, LIST_NODE_BYTES);
  return shownAsList(
    value,
    walkedPart(
      count,
      () => nodes(value, addressIn(deepField(end, '__next_')) ?? 0, 4, anchor),
      (address, index) => ({ name: `[${index}]`, value: value.at(element, address + offset) }),
    ),
  );
};

const forwardList: Formatter = (value) => {
  const element = typeParameter(value, 0);
  const first = addressIn(deepField(value, '__next_'));
  if (element === undefined || first === undefined) return undefined;
  const offset = aligned(FORWARD_NODE_BYTES, element);
  let count = 0;
  for (const _ of nodes(value, first, 0, 0)) count++;
  return shownAsList(
    value,
    walkedPart(
      count,
      () => nodes(value, first, 0, 0),
      (address, index) => ({ name: `[${index}]`, value: value.at(element, address + offset) }),
    ),
  );
};

/** The addresses of nodes, each of which has that of the next one at `next`, up to `end`. */
function* nodes(value: Value, first: number, next: number, end: number): Generator<number> {
  const { memory } = value.world;
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  let address = first;
  for (let count = 0; address !== end && count < NODE_COUNT_MAX; count++) {
    if (address === 0 || address + next + 4 > memory.length) {
      throw new Unavailable('the list leads out of memory');
    }
    yield address;
    address = view.getUint32(address + next, true);
  }
}

/** `stack`, `queue` and `priority_queue` are around another container. */
const adapter: Formatter = (value) => {
  const inner = deepField(value, 'c');
  return inner && shownAsInner(value, inner);
};

export const CPP_SEQUENCES: FormatterTable = [
  ['vector', vector],
  ['array', array],
  ['span', view],
  ['initializer_list', view],
  ['deque', deque],
  ['list', list],
  ['forward_list', forwardList],
  ['stack', adapter],
  ['queue', adapter],
  ['priority_queue', adapter],
];
