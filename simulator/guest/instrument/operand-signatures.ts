/** What instructions take from the operand stack and leave on it, as far as their names tell. */
import { INSTRUCTIONS } from '../wasm/index.ts';

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64';

/** `opaque` stands for vectors and references. */
export type OperandType = NumberType | 'opaque';

export interface Signature {
  readonly pops: number;
  readonly pushes: readonly OperandType[];
}

const SCALAR = /^(i32|i64|f32|f64)\.(.+)$/;
const VECTOR = /^(?:v128|i8x16|i16x8|i32x4|i64x2|f32x4|f64x2)\.(.+)$/;

const SCALAR_UNARY = /^(clz|ctz|popcnt|abs|neg|ceil|floor|trunc|nearest|sqrt|extend\d+_s)$/;
/** Names of the type that they convert from are in their names. */
const CONVERSION = /_(i32|i64|f32|f64)(_[su])?$/;
const COMPARISON = /^(eq|ne|lt|gt|le|ge)(_[su])?$/;

const VECTOR_UNARY =
  /^(not|abs|neg|popcnt|ceil|floor|trunc|nearest|sqrt|(extend|extadd|convert|demote|promote|trunc_sat|relaxed_trunc)_.*)$/;
const VECTOR_TERNARY = /^(bitselect|relaxed_n?madd|relaxed_laneselect|.*_add_s)$/;
const VECTOR_TEST = /^(any_true|all_true|bitmask)$/;

/** By lane shape; integers narrower than 32 bits are i32 on the stack. */
const LANE_TYPES: Readonly<Record<string, OperandType>> = {
  i8x16: 'i32',
  i16x8: 'i32',
  i32x4: 'i32',
  i64x2: 'i64',
  f32x4: 'f32',
  f64x2: 'f64',
};

const OTHERS: Readonly<Record<string, Signature>> = {
  nop: signature(0),
  drop: signature(1),
  'ref.is_null': signature(1, 'i32'),
  'ref.null': signature(0, 'opaque'),
  'ref.func': signature(0, 'opaque'),
  'ref.as_non_null': signature(1, 'opaque'),
  br_if: signature(1),
  br_on_null: signature(1, 'opaque'),
  br_on_non_null: signature(1),
  'data.drop': signature(0),
  'elem.drop': signature(0),
  'memory.init': signature(3),
  'memory.copy': signature(3),
  'memory.fill': signature(3),
  'table.init': signature(3),
  'table.copy': signature(3),
  'table.fill': signature(3),
  'table.get': signature(1, 'opaque'),
  'table.set': signature(2),
};

const BY_OPCODE = new Map(
  [...INSTRUCTIONS.values()].flatMap(({ opcode, name }) => {
    const known = OTHERS[name] ?? scalarSignature(name) ?? vectorSignature(name);
    return known === undefined ? [] : [[opcode, known]];
  }),
);

/** Undefined for instructions whose operands depend on more than their opcode. */
export function signatureOf(opcode: number): Signature | undefined {
  return BY_OPCODE.get(opcode);
}

function signature(pops: number, ...pushes: OperandType[]): Signature {
  return { pops, pushes };
}

function scalarSignature(name: string): Signature | undefined {
  const [, type, operation = ''] = SCALAR.exec(name) ?? [];
  if (type === undefined) return undefined;
  const own = type as OperandType;
  if (operation === 'const') return signature(0, own);
  if (operation.startsWith('load')) return signature(1, own);
  if (operation.startsWith('store')) return signature(2);
  if (operation === 'eqz') return signature(1, 'i32');
  if (operation === 'add128' || operation === 'sub128') return signature(4, own, own);
  if (operation.startsWith('mul_wide')) return signature(2, own, own);
  if (SCALAR_UNARY.test(operation) || CONVERSION.test(operation)) return signature(1, own);
  return COMPARISON.test(operation) ? signature(2, 'i32') : signature(2, own);
}

function vectorSignature(name: string): Signature | undefined {
  const [, operation] = VECTOR.exec(name) ?? [];
  if (operation === undefined) return undefined;
  const lane = LANE_TYPES[name.slice(0, name.indexOf('.'))] ?? 'opaque';
  if (operation === 'const') return signature(0, 'opaque');
  if (/^load\d+_lane$/.test(operation)) return signature(2, 'opaque');
  if (operation.startsWith('load')) return signature(1, 'opaque');
  if (operation.startsWith('store')) return signature(2);
  if (operation === 'splat') return signature(1, 'opaque');
  if (operation.startsWith('extract_lane')) return signature(1, lane);
  if (operation === 'replace_lane') return signature(2, 'opaque');
  if (VECTOR_TEST.test(operation)) return signature(1, 'i32');
  if (VECTOR_UNARY.test(operation)) return signature(1, 'opaque');
  if (VECTOR_TERNARY.test(operation)) return signature(3, 'opaque');
  return signature(2, 'opaque');
}
