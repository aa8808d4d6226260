/** The instructions that the rewriter looks for or writes; INSTRUCTIONS has their names. */
export const OP = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  throw: 0x08,
  rethrow: 0x09,
  throwRef: 0x0a,
  end: 0x0b,
  br: 0x0c,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  callIndirect: 0x11,
  returnCall: 0x12,
  returnCallIndirect: 0x13,
  callRef: 0x14,
  returnCallRef: 0x15,
  delegate: 0x18,
  catchAll: 0x19,
  drop: 0x1a,
  select: 0x1b,
  selectTyped: 0x1c,
  tryTable: 0x1f,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  globalGet: 0x23,
  globalSet: 0x24,
  i32Store: 0x36,
  i64Store32: 0x3e,
  memorySize: 0x3f,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32LtS: 0x48,
  i32LeS: 0x4c,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64LtS: 0x53,
  i64LtU: 0x54,
  i64LeS: 0x57,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i32WrapI64: 0xa7,
  i64ExtendI32U: 0xad,
  i64TruncF64S: 0xb0,
  f64ConvertI64S: 0xb9,
  f64ConvertI64U: 0xba,
  i32ReinterpretF32: 0xbc,
  i64ReinterpretF64: 0xbd,
  f32ReinterpretI32: 0xbe,
  f64ReinterpretI64: 0xbf,
  refNull: 0xd0,
  misc: 0xfc,
  simd: 0xfd,
  /** Behind `misc`. */
  memoryInit: 0xfc0008,
  memoryCopy: 0xfc000a,
  memoryFill: 0xfc000b,
  tableGrow: 0xfc000f,
  tableSize: 0xfc0010,
  /** Behind `simd`. */
  v128Store: 0xfd000b,
  v128Store8Lane: 0xfd0058,
  v128Store64Lane: 0xfd005b,
  v128Const: 0x0c,
  i64x2ExtractLane: 0x1d,
} as const;

/** A block without parameters and results. */
export const EMPTY_BLOCK = 0x40;

/** 1 for each of some opcodes of one byte. */
export function opcodeTable(...opcodes: (readonly number[])[]): Uint8Array {
  const table = new Uint8Array(0x100);
  for (const opcode of opcodes.flat()) table[opcode] = 1;
  return table;
}

/** The edges of blocks: a probe moves on to the first instruction behind them. */
export const EDGES = opcodeTable(
  [OP.block, OP.loop, OP.else, OP.end, OP.try, OP.catch],
  [OP.catchAll, OP.delegate, OP.tryTable],
);
