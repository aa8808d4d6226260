import type { ByteReader } from '../../wasm/index.ts';
import { type Encoding, readOffset } from '../attribute-form.ts';

/** DW_OP_* of DWARF 5, section 7.7.1, and those of WebAssembly and of GNU before it. */
export const OP = {
  address: 0x03,
  dereference: 0x06,
  duplicate: 0x12,
  drop: 0x13,
  over: 0x14,
  pick: 0x15,
  swap: 0x16,
  rotate: 0x17,
  absolute: 0x19,
  and: 0x1a,
  divide: 0x1b,
  minus: 0x1c,
  modulo: 0x1d,
  multiply: 0x1e,
  negate: 0x1f,
  not: 0x20,
  or: 0x21,
  plus: 0x22,
  plusConstant: 0x23,
  shiftLeft: 0x24,
  shiftRight: 0x25,
  shiftRightArithmetic: 0x26,
  xor: 0x27,
  branch: 0x28,
  equal: 0x29,
  greaterOrEqual: 0x2a,
  greater: 0x2b,
  lessOrEqual: 0x2c,
  less: 0x2d,
  notEqual: 0x2e,
  skip: 0x2f,
  literalFirst: 0x30,
  literalLast: 0x4f,
  frameBase: 0x91,
  piece: 0x93,
  dereferenceSize: 0x94,
  noOperation: 0x96,
  bitPiece: 0x9d,
  implicitValue: 0x9e,
  stackValue: 0x9f,
  implicitPointer: 0xa0,
  addressIndex: 0xa1,
  constantIndex: 0xa2,
  entryValue: 0xa3,
  dereferenceType: 0xa6,
  convert: 0xa8,
  reinterpret: 0xa9,
  wasmLocation: 0xed,
  oldImplicitPointer: 0xf2,
  oldEntryValue: 0xf3,
  oldDereferenceType: 0xf6,
  oldConvert: 0xf7,
  oldReinterpret: 0xf9,
  oldAddressIndex: 0xfb,
  oldConstantIndex: 0xfc,
} as const;

type Operand =
  | 'u1'
  | 's1'
  | 'u2'
  | 's2'
  | 'u4'
  | 's4'
  | 'u8'
  | 's8'
  | 'unsigned'
  | 'signed'
  | 'address'
  | 'offset'
  | 'block'
  | 'short-block'
  | 'wasm';

/** The operands of the operations that have any. */
const OPERANDS: ReadonlyMap<number, readonly Operand[]> = new Map<number, readonly Operand[]>([
  [OP.address, ['address']],
  [0x08, ['u1']],
  [0x09, ['s1']],
  [0x0a, ['u2']],
  [0x0b, ['s2']],
  [0x0c, ['u4']],
  [0x0d, ['s4']],
  [0x0e, ['u8']],
  [0x0f, ['s8']],
  [0x10, ['unsigned']],
  [0x11, ['signed']],
  [OP.pick, ['u1']],
  [OP.plusConstant, ['unsigned']],
  [OP.branch, ['s2']],
  [OP.skip, ['s2']],
  // A register, and one of 32 that are named by the operation.
  ...Array.from({ length: 32 }, (_, index) => [0x70 + index, ['signed']] as const),
  [0x90, ['unsigned']],
  [OP.frameBase, ['signed']],
  [0x92, ['unsigned', 'signed']],
  [OP.piece, ['unsigned']],
  [OP.dereferenceSize, ['u1']],
  [0x95, ['u1']],
  [0x98, ['u2']],
  [0x99, ['u4']],
  [0x9a, ['offset']],
  [OP.bitPiece, ['unsigned', 'unsigned']],
  [OP.implicitValue, ['block']],
  [OP.implicitPointer, ['offset', 'signed']],
  [OP.addressIndex, ['unsigned']],
  [OP.constantIndex, ['unsigned']],
  [OP.entryValue, ['block']],
  [0xa4, ['unsigned', 'short-block']],
  [0xa5, ['unsigned', 'unsigned']],
  [OP.dereferenceType, ['u1', 'unsigned']],
  [0xa7, ['u1', 'unsigned']],
  [OP.convert, ['unsigned']],
  [OP.reinterpret, ['unsigned']],
  [OP.wasmLocation, ['wasm']],
  [OP.oldImplicitPointer, ['offset', 'signed']],
  [OP.oldEntryValue, ['block']],
  [0xf4, ['unsigned', 'short-block']],
  [0xf5, ['unsigned', 'unsigned']],
  [OP.oldDereferenceType, ['u1', 'unsigned']],
  [OP.oldConvert, ['unsigned']],
  [OP.oldReinterpret, ['unsigned']],
  [OP.oldAddressIndex, ['unsigned']],
  [OP.oldConstantIndex, ['unsigned']],
]);

/** The kinds of WASM_location, in the order of their numbers; the last is a local by address. */
export type WasmPlace = 'local' | 'global' | 'operand';

export interface Operation {
  readonly code: number;
  /** Numbers in the order of the operands; a block is its length. */
  readonly operands: readonly bigint[];
  readonly block: Uint8Array | undefined;
  readonly place: WasmPlace | undefined;
}

const NONE: readonly bigint[] = [];
const WHAT = 'an operand';

/** Reads one operation; throws DebugInfoError at damage. */
export function readOperation(reader: ByteReader, encoding: Encoding): Operation {
  const code = reader.u8('an operation');
  const kinds = OPERANDS.get(code);
  if (kinds === undefined) return { code, operands: NONE, block: undefined, place: undefined };
  if (code === OP.wasmLocation) return readWasmLocation(reader);
  let block: Uint8Array | undefined;
  const operands = kinds.map((kind) => {
    if (kind !== 'block' && kind !== 'short-block') return readOperand(reader, kind, encoding);
    const length = kind === 'block' ? reader.leb64(WHAT) : reader.u8(WHAT);
    block = reader.slice(length, 'a block');
    return BigInt(length);
  });
  return { code, operands, block, place: undefined };
}

function readOperand(reader: ByteReader, kind: Operand, encoding: Encoding): bigint {
  switch (kind) {
    case 'u1':
      return BigInt(reader.u8(WHAT));
    case 's1':
      return BigInt(reader.i8(WHAT));
    case 'u2':
      return BigInt(reader.u16(WHAT));
    case 's2':
      return BigInt.asIntN(16, BigInt(reader.u16(WHAT)));
    case 'u4':
      return BigInt(reader.u32(WHAT));
    case 's4':
      return BigInt.asIntN(32, BigInt(reader.u32(WHAT)));
    case 'u8':
      return reader.big64(WHAT);
    case 's8':
      return BigInt.asIntN(64, reader.big64(WHAT));
    case 'signed':
      return reader.signedBigLeb(WHAT);
    case 'address':
      return encoding.addressBytes === 8 ? reader.big64(WHAT) : BigInt(reader.u32(WHAT));
    case 'offset':
      return BigInt(Math.min(readOffset(reader, encoding), Number.MAX_SAFE_INTEGER));
    default:
      return reader.bigLeb(WHAT);
  }
}

/** Global indices that the linker fills in have all their bytes (3); the rest are LEB128. */
const WASM_PLACES: readonly WasmPlace[] = ['local', 'global', 'operand', 'global'];
const RELOCATED_GLOBAL = 3;

function readWasmLocation(reader: ByteReader): Operation {
  const kind = reader.u8('the kind of a location');
  const place = WASM_PLACES[kind] ?? reader.fail(`unknown kind ${kind} of a location`);
  const index = kind === RELOCATED_GLOBAL ? reader.u32(WHAT) : reader.leb32(WHAT);
  return { code: OP.wasmLocation, operands: [BigInt(index)], block: undefined, place };
}
