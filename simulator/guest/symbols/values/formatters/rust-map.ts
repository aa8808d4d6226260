import { Unavailable } from '../../locations/unavailable.ts';
import { bareType, type Type } from '../../types/type.ts';
import { memberValue } from '../present-record.ts';
import { BRACKETS } from '../presentation.ts';
import type { NamedValue, Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import {
  addressIn,
  countIn,
  deepField,
  field,
  plausible,
  sizeOf,
  targetType,
  typeParameter,
} from './raw-field.ts';
import { keyName, shownAsList, shownAsMap, walkedPart } from './shown-as.ts';

/** A control byte with its high bit set is of an empty bucket. */
const EMPTY_BIT = 0x80;

interface HashTable {
  readonly entry: Type;
  readonly count: number;
  entries(): Generator<Value>;
}

/**
 * The table of hashbrown, after Google's SwissTable: control bytes for the buckets, and the
 * buckets themselves in front of them, the first one nearest.
 */
function hashTable(value: Value): HashTable | undefined {
  const table = deepField(value, 'table');
  const entry = table && typeParameter(table, 0);
  const mask = countIn(deepField(value, 'bucket_mask'));
  const control = addressIn(deepField(value, 'ctrl'));
  const items = countIn(deepField(value, 'items'));
  if (entry === undefined || mask === undefined) return undefined;
  if (control === undefined || items === undefined) return undefined;
  const { memory } = value.world;
  const size = sizeOf(entry);
  const buckets = plausible(value, mask + 1, Math.max(1, size));
  return {
    entry,
    count: plausible(value, items, 1),
    *entries() {
      for (let bucket = 0; bucket < buckets; bucket++) {
        const byte = memory[control + bucket];
        if (byte === undefined) throw new Unavailable('the table leads out of memory');
        if ((byte & EMPTY_BIT) === 0) yield value.at(entry, control - (bucket + 1) * size);
      }
    },
  };
}

const hashMap: Formatter = (value) => {
  const table = hashTable(value);
  if (table === undefined) return undefined;
  const part = walkedPart(
    table.count,
    () => table.entries(),
    (entry) => pair(value, entry),
  );
  return shownAsMap(value, part);
};

/** The value of an entry under its key. */
function pair(map: Value, entry: Value): NamedValue {
  const [key, mapped] = tupleFields(entry);
  const name = key === undefined ? '[?]' : keyName(key);
  const path = map.evaluateName && map.evaluateName + name;
  return { name, value: (mapped ?? entry).renamed(path) };
}

function tupleFields(tuple: Value): Value[] {
  const type = bareType(tuple.type);
  if (type.kind !== 'record') return [];
  return ['__0', '__1'].flatMap((name) => {
    const member = type.members().find((each) => each.name === name);
    return member === undefined ? [] : [memberValue(tuple, member)];
  });
}

/** A set is a map to nothing. */
const hashSet: Formatter = (value) => {
  const table = hashTable(value);
  if (table === undefined) return undefined;
  const part = walkedPart(
    table.count,
    () => table.entries(),
    (entry, index) => ({ name: `[${index}]`, value: tupleFields(entry)[0] ?? entry }),
  );
  return shownAsList(value, part, BRACKETS);
};

/** Levels of a tree; one with more would not fit into memory. */
const HEIGHT_MAX = 32;
const KEYS_OF_NODE_MAX = 11;
const POINTER_BYTES = 4;

interface BTree {
  readonly key: Type;
  readonly mapped: Type;
  readonly count: number;
  /** The addresses of keys and of their values. */
  entries(): Generator<readonly [key: number, mapped: number]>;
}

/** The nodes of a `BTreeMap` hold up to 11 keys; inner ones have their edges behind. */
function bTree(value: Value): BTree | undefined {
  const key = typeParameter(value, 0);
  const mapped = typeParameter(value, 1);
  const count = countIn(field(value, 'length'));
  const root = field(value, 'root');
  if (key === undefined || mapped === undefined || count === undefined) return undefined;
  if (root === undefined) return undefined;
  const node = root.dereferenced();
  const anchor = node && deepField(node, 'node');
  const leaf = targetType(anchor);
  const height = countIn(node && field(node, 'height'));
  const first = addressIn(anchor);
  if (count === 0 || node === undefined) return emptyTree(key, mapped);
  if (leaf === undefined || height === undefined || first === undefined) return undefined;
  if (height > HEIGHT_MAX) throw new Unavailable('the tree is too high');
  return {
    key,
    mapped,
    count: plausible(value, count, 1),
    entries: () => nodeEntries(value, leaf, first, height),
  };

  function* nodeEntries(
    map: Value,
    type: Type,
    address: number,
    level: number,
  ): Generator<readonly [number, number]> {
    const at = map.at(type, address);
    const keys = field(at, 'keys')?.address;
    const values = field(at, 'vals')?.address;
    const length = countIn(field(at, 'len'));
    if (keys === undefined || values === undefined || length === undefined) return;
    if (length > KEYS_OF_NODE_MAX) throw new Unavailable('a node of the tree is damaged');
    for (let index = 0; index <= length; index++) {
      if (level > 0)
        yield* nodeEntries(map, type, edge(map, address + sizeOf(type), index), level - 1);
      if (index < length) {
        yield [keys + index * sizeOf(key as Type), values + index * sizeOf(mapped as Type)];
      }
    }
  }
}

function edge({ world }: Value, edges: number, index: number): number {
  const at = edges + index * POINTER_BYTES;
  if (at < 0 || at + POINTER_BYTES > world.memory.length) {
    throw new Unavailable('the tree leads out of memory');
  }
  return new DataView(world.memory.buffer, world.memory.byteOffset + at).getUint32(0, true);
}

function emptyTree(key: Type, mapped: Type): BTree {
  return { key, mapped, count: 0, *entries() {} };
}

const bTreeMap: Formatter = (value) => {
  const tree = bTree(value);
  if (tree === undefined) return undefined;
  const part = walkedPart(
    tree.count,
    () => tree.entries(),
    ([key, mapped]): NamedValue => {
      const name = keyName(value.at(tree.key, key));
      const path = value.evaluateName && value.evaluateName + name;
      return { name, value: value.at(tree.mapped, mapped, { evaluateName: path }) };
    },
  );
  return shownAsMap(value, part);
};

const bTreeSet: Formatter = (value) => {
  const map = field(value, 'map');
  const tree = map && bTree(map);
  if (tree === undefined) return undefined;
  const part = walkedPart(
    tree.count,
    () => tree.entries(),
    ([key], index) => ({ name: `[${index}]`, value: value.at(tree.key, key) }),
  );
  return shownAsList(value, part, BRACKETS);
};

export const RUST_MAPS: FormatterTable = [
  ['HashMap', hashMap],
  ['HashSet', hashSet],
  ['BTreeMap', bTreeMap],
  ['BTreeSet', bTreeSet],
];
