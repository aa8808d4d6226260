import {
  ByteReader,
  type CoreModule,
  type FunctionType,
  type InstructionReader,
  type ValueType,
} from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { readValueType } from '../wasm/value-type.ts';
import type { Build } from './build.ts';
import type { LocalLayout } from './local-layout.ts';
import { EMPTY_BLOCK, OP } from './opcodes.ts';
import { type NumberType, type OperandType, signatureOf } from './operand-signatures.ts';

/** Operands of the innermost block that can be read one after the other, from the top down. */
export interface ReadableOperands {
  /** The index of the lowest of them, from the bottom of the function's stack. */
  readonly base: number;
  /** Lowest first. */
  readonly types: readonly NumberType[];
}

/** Operands that a dump holds of one frame, counted from the top. */
export const OPERAND_SLOTS = 8;

export const NO_OPERANDS: ReadableOperands = { base: 0, types: [] };

interface Block {
  /** Operands beneath the block's own, its parameters not counted. */
  readonly height: number;
  readonly type: FunctionType;
}

const NO_TYPES: FunctionType = { parameters: [], results: [] };

/**
 * Knows the types of the operands at every instruction of a function. Behind an instruction that
 * does not go on (a branch, a return) there may be more operands than it knows of; nothing runs
 * there.
 */
export class OperandStack {
  private readonly stack: OperandType[] = [];
  private readonly blocks: Block[] = [];
  /** What the latest call gave. */
  callResults: readonly ValueType[] = [];
  private readonly immediates: ByteReader;
  private readonly info: CoreModule;
  private readonly tags: Build['tags'];

  /** @param type of the function */
  constructor(
    { bytes, info, tags }: Build,
    private readonly layout: LocalLayout,
    type: FunctionType,
  ) {
    this.info = info;
    this.tags = tags;
    this.immediates = new ByteReader(bytes, { start: 0, end: bytes.length }, malformedModule);
    this.blocks.push({ height: 0, type });
  }

  /** Numbers on the stack of the innermost block, without the topmost `above`. */
  readable(above = 0): ReadableOperands {
    const block = this.blocks.at(-1);
    const top = this.stack.length - above;
    if (block === undefined) return NO_OPERANDS;
    const lowest = Math.max(block.height, top - OPERAND_SLOTS);
    const types: NumberType[] = [];
    for (let index = top - 1; index >= lowest; index--) {
      const type = this.stack[index];
      if (type === undefined || type === 'opaque') break;
      types.unshift(type);
    }
    return types.length === 0 ? NO_OPERANDS : { base: top - types.length, types };
  }

  /** Takes the reader's instruction into account. */
  step(reader: InstructionReader): void {
    const known = signatureOf(reader.opcode);
    if (known !== undefined) {
      this.pop(known.pops);
      this.stack.push(...known.pushes);
      return;
    }
    this.immediates.offset = reader.immediates;
    if (!this.stepControl(reader.opcode) && !this.stepCall(reader.opcode)) {
      this.stepVariable(reader);
    }
  }

  private stepControl(opcode: number): boolean {
    switch (opcode) {
      case OP.if:
        this.pop(1);
        this.open(this.readBlockType());
        return true;
      case OP.block:
      case OP.loop:
      case OP.try:
      case OP.tryTable:
        this.open(this.readBlockType());
        return true;
      case OP.else:
        this.reopen(this.blocks.at(-1)?.type.parameters ?? []);
        return true;
      case OP.catch:
        this.reopen(this.tags[this.immediates.leb32('a tag')]?.parameters ?? []);
        return true;
      case OP.catchAll:
        this.reopen([]);
        return true;
      case OP.end:
      case OP.delegate:
        this.reopen(this.blocks.at(-1)?.type.results ?? []);
        this.blocks.pop();
        return true;
      case OP.unreachable:
      case OP.br:
      case OP.brTable:
      case OP.return:
      case OP.throw:
      case OP.rethrow:
      case OP.throwRef:
      case OP.returnCall:
      case OP.returnCallIndirect:
      case OP.returnCallRef:
        this.stack.length = this.bottom;
        return true;
      default:
        return false;
    }
  }

  private stepCall(opcode: number): boolean {
    const { functionTypes, types } = this.info;
    if (opcode !== OP.call && opcode !== OP.callIndirect && opcode !== OP.callRef) return false;
    const index = this.immediates.leb32('a callee');
    const type = types[opcode === OP.call ? (functionTypes[index] ?? -1) : index] ?? NO_TYPES;
    // The index into the table, or the reference, lies on top.
    if (opcode !== OP.call) this.pop(1);
    this.pop(type.parameters.length);
    this.pushAll(type.results);
    this.callResults = type.results;
    return true;
  }

  private stepVariable({ opcode }: InstructionReader): void {
    switch (opcode) {
      case OP.localGet:
        this.push(this.layout.typeOf(this.immediates.leb32('a local')));
        return;
      case OP.localSet:
      case OP.globalSet:
        this.pop(1);
        return;
      case OP.globalGet:
        this.push(this.info.globals[this.immediates.leb32('a global')]?.type);
        return;
      case OP.memorySize:
        this.push(this.info.memories[this.immediates.leb32('a memory')]?.address);
        return;
      case OP.tableSize:
        this.push(this.info.tables[this.immediates.leb32('a table')]?.limits.address);
        return;
      case OP.tableGrow:
        this.pop(2);
        this.push(this.info.tables[this.immediates.leb32('a table')]?.limits.address);
        return;
      case OP.select:
      case OP.selectTyped: {
        const at = this.stack.length - 2;
        const type = at < this.bottom ? undefined : this.stack[at];
        this.pop(3);
        this.push(type);
        return;
      }
      default:
      // local.tee and memory.grow leave what they take.
    }
  }

  private readBlockType(): FunctionType {
    const { immediates } = this;
    const start = immediates.offset;
    const first = immediates.u8('a block type');
    if (first === EMPTY_BLOCK) return NO_TYPES;
    immediates.offset = start;
    const index = immediates.signedLeb64('a block type');
    if (index >= 0) return this.info.types[index] ?? NO_TYPES;
    immediates.offset = start;
    return { parameters: [], results: [readValueType(immediates, ignoreGc)] };
  }

  private open(type: FunctionType): void {
    const height = Math.max(this.stack.length - type.parameters.length, this.bottom);
    this.blocks.push({ height, type });
    this.stack.length = height;
    this.pushAll(type.parameters);
  }

  /** Another arm of the innermost block begins, or what follows it. */
  private reopen(types: readonly ValueType[]): void {
    this.stack.length = this.bottom;
    this.pushAll(types);
  }

  private get bottom(): number {
    return this.blocks.at(-1)?.height ?? 0;
  }

  private pop(count: number): void {
    this.stack.length = Math.max(this.stack.length - count, this.bottom);
  }

  private push(type: ValueType | undefined): void {
    this.stack.push(operandType(type));
  }

  private pushAll(types: readonly ValueType[]): void {
    for (const type of types) this.push(type);
  }
}

function operandType(type: ValueType | undefined): OperandType {
  return type === 'i32' || type === 'i64' || type === 'f32' || type === 'f64' ? type : 'opaque';
}

/** Modules with such types are refused before. */
function ignoreGc(): void {}
