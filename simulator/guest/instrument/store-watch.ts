import type { InstructionReader } from '../wasm/index.ts';
import type { Build } from './build.ts';
import type { CodeWriter } from './code-writer.ts';
import type { FunctionCode } from './function-code.ts';
import type { LocalLayout } from './local-layout.ts';
import { EMPTY_BLOCK, OP } from './opcodes.ts';
import { siteOf } from './site.ts';

const MEMORY_INDEX_FLAG = 0x40;

type Value = 'i32' | 'i64' | 'f32' | 'f64' | 'v128';

interface Store {
  readonly value: Value;
  /** Bytes that it writes. */
  readonly length: number;
}

const STORES: ReadonlyMap<number, Store> = new Map<number, Store>([
  [0x36, { value: 'i32', length: 4 }],
  [0x37, { value: 'i64', length: 8 }],
  [0x38, { value: 'f32', length: 4 }],
  [0x39, { value: 'f64', length: 8 }],
  [0x3a, { value: 'i32', length: 1 }],
  [0x3b, { value: 'i32', length: 2 }],
  [0x3c, { value: 'i64', length: 1 }],
  [0x3d, { value: 'i64', length: 2 }],
  [0x3e, { value: 'i64', length: 4 }],
  [OP.v128Store, { value: 'v128', length: 16 }],
  [OP.v128Store8Lane, { value: 'v128', length: 1 }],
  [OP.v128Store8Lane + 1, { value: 'v128', length: 2 }],
  [OP.v128Store8Lane + 2, { value: 'v128', length: 4 }],
  [OP.v128Store64Lane, { value: 'v128', length: 8 }],
]);

/** Whether an instruction writes to memory. */
export function isStore(opcode: number): boolean {
  if (opcode < 0x100) return opcode >= OP.i32Store && opcode <= OP.i64Store32;
  return STORES.has(opcode) || isBulk(opcode);
}

function isBulk(opcode: number): boolean {
  return opcode === OP.memoryInit || opcode === OP.memoryCopy || opcode === OP.memoryFill;
}

/**
 * Writes the stores of one function so that those into the watched bytes of the first memory tell
 * the host. Operands are kept in locals that are added to the function.
 */
export class StoreWatch {
  private readonly wide: boolean;
  private readonly address: number;
  /** The length of a bulk store, when it has 32 bits and when it has 64. */
  private readonly narrowLength: number;
  private readonly wideLength: number;
  /** The address as an i64, with the offset. */
  private readonly effective: number;
  private readonly values: Readonly<Record<Value, number>>;

  /** @param vectors whether the function stores vectors */
  constructor(
    private readonly build: Build,
    private readonly out: CodeWriter,
    private readonly code: FunctionCode,
    layout: LocalLayout,
    vectors: boolean,
  ) {
    this.wide = build.info.memories[0]?.address === 'i64';
    const addressType = this.wide ? 'i64' : 'i32';
    this.address = layout.add(addressType);
    this.narrowLength = layout.add('i32');
    this.wideLength = this.wide ? layout.add('i64') : this.narrowLength;
    this.effective = layout.add('i64');
    const i32 = layout.add('i32');
    this.values = {
      i32,
      i64: layout.add('i64'),
      f32: layout.add('f32'),
      f64: layout.add('f64'),
      v128: vectors ? layout.add('v128') : i32,
    };
  }

  /** Writes the reader's instruction, a store, and what tells the host of it. */
  write(reader: InstructionReader, codeOffset: number, label: number): void {
    const store = STORES.get(reader.opcode);
    if (store === undefined) this.writeBulk(reader, codeOffset, label);
    else this.writeStore(reader, store, codeOffset, label);
  }

  private writeStore(
    reader: InstructionReader,
    { value, length }: Store,
    codeOffset: number,
    label: number,
  ): void {
    const { out, code } = this;
    const { memory, offset } = this.readMemoryArgument(reader.immediates);
    if (memory !== 0) {
      this.copy(reader);
      return;
    }
    code.setLocal(this.values[value]);
    this.teeLocal(this.address);
    code.getLocal(this.values[value]);
    this.copy(reader);
    this.addressAsI64();
    out.byte(OP.i64Const);
    out.signed64(offset);
    out.byte(OP.i64Add);
    this.teeLocal(this.effective);
    code.getGlobal('watchStart');
    out.all([OP.i64Sub, OP.i64Const]);
    out.signed(length - 1);
    out.byte(OP.i64Add);
    code.getGlobal('watchLength');
    out.byte(OP.i64Const);
    out.signed(length - 1);
    out.all([OP.i64Add, OP.i64LtU, OP.if, EMPTY_BLOCK]);
    this.tellHost(codeOffset, label + 1, () => {
      out.byte(OP.i64Const);
      out.signed(length);
    });
    out.byte(OP.end);
  }

  /** memory.fill, memory.copy and memory.init: where to, what, and how many bytes. */
  private writeBulk(reader: InstructionReader, codeOffset: number, label: number): void {
    const { out, code } = this;
    const { memory, operand, length } = this.readBulk(reader);
    if (memory !== 0) {
      this.copy(reader);
      return;
    }
    code.setLocal(length);
    code.setLocal(operand);
    this.teeLocal(this.address);
    code.getLocal(operand);
    code.getLocal(length);
    this.copy(reader);
    const lengthAsI64 = () => {
      code.getLocal(length);
      if (length === this.narrowLength) out.byte(OP.i64ExtendI32U);
    };
    lengthAsI64();
    out.all([OP.i64Eqz, OP.i32Eqz, OP.if, EMPTY_BLOCK]);
    this.addressAsI64();
    this.teeLocal(this.effective);
    code.getGlobal('watchStart');
    out.byte(OP.i64Sub);
    this.addLessOne(lengthAsI64);
    code.getGlobal('watchLength');
    this.addLessOne(lengthAsI64);
    out.all([OP.i64LtU, OP.if, EMPTY_BLOCK]);
    this.tellHost(codeOffset, label + 2, lengthAsI64);
    out.all([OP.end, OP.end]);
  }

  private addLessOne(writeLength: () => void): void {
    writeLength();
    this.out.all([OP.i64Add, OP.i64Const, 1, OP.i64Sub]);
  }

  private tellHost(codeOffset: number, label: number, writeLength: () => void): void {
    const { out, code } = this;
    code.fuelAsFloat();
    code.storePlace(codeOffset);
    code.getLocal(this.effective);
    out.byte(OP.f64ConvertI64U);
    writeLength();
    out.byte(OP.f64ConvertI64U);
    code.callHook('store');
    code.stopIf(siteOf(codeOffset, 'store'), label);
  }

  private addressAsI64(): void {
    this.code.getLocal(this.address);
    if (!this.wide) this.out.byte(OP.i64ExtendI32U);
  }

  /** The memory that is written, and locals of the types of the last two operands. */
  private readBulk({ opcode, immediates }: InstructionReader): BulkStore {
    const first = readNumber(this.build.bytes, immediates);
    if (opcode === OP.memoryFill) {
      return { memory: first.value, operand: this.values.i32, length: this.wideLength };
    }
    const second = readNumber(this.build.bytes, first.next);
    if (opcode === OP.memoryInit) {
      // The segment comes first; the offset into it and the length have 32 bits.
      return { memory: second.value, operand: this.values.i32, length: this.narrowLength };
    }
    const wideSource = this.build.info.memories[second.value]?.address === 'i64';
    return {
      memory: first.value,
      operand: wideSource ? this.values.i64 : this.values.i32,
      length: wideSource ? this.wideLength : this.narrowLength,
    };
  }

  private readMemoryArgument(at: number): { readonly memory: number; readonly offset: bigint } {
    const { bytes } = this.build;
    const alignment = readNumber(bytes, at);
    const indexed = (alignment.value & MEMORY_INDEX_FLAG) !== 0;
    const memory = indexed ? readNumber(bytes, alignment.next) : { ...alignment, value: 0 };
    return { memory: memory.value, offset: readBig(bytes, memory.next) };
  }

  private copy(reader: InstructionReader): void {
    this.out.copy(this.build.bytes, reader.start, reader.next);
  }

  private teeLocal(index: number): void {
    this.out.byte(OP.localTee);
    this.out.unsigned(index);
  }
}

interface BulkStore {
  readonly memory: number;
  readonly operand: number;
  readonly length: number;
}

/** An unsigned LEB128 number of an instruction that has been decoded already. */
function readNumber(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let next = at, scale = 1; ; scale *= 0x80) {
    const byte = bytes[next++] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, next };
  }
}

/** As `readNumber`, for the offsets of 64-bit memories. */
function readBig(bytes: Uint8Array, at: number): bigint {
  let value = 0n;
  for (let next = at, shift = 0n; ; shift += 7n) {
    const byte = bytes[next++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, value);
  }
}
