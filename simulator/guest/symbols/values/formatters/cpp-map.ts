import { Unavailable } from '../../locations/unavailable.ts';
import type { Type } from '../../types/type.ts';
import type { IndexedPart } from '../presentation.ts';
import type { Value } from '../value.ts';
import type { Formatter, FormatterTable } from './formatter.ts';
import {
  addressIn,
  aligned,
  alignmentOf,
  anyField,
  countIn,
  deepField,
  plausible,
  sizeOf,
  typeParameter,
} from './raw-field.ts';
import { keyName, shownAsList, shownAsMap, walkedPart } from './shown-as.ts';

/** Where a node of libc++'s red-black tree keeps its neighbours, in 32-bit programs. */
const TREE = { left: 0, right: 4, parent: 8, end: 13 } as const;
/** A node of a hash table: the next one, its hash, the value. */
const HASH = { next: 0, end: 8 } as const;

/** From a node to its root; a longer way is a circle. */
const TREE_DEPTH_MAX = 256;
const NODE_BYTES = 8;

interface Memory {
  /** A pointer in memory. Throws Unavailable when it is outside. */
  pointer(address: number): number;
}

function memoryOf(value: Value): Memory {
  const { memory } = value.world;
  const view = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  return {
    pointer(address) {
      if (address > 0 && address + 4 <= memory.length) return view.getUint32(address, true);
      throw new Unavailable('the container leads out of memory');
    },
  };
}

/** The nodes of a tree in order, from the first one on. */
function* treeNodes(value: Value, first: number, count: number): Generator<number> {
  const memory = memoryOf(value);
  let node = first;
  for (let index = 0; index < count; index++) {
    yield node;
    if (index + 1 < count) node = successor(memory, node);
  }
}

function successor(memory: Memory, node: number): number {
  let next = memory.pointer(node + TREE.right);
  if (next !== 0) {
    for (let depth = 0; depth < TREE_DEPTH_MAX; depth++) {
      const left = memory.pointer(next + TREE.left);
      if (left === 0) return next;
      next = left;
    }
    throw new Unavailable('the tree is a circle');
  }
  let child = node;
  for (let depth = 0; depth < TREE_DEPTH_MAX; depth++) {
    const parent = memory.pointer(child + TREE.parent);
    if (memory.pointer(parent + TREE.left) === child) return parent;
    child = parent;
  }
  throw new Unavailable('the tree is a circle');
}

function* hashNodes(value: Value, first: number, count: number): Generator<number> {
  const memory = memoryOf(value);
  let node = first;
  for (let index = 0; index < count && node !== 0; index++) {
    yield node;
    node = memory.pointer(node + HASH.next);
  }
}

type Nodes = (count: number) => Iterator<number>;

interface Container {
  readonly size: number;
  readonly nodes: Nodes;
  /** Where the nodes have room for their values, without alignment. */
  readonly valueOffset: number;
}

function tree(value: Value): Container | undefined {
  const size = countIn(anyField(value, '__size_', '__pair3_'));
  const first = addressIn(deepField(value, '__begin_node_'));
  if (size === undefined || first === undefined) return undefined;
  return {
    size: plausible(value, size, NODE_BYTES),
    nodes: (count) => treeNodes(value, first, count),
    valueOffset: TREE.end,
  };
}

function hashTable(value: Value): Container | undefined {
  const size = countIn(anyField(value, '__size_', '__p2_'));
  const anchor = anyField(value, '__first_node_', '__p1_');
  const first = addressIn(anchor && deepField(anchor, '__next_'));
  if (size === undefined || first === undefined) return undefined;
  return {
    size: plausible(value, size, NODE_BYTES),
    nodes: (count) => hashNodes(value, first, count),
    valueOffset: HASH.end,
  };
}

const set =
  (open: (value: Value) => Container | undefined): Formatter =>
  (value) => {
    const container = open(value);
    const element = typeParameter(value, 0);
    if (container === undefined || element === undefined) return undefined;
    const offset = aligned(container.valueOffset, element);
    const part = walkedPart(
      container.size,
      () => container.nodes(container.size),
      (node, index) => ({ name: `[${index}]`, value: value.at(element, node + offset) }),
    );
    return shownAsList(value, part);
  };

const map =
  (open: (value: Value) => Container | undefined): Formatter =>
  (value) => {
    const container = open(value);
    const key = typeParameter(value, 0);
    const mapped = typeParameter(value, 1);
    if (container === undefined || key === undefined || mapped === undefined) return undefined;
    return shownAsMap(value, pairs(value, container, key, mapped));
  };

/** Keys and values are kept as pairs: the value follows its key. */
function pairs(value: Value, container: Container, key: Type, mapped: Type): IndexedPart {
  const alignment = Math.max(alignmentOf(key), alignmentOf(mapped));
  const offset = Math.ceil(container.valueOffset / alignment) * alignment;
  const second = aligned(sizeOf(key), mapped);
  return walkedPart(
    container.size,
    () => container.nodes(container.size),
    (node) => {
      const name = keyName(value.at(key, node + offset));
      const path = value.evaluateName && value.evaluateName + name;
      const address = node + offset + second;
      return { name, value: value.at(mapped, address, { evaluateName: path }) };
    },
  );
}

export const CPP_MAPS: FormatterTable = [
  ['map', map(tree)],
  ['multimap', map(tree)],
  ['set', set(tree)],
  ['multiset', set(tree)],
  ['unordered_map', map(hashTable)],
  ['unordered_multimap', map(hashTable)],
  ['unordered_set', set(hashTable)],
  ['unordered_multiset', set(hashTable)],
];
