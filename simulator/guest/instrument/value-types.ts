import type { ValueType } from '../wasm/index.ts';
import { OP } from './opcodes.ts';

/** How a value of a type is handed to the host; `none` cannot be. */
export type Carrier = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'function' | 'external' | 'none';

const NUMERIC: Readonly<Record<string, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

/** The one-byte forms of nullable references, and the heap types that they are short for. */
const SHORT_REFERENCES: Readonly<Record<string, number>> = {
  nullexnref: 0x74,
  nullfuncref: 0x73,
  nullexternref: 0x72,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
};

const HEAP_TYPES: Readonly<Record<string, number>> = {
  noexn: 0x74,
  nofunc: 0x73,
  noextern: 0x72,
  func: 0x70,
  extern: 0x6f,
  exn: 0x69,
};

const REFERENCE = 0x64;
const NULLABLE_REFERENCE = 0x63;
const LONG_REFERENCE = /^\(ref (null )?(\w+)\)$/;

/** The bytes of a value type; undefined for one that only garbage collection has. */
export function encodeValueType(type: ValueType): number[] | undefined {
  const short = NUMERIC[type] ?? SHORT_REFERENCES[type];
  if (short !== undefined) return [short];
  const heap = heapType(type);
  if (heap === undefined) return undefined;
  return [isNullable(type) ? NULLABLE_REFERENCE : REFERENCE, ...heap];
}

/** Whether a variable of this type has a value from the start. */
export function isNullable(type: ValueType): boolean {
  return LONG_REFERENCE.exec(type)?.[1] !== undefined || !type.startsWith('(ref ');
}

/** Instructions that give the zero of a type; undefined for a reference that is never null. */
export function zeroOf(type: ValueType): number[] | undefined {
  switch (type) {
    case 'i32':
      return [OP.i32Const, 0];
    case 'i64':
      return [OP.i64Const, 0];
    case 'f32':
      return [OP.f32Const, 0, 0, 0, 0];
    case 'f64':
      return [OP.f64Const, 0, 0, 0, 0, 0, 0, 0, 0];
    case 'v128':
      return [OP.simd, OP.v128Const, ...new Array<number>(16).fill(0)];
    default: {
      const short = SHORT_REFERENCES[type];
      if (short !== undefined) return [OP.refNull, short];
      const heap = heapType(type);
      return heap === undefined || !isNullable(type) ? undefined : [OP.refNull, ...heap];
    }
  }
}

export function carrierOf(type: ValueType): Carrier {
  if (type in NUMERIC) return type as Carrier;
  if (!isNullable(type)) return 'none';
  const heap = LONG_REFERENCE.exec(type)?.[2];
  if (type === 'externref' || type === 'nullexternref' || heap === 'extern') return 'external';
  if (type === 'funcref' || type === 'nullfuncref' || heap === 'func') return 'function';
  // A defined type is one of a function: those of structs and arrays are refused.
  return heap !== undefined && /^\d+$/.test(heap) ? 'function' : 'none';
}

function heapType(type: ValueType): number[] | undefined {
  const heap = LONG_REFERENCE.exec(type)?.[2];
  if (heap === undefined) return undefined;
  const abstract = HEAP_TYPES[heap];
  if (abstract !== undefined) return [abstract];
  return /^\d+$/.test(heap) ? signedLeb(Number(heap)) : undefined;
}

function signedLeb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x40) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>= 7;
  }
  bytes.push(rest);
  return bytes;
}
