/** How the transpiler's glue represents values of the component model in JavaScript. */
import type { WitType } from './wit-type.ts';

/** One case of a variant, of a result, or of an option that cannot be undefined. */
export interface TaggedValue {
  readonly tag: string;
  readonly val?: unknown;
}

/** The name that a kebab-case name has in JavaScript: `http-status` is `httpStatus`. */
export function camelCase(name: string): string {
  const [first = '', ...rest] = name.split('-').map((word) => word.toLowerCase());
  return first + rest.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('');
}

/**
 * Whether undefined stands for `none` of an option. Where its payload may itself be undefined, a
 * tagged value stands for both.
 */
export function isNullable(type: WitType): boolean {
  return type.kind === 'option' && !isNullable(type.some);
}

interface NumberRange {
  readonly min: bigint;
  readonly max: bigint;
}

/** The integers by type; those of 64 bits are a bigint in JavaScript. */
export const INTEGERS: Readonly<Record<string, NumberRange>> = {
  u8: { min: 0n, max: 0xffn },
  s8: { min: -0x80n, max: 0x7fn },
  u16: { min: 0n, max: 0xffffn },
  s16: { min: -0x8000n, max: 0x7fffn },
  u32: { min: 0n, max: 0xffff_ffffn },
  s32: { min: -0x8000_0000n, max: 0x7fff_ffffn },
  u64: { min: 0n, max: 0xffff_ffff_ffff_ffffn },
  s64: { min: -0x8000_0000_0000_0000n, max: 0x7fff_ffff_ffff_ffffn },
};

export function isWide(kind: string): boolean {
  return kind === 'u64' || kind === 's64';
}

/** Lists of numbers are typed arrays. */
const ARRAYS: Readonly<Record<string, (values: readonly never[]) => object>> = {
  u8: (values) => Uint8Array.from(values),
  s8: (values) => Int8Array.from(values),
  u16: (values) => Uint16Array.from(values),
  s16: (values) => Int16Array.from(values),
  u32: (values) => Uint32Array.from(values),
  s32: (values) => Int32Array.from(values),
  u64: (values) => BigUint64Array.from(values),
  s64: (values) => BigInt64Array.from(values),
  f32: (values) => Float32Array.from(values),
  f64: (values) => Float64Array.from(values),
};

export function listOf(element: WitType, values: readonly unknown[]): object {
  const make = Object.hasOwn(ARRAYS, element.kind) ? ARRAYS[element.kind] : undefined;
  return make === undefined ? values : make(values as readonly never[]);
}
