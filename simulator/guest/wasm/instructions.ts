/**
 * Every instruction of WebAssembly as a row: its opcode, its name, and the shape of what follows
 * the opcode. Covers the core specification 3.0 (SIMD, bulk memory, reference types, tail calls,
 * exceptions, multiple memories, memory64, garbage collection), the legacy exceptions, relaxed
 * SIMD, threads and wide arithmetic. Source: the index of instructions of the specification, and
 * the proposals' own tables where an instruction is not in it.
 */

/** What follows an opcode. Every multi-byte number is LEB128 unless its size is given. */
export type Shape =
  /** Nothing. */
  | 'none'
  /** One index or label, unsigned. */
  | 'index'
  /** Two indices. */
  | 'two-indices'
  /** An empty type (0x40), a value type, or the index of a function type, signed. */
  | 'block-type'
  /** A count, so many labels, and the default label. */
  | 'label-table'
  /** Alignment, the memory's index if bit 6 of the alignment is set, and the offset. */
  | 'memory'
  /** As `memory`, and a byte with the lane's number. */
  | 'memory-lane'
  /** One byte: a lane's number, or one that is reserved. */
  | 'byte'
  /** A signed number of 32 or 64 bits. */
  | 'integer'
  /** 4 bytes. */
  | 'float32'
  /** 8 bytes. */
  | 'float64'
  /** 16 bytes. */
  | 'vector'
  /** A count and so many value types. */
  | 'value-types'
  /** A block type, a count and so many catch clauses. */
  | 'try-table'
  /** A heap type, signed. */
  | 'heap-type'
  /** A byte of flags, a label and two heap types. */
  | 'branch-on-cast';

/** Instructions that not every engine has, or that this one refuses. */
export type InstructionFeature = 'threads' | 'relaxed-simd' | 'gc';

export interface Instruction {
  /** The byte, or `prefix * 0x10000 + number` for a prefixed instruction: 0xfd0100. */
  readonly opcode: number;
  readonly name: string;
  readonly shape: Shape;
  readonly feature?: InstructionFeature;
}

export const PREFIX = { gc: 0xfb, misc: 0xfc, simd: 0xfd, threads: 0xfe } as const;

/** The largest number that follows each prefix in the tables below. */
export const PREFIXED_NUMBER_MAX = 0x113;

export function prefixedOpcode(prefix: number, number: number): number {
  return prefix * 0x10000 + number;
}

/** Names of consecutive opcodes, separated by spaces; `-` leaves an opcode out. */
type Run = readonly [first: number, shape: Shape, names: string];

const CONTROL: readonly Run[] = [
  [0x00, 'none', 'unreachable nop'],
  [0x02, 'block-type', 'block loop if'],
  [0x05, 'none', 'else'],
  [0x06, 'block-type', 'try'],
  [0x07, 'index', 'catch throw rethrow'],
  [0x0a, 'none', 'throw_ref end'],
  [0x0c, 'index', 'br br_if'],
  [0x0e, 'label-table', 'br_table'],
  [0x0f, 'none', 'return'],
  [0x10, 'index', 'call'],
  [0x11, 'two-indices', 'call_indirect'],
  [0x12, 'index', 'return_call'],
  [0x13, 'two-indices', 'return_call_indirect'],
  [0x14, 'index', 'call_ref return_call_ref'],
  [0x18, 'index', 'delegate'],
  [0x19, 'none', 'catch_all drop select'],
  [0x1c, 'value-types', 'select'],
  [0x1f, 'try-table', 'try_table'],
  [0x20, 'index', 'local.get local.set local.tee global.get global.set table.get table.set'],
  [0xd0, 'heap-type', 'ref.null'],
  [0xd1, 'none', 'ref.is_null'],
  [0xd2, 'index', 'ref.func'],
  [0xd4, 'none', 'ref.as_non_null'],
  [0xd5, 'index', 'br_on_null br_on_non_null'],
];

const REFERENCE_EQUALITY: readonly Run[] = [[0xd3, 'none', 'ref.eq']];

const MEMORY: readonly Run[] = [
  [0x28, 'memory', 'i32.load i64.load f32.load f64.load'],
  [0x2c, 'memory', 'i32.load8_s i32.load8_u i32.load16_s i32.load16_u'],
  [0x30, 'memory', 'i64.load8_s i64.load8_u i64.load16_s i64.load16_u i64.load32_s i64.load32_u'],
  [0x36, 'memory', 'i32.store i64.store f32.store f64.store'],
  [0x3a, 'memory', 'i32.store8 i32.store16 i64.store8 i64.store16 i64.store32'],
  [0x3f, 'index', 'memory.size memory.grow'],
];

const NUMERIC: readonly Run[] = [
  [0x41, 'integer', 'i32.const i64.const'],
  [0x43, 'float32', 'f32.const'],
  [0x44, 'float64', 'f64.const'],
  [0x45, 'none', 'i32.eqz i32.eq i32.ne i32.lt_s i32.lt_u i32.gt_s i32.gt_u'],
  [0x4c, 'none', 'i32.le_s i32.le_u i32.ge_s i32.ge_u'],
  [0x50, 'none', 'i64.eqz i64.eq i64.ne i64.lt_s i64.lt_u i64.gt_s i64.gt_u'],
  [0x57, 'none', 'i64.le_s i64.le_u i64.ge_s i64.ge_u'],
  [0x5b, 'none', 'f32.eq f32.ne f32.lt f32.gt f32.le f32.ge'],
  [0x61, 'none', 'f64.eq f64.ne f64.lt f64.gt f64.le f64.ge'],
  [0x67, 'none', 'i32.clz i32.ctz i32.popcnt i32.add i32.sub i32.mul'],
  [0x6d, 'none', 'i32.div_s i32.div_u i32.rem_s i32.rem_u i32.and i32.or i32.xor'],
  [0x74, 'none', 'i32.shl i32.shr_s i32.shr_u i32.rotl i32.rotr'],
  [0x79, 'none', 'i64.clz i64.ctz i64.popcnt i64.add i64.sub i64.mul'],
  [0x7f, 'none', 'i64.div_s i64.div_u i64.rem_s i64.rem_u i64.and i64.or i64.xor'],
  [0x86, 'none', 'i64.shl i64.shr_s i64.shr_u i64.rotl i64.rotr'],
  [0x8b, 'none', 'f32.abs f32.neg f32.ceil f32.floor f32.trunc f32.nearest f32.sqrt'],
  [0x92, 'none', 'f32.add f32.sub f32.mul f32.div f32.min f32.max f32.copysign'],
  [0x99, 'none', 'f64.abs f64.neg f64.ceil f64.floor f64.trunc f64.nearest f64.sqrt'],
  [0xa0, 'none', 'f64.add f64.sub f64.mul f64.div f64.min f64.max f64.copysign'],
  [0xa7, 'none', 'i32.wrap_i64 i32.trunc_f32_s i32.trunc_f32_u i32.trunc_f64_s i32.trunc_f64_u'],
  [0xac, 'none', 'i64.extend_i32_s i64.extend_i32_u i64.trunc_f32_s i64.trunc_f32_u'],
  [0xb0, 'none', 'i64.trunc_f64_s i64.trunc_f64_u f32.convert_i32_s f32.convert_i32_u'],
  [0xb4, 'none', 'f32.convert_i64_s f32.convert_i64_u f32.demote_f64 f64.convert_i32_s'],
  [0xb8, 'none', 'f64.convert_i32_u f64.convert_i64_s f64.convert_i64_u f64.promote_f32'],
  [0xbc, 'none', 'i32.reinterpret_f32 i64.reinterpret_f64'],
  [0xbe, 'none', 'f32.reinterpret_i32 f64.reinterpret_i64'],
  [0xc0, 'none', 'i32.extend8_s i32.extend16_s i64.extend8_s i64.extend16_s i64.extend32_s'],
];

const GC: readonly Run[] = [
  [0x00, 'index', 'struct.new struct.new_default'],
  [0x02, 'two-indices', 'struct.get struct.get_s struct.get_u struct.set'],
  [0x06, 'index', 'array.new array.new_default'],
  [0x08, 'two-indices', 'array.new_fixed array.new_data array.new_elem'],
  [0x0b, 'index', 'array.get array.get_s array.get_u array.set'],
  [0x0f, 'none', 'array.len'],
  [0x10, 'index', 'array.fill'],
  [0x11, 'two-indices', 'array.copy array.init_data array.init_elem'],
  [0x14, 'heap-type', 'ref.test ref.test_null ref.cast ref.cast_null'],
  [0x18, 'branch-on-cast', 'br_on_cast br_on_cast_fail'],
  [0x1a, 'none', 'any.convert_extern extern.convert_any ref.i31 i31.get_s i31.get_u'],
];

const MISC: readonly Run[] = [
  [0x00, 'none', 'i32.trunc_sat_f32_s i32.trunc_sat_f32_u i32.trunc_sat_f64_s i32.trunc_sat_f64_u'],
  [0x04, 'none', 'i64.trunc_sat_f32_s i64.trunc_sat_f32_u i64.trunc_sat_f64_s i64.trunc_sat_f64_u'],
  [0x08, 'two-indices', 'memory.init'],
  [0x09, 'index', 'data.drop'],
  [0x0a, 'two-indices', 'memory.copy'],
  [0x0b, 'index', 'memory.fill'],
  [0x0c, 'two-indices', 'table.init'],
  [0x0d, 'index', 'elem.drop'],
  [0x0e, 'two-indices', 'table.copy'],
  [0x0f, 'index', 'table.grow table.size table.fill'],
  [0x13, 'none', 'i64.add128 i64.sub128 i64.mul_wide_s i64.mul_wide_u'],
];

const SIMD_MEMORY: readonly Run[] = [
  [0x00, 'memory', 'v128.load v128.load8x8_s v128.load8x8_u v128.load16x4_s v128.load16x4_u'],
  [0x05, 'memory', 'v128.load32x2_s v128.load32x2_u v128.load8_splat v128.load16_splat'],
  [0x09, 'memory', 'v128.load32_splat v128.load64_splat v128.store'],
  [0x54, 'memory-lane', 'v128.load8_lane v128.load16_lane v128.load32_lane v128.load64_lane'],
  [0x58, 'memory-lane', 'v128.store8_lane v128.store16_lane v128.store32_lane v128.store64_lane'],
  [0x5c, 'memory', 'v128.load32_zero v128.load64_zero'],
];

const SIMD_LANES: readonly Run[] = [
  [0x0c, 'vector', 'v128.const i8x16.shuffle'],
  [0x0e, 'none', 'i8x16.swizzle i8x16.splat i16x8.splat i32x4.splat'],
  [0x12, 'none', 'i64x2.splat f32x4.splat f64x2.splat'],
  [0x15, 'byte', 'i8x16.extract_lane_s i8x16.extract_lane_u i8x16.replace_lane'],
  [0x18, 'byte', 'i16x8.extract_lane_s i16x8.extract_lane_u i16x8.replace_lane'],
  [0x1b, 'byte', 'i32x4.extract_lane i32x4.replace_lane i64x2.extract_lane i64x2.replace_lane'],
  [0x1f, 'byte', 'f32x4.extract_lane f32x4.replace_lane f64x2.extract_lane f64x2.replace_lane'],
];

const SIMD_COMPARE: readonly Run[] = [
  [0x23, 'none', 'i8x16.eq i8x16.ne i8x16.lt_s i8x16.lt_u i8x16.gt_s i8x16.gt_u'],
  [0x29, 'none', 'i8x16.le_s i8x16.le_u i8x16.ge_s i8x16.ge_u'],
  [0x2d, 'none', 'i16x8.eq i16x8.ne i16x8.lt_s i16x8.lt_u i16x8.gt_s i16x8.gt_u'],
  [0x33, 'none', 'i16x8.le_s i16x8.le_u i16x8.ge_s i16x8.ge_u'],
  [0x37, 'none', 'i32x4.eq i32x4.ne i32x4.lt_s i32x4.lt_u i32x4.gt_s i32x4.gt_u'],
  [0x3d, 'none', 'i32x4.le_s i32x4.le_u i32x4.ge_s i32x4.ge_u'],
  [0x41, 'none', 'f32x4.eq f32x4.ne f32x4.lt f32x4.gt f32x4.le f32x4.ge'],
  [0x47, 'none', 'f64x2.eq f64x2.ne f64x2.lt f64x2.gt f64x2.le f64x2.ge'],
  [0x4d, 'none', 'v128.not v128.and v128.andnot v128.or v128.xor v128.bitselect v128.any_true'],
  [0xd6, 'none', 'i64x2.eq i64x2.ne i64x2.lt_s i64x2.gt_s i64x2.le_s i64x2.ge_s'],
];

const SIMD_INTEGER: readonly Run[] = [
  [0x60, 'none', 'i8x16.abs i8x16.neg i8x16.popcnt i8x16.all_true i8x16.bitmask'],
  [0x65, 'none', 'i8x16.narrow_i16x8_s i8x16.narrow_i16x8_u'],
  [0x6b, 'none', 'i8x16.shl i8x16.shr_s i8x16.shr_u i8x16.add i8x16.add_sat_s i8x16.add_sat_u'],
  [0x71, 'none', 'i8x16.sub i8x16.sub_sat_s i8x16.sub_sat_u'],
  [0x76, 'none', 'i8x16.min_s i8x16.min_u i8x16.max_s i8x16.max_u'],
  [0x7b, 'none', 'i8x16.avgr_u i16x8.extadd_pairwise_i8x16_s i16x8.extadd_pairwise_i8x16_u'],
  [0x7e, 'none', 'i32x4.extadd_pairwise_i16x8_s i32x4.extadd_pairwise_i16x8_u'],
  [0x80, 'none', 'i16x8.abs i16x8.neg i16x8.q15mulr_sat_s i16x8.all_true i16x8.bitmask'],
  [0x85, 'none', 'i16x8.narrow_i32x4_s i16x8.narrow_i32x4_u'],
  [0x87, 'none', 'i16x8.extend_low_i8x16_s i16x8.extend_high_i8x16_s'],
  [0x89, 'none', 'i16x8.extend_low_i8x16_u i16x8.extend_high_i8x16_u'],
  [0x8b, 'none', 'i16x8.shl i16x8.shr_s i16x8.shr_u i16x8.add i16x8.add_sat_s i16x8.add_sat_u'],
  [0x91, 'none', 'i16x8.sub i16x8.sub_sat_s i16x8.sub_sat_u - i16x8.mul'],
  [0x96, 'none', 'i16x8.min_s i16x8.min_u i16x8.max_s i16x8.max_u - i16x8.avgr_u'],
  [0x9c, 'none', 'i16x8.extmul_low_i8x16_s i16x8.extmul_high_i8x16_s'],
  [0x9e, 'none', 'i16x8.extmul_low_i8x16_u i16x8.extmul_high_i8x16_u'],
  [0xa0, 'none', 'i32x4.abs i32x4.neg - i32x4.all_true i32x4.bitmask'],
  [0xa7, 'none', 'i32x4.extend_low_i16x8_s i32x4.extend_high_i16x8_s'],
  [0xa9, 'none', 'i32x4.extend_low_i16x8_u i32x4.extend_high_i16x8_u'],
  [0xab, 'none', 'i32x4.shl i32x4.shr_s i32x4.shr_u i32x4.add - - i32x4.sub - - - i32x4.mul'],
  [0xb6, 'none', 'i32x4.min_s i32x4.min_u i32x4.max_s i32x4.max_u i32x4.dot_i16x8_s'],
  [0xbc, 'none', 'i32x4.extmul_low_i16x8_s i32x4.extmul_high_i16x8_s'],
  [0xbe, 'none', 'i32x4.extmul_low_i16x8_u i32x4.extmul_high_i16x8_u'],
  [0xc0, 'none', 'i64x2.abs i64x2.neg - i64x2.all_true i64x2.bitmask'],
  [0xc7, 'none', 'i64x2.extend_low_i32x4_s i64x2.extend_high_i32x4_s'],
  [0xc9, 'none', 'i64x2.extend_low_i32x4_u i64x2.extend_high_i32x4_u'],
  [0xcb, 'none', 'i64x2.shl i64x2.shr_s i64x2.shr_u i64x2.add - - i64x2.sub - - - i64x2.mul'],
  [0xdc, 'none', 'i64x2.extmul_low_i32x4_s i64x2.extmul_high_i32x4_s'],
  [0xde, 'none', 'i64x2.extmul_low_i32x4_u i64x2.extmul_high_i32x4_u'],
];

const SIMD_FLOAT: readonly Run[] = [
  [0x5e, 'none', 'f32x4.demote_f64x2_zero f64x2.promote_low_f32x4'],
  [0x67, 'none', 'f32x4.ceil f32x4.floor f32x4.trunc f32x4.nearest'],
  [0x74, 'none', 'f64x2.ceil f64x2.floor'],
  [0x7a, 'none', 'f64x2.trunc'],
  [0x94, 'none', 'f64x2.nearest'],
  [0xe0, 'none', 'f32x4.abs f32x4.neg - f32x4.sqrt f32x4.add f32x4.sub f32x4.mul f32x4.div'],
  [0xe8, 'none', 'f32x4.min f32x4.max f32x4.pmin f32x4.pmax'],
  [0xec, 'none', 'f64x2.abs f64x2.neg - f64x2.sqrt f64x2.add f64x2.sub f64x2.mul f64x2.div'],
  [0xf4, 'none', 'f64x2.min f64x2.max f64x2.pmin f64x2.pmax'],
  [0xf8, 'none', 'i32x4.trunc_sat_f32x4_s i32x4.trunc_sat_f32x4_u'],
  [0xfa, 'none', 'f32x4.convert_i32x4_s f32x4.convert_i32x4_u'],
  [0xfc, 'none', 'i32x4.trunc_sat_f64x2_s_zero i32x4.trunc_sat_f64x2_u_zero'],
  [0xfe, 'none', 'f64x2.convert_low_i32x4_s f64x2.convert_low_i32x4_u'],
];

/** Their results may differ between processors, which is why they are told apart. */
const RELAXED_SIMD: readonly Run[] = [
  [0x100, 'none', 'i8x16.relaxed_swizzle'],
  [0x101, 'none', 'i32x4.relaxed_trunc_f32x4_s i32x4.relaxed_trunc_f32x4_u'],
  [0x103, 'none', 'i32x4.relaxed_trunc_f64x2_s_zero i32x4.relaxed_trunc_f64x2_u_zero'],
  [0x105, 'none', 'f32x4.relaxed_madd f32x4.relaxed_nmadd f64x2.relaxed_madd f64x2.relaxed_nmadd'],
  [0x109, 'none', 'i8x16.relaxed_laneselect i16x8.relaxed_laneselect'],
  [0x10b, 'none', 'i32x4.relaxed_laneselect i64x2.relaxed_laneselect'],
  [0x10d, 'none', 'f32x4.relaxed_min f32x4.relaxed_max f64x2.relaxed_min f64x2.relaxed_max'],
  [0x111, 'none', 'i16x8.relaxed_q15mulr_s i16x8.relaxed_dot_i8x16_i7x16_s'],
  [0x113, 'none', 'i32x4.relaxed_dot_i8x16_i7x16_add_s'],
];

const ATOMIC_MODIFY = ['add', 'sub', 'and', 'or', 'xor', 'xchg', 'cmpxchg'];
const ATOMIC_MODIFY_FIRST = 0x1e;
const ATOMIC_MODIFY_WIDTHS = 7;

const THREADS: readonly Run[] = [
  [0x00, 'memory', 'memory.atomic.notify memory.atomic.wait32 memory.atomic.wait64'],
  [0x03, 'byte', 'atomic.fence'],
  [0x10, 'memory', 'i32.atomic.load i64.atomic.load i32.atomic.load8_u i32.atomic.load16_u'],
  [0x14, 'memory', 'i64.atomic.load8_u i64.atomic.load16_u i64.atomic.load32_u'],
  [0x17, 'memory', 'i32.atomic.store i64.atomic.store i32.atomic.store8 i32.atomic.store16'],
  [0x1b, 'memory', 'i64.atomic.store8 i64.atomic.store16 i64.atomic.store32'],
  ...ATOMIC_MODIFY.map((operation, index): Run => {
    const widths = [
      `i32.atomic.rmw.${operation} i64.atomic.rmw.${operation}`,
      `i32.atomic.rmw8.${operation}_u i32.atomic.rmw16.${operation}_u`,
      `i64.atomic.rmw8.${operation}_u i64.atomic.rmw16.${operation}_u`,
      `i64.atomic.rmw32.${operation}_u`,
    ];
    return [ATOMIC_MODIFY_FIRST + index * ATOMIC_MODIFY_WIDTHS, 'memory', widths.join(' ')];
  }),
];

const SIMD = [...SIMD_MEMORY, ...SIMD_LANES, ...SIMD_COMPARE, ...SIMD_INTEGER, ...SIMD_FLOAT];

/** All instructions, by opcode. */
export const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map(
  [
    ...rows([...CONTROL, ...MEMORY, ...NUMERIC], 0),
    ...rows(REFERENCE_EQUALITY, 0, 'gc'),
    ...rows(GC, PREFIX.gc, 'gc'),
    ...rows(MISC, PREFIX.misc),
    ...rows(SIMD, PREFIX.simd),
    ...rows(RELAXED_SIMD, PREFIX.simd, 'relaxed-simd'),
    ...rows(THREADS, PREFIX.threads, 'threads'),
  ].map((row) => [row.opcode, row]),
);

function rows(runs: readonly Run[], prefix: number, feature?: InstructionFeature): Instruction[] {
  return runs.flatMap(([first, shape, names]) =>
    names.split(' ').flatMap((name, index) => {
      if (name === '-') return [];
      const row = { opcode: prefixedOpcode(prefix, first + index), name, shape };
      return [feature === undefined ? row : { ...row, feature }];
    }),
  );
}
