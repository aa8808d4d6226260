import type { BaseEncoding, BaseType, PointerType, Type } from '../types/type.ts';

function base(name: string, byteLength: number, encoding: BaseEncoding): BaseType {
  return { kind: 'base', name, byteLength, encoding };
}

/** The types of C for 32-bit WebAssembly, in which expressions are computed. */
export const BUILTIN = {
  bool: base('bool', 1, 'boolean'),
  char: base('char', 1, 'signed-character'),
  int: base('int', 4, 'signed'),
  unsigned: base('unsigned int', 4, 'unsigned'),
  longLong: base('long long', 8, 'signed'),
  unsignedLongLong: base('unsigned long long', 8, 'unsigned'),
  int128: base('__int128', 16, 'signed'),
  unsigned128: base('unsigned __int128', 16, 'unsigned'),
  float: base('float', 4, 'float'),
  double: base('double', 8, 'float'),
  character: base('char32_t', 4, 'unicode'),
  size: base('size_t', 4, 'unsigned'),
} as const;

export const VOID_TYPE: Type = { kind: 'void', name: 'void' };

const POINTER_BYTES = 4;

export function pointerTo(target: Type): PointerType {
  return {
    kind: 'pointer',
    flavour: 'pointer',
    byteLength: POINTER_BYTES,
    name: undefined,
    target: () => target,
  };
}

/** Types that can be named whether the program uses them or not. */
const NAMED: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['void', VOID_TYPE],
  ['bool', BUILTIN.bool],
  ['_Bool', BUILTIN.bool],
  ['char', BUILTIN.char],
  ['signed char', base('signed char', 1, 'signed-character')],
  ['unsigned char', base('unsigned char', 1, 'unsigned-character')],
  ['short', base('short', 2, 'signed')],
  ['unsigned short', base('unsigned short', 2, 'unsigned')],
  ['int', BUILTIN.int],
  ['unsigned int', BUILTIN.unsigned],
  ['long', base('long', 4, 'signed')],
  ['unsigned long', base('unsigned long', 4, 'unsigned')],
  ['long long', BUILTIN.longLong],
  ['unsigned long long', BUILTIN.unsignedLongLong],
  ['float', BUILTIN.float],
  ['double', BUILTIN.double],
  ['size_t', BUILTIN.size],
  ['ssize_t', base('ssize_t', 4, 'signed')],
  ['intptr_t', base('intptr_t', 4, 'signed')],
  ['uintptr_t', base('uintptr_t', 4, 'unsigned')],
  ...[1, 2, 4, 8].flatMap((bytes): [string, Type][] => [
    [`int${bytes * 8}_t`, base(`int${bytes * 8}_t`, bytes, 'signed')],
    [`uint${bytes * 8}_t`, base(`uint${bytes * 8}_t`, bytes, 'unsigned')],
  ]),
  ...[1, 2, 4, 8, 16].flatMap((bytes): [string, Type][] => [
    [`i${bytes * 8}`, base(`i${bytes * 8}`, bytes, 'signed')],
    [`u${bytes * 8}`, base(`u${bytes * 8}`, bytes, 'unsigned')],
  ]),
  ['isize', base('isize', 4, 'signed')],
  ['usize', base('usize', 4, 'unsigned')],
  ['f32', BUILTIN.float],
  ['f64', BUILTIN.double],
]);

export function builtinType(name: string): Type | undefined {
  return NAMED.get(name);
}

const WORDS: ReadonlySet<string> = new Set([
  'signed',
  'unsigned',
  'short',
  'long',
  'int',
  'char',
  'float',
  'double',
]);

export function isArithmeticWord(word: string): boolean {
  return WORDS.has(word);
}

/** The arithmetic type that several words name, such as `unsigned long int`, in any order. */
export function arithmeticType(words: readonly string[]): Type | undefined {
  const has = (word: string) => words.includes(word);
  const longs = words.filter((word) => word === 'long').length;
  const sign = has('unsigned') ? 'unsigned ' : '';
  if (has('float') || has('double')) return builtinType(has('float') ? 'float' : 'double');
  if (has('char')) return builtinType(has('signed') ? 'signed char' : `${sign}char`);
  if (has('short')) return builtinType(`${sign}short`);
  if (longs > 0) return builtinType(`${sign}${longs > 1 ? 'long long' : 'long'}`);
  return builtinType(`${sign}int`);
}
