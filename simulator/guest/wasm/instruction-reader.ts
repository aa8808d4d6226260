import type { ByteRange, FailureFactory } from './byte-reader.ts';
import {
  INSTRUCTIONS,
  type Instruction,
  PREFIX,
  PREFIXED_NUMBER_MAX,
  prefixedOpcode,
  type Shape,
} from './instructions.ts';

/** How immediates are stepped over, as small numbers to switch on; 0 is an unknown opcode. */
const NONE = 1;
const ONE_NUMBER = 2;
const TWO_NUMBERS = 3;
const MEMORY = 4;
const BLOCK_TYPE = 5;
const BYTES_1 = 6;
const BYTES_4 = 7;
const BYTES_8 = 8;
const BYTES_16 = 9;
const MEMORY_LANE = 10;
const LABEL_TABLE = 11;
const VALUE_TYPES = 12;
const TRY_TABLE = 13;
const BRANCH_ON_CAST = 14;

const STEP_BY_SHAPE: { readonly [shape in Shape]: number } = {
  none: NONE,
  index: ONE_NUMBER,
  integer: ONE_NUMBER,
  'heap-type': ONE_NUMBER,
  'two-indices': TWO_NUMBERS,
  memory: MEMORY,
  'block-type': BLOCK_TYPE,
  byte: BYTES_1,
  float32: BYTES_4,
  float64: BYTES_8,
  vector: BYTES_16,
  'memory-lane': MEMORY_LANE,
  'label-table': LABEL_TABLE,
  'value-types': VALUE_TYPES,
  'try-table': TRY_TABLE,
  'branch-on-cast': BRANCH_ON_CAST,
};

const PREFIX_FIRST = PREFIX.gc;
const PREFIX_LAST = PREFIX.threads;
const PREFIXED_SLOTS = PREFIXED_NUMBER_MAX + 1;

/** One slot for every byte, then one for every number behind each prefix. */
const STEP_BY_SLOT = stepsBySlot();

function stepsBySlot(): Uint8Array {
  const table = new Uint8Array(slotOf(PREFIX_LAST, PREFIXED_NUMBER_MAX) + 1);
  for (const { opcode, shape } of INSTRUCTIONS.values()) {
    const slot = opcode < 0x100 ? opcode : slotOf(opcode >>> 16, opcode & 0xffff);
    table[slot] = STEP_BY_SHAPE[shape];
  }
  return table;
}

function slotOf(prefix: number, number: number): number {
  return 0x100 + (prefix - PREFIX_FIRST) * PREFIXED_SLOTS + number;
}

/** A LEB128 number of 64 bits takes at most ten bytes. */
const LEB_BYTES_MAX = 10;

const MEMORY_INDEX_FLAG = 0x40;
const CATCH_ALL_FIRST = 2;
const REF = 0x64;
const REF_NULL = 0x63;

/**
 * Steps over the instructions of one function body or constant expression, without allocating. It
 * knows where each instruction begins and ends, and leaves types and indices to the engine.
 */
export class InstructionReader {
  /** Where the current instruction begins, and its opcode as in INSTRUCTIONS. */
  start: number;
  opcode = -1;
  /** Where the current instruction's immediates begin. */
  immediates: number;
  /** Where the next instruction begins. */
  next: number;
  private end: number;

  constructor(
    private readonly bytes: Uint8Array,
    range: ByteRange,
    private readonly failure: FailureFactory,
  ) {
    this.start = range.start;
    this.immediates = range.start;
    this.next = range.start;
    this.end = range.end;
  }

  /** Goes on with other instructions. */
  moveTo(start: number, end: number): void {
    this.next = start;
    this.end = end;
  }

  /** Steps over the declarations of locals, with which a function body begins. */
  skipLocals(): void {
    this.start = this.next;
    const groups = this.readCount();
    for (let group = 0; group < groups; group++) {
      this.skipNumber();
      this.skipType();
    }
  }

  /** The row of the current instruction; undefined before the first step. */
  get instruction(): Instruction | undefined {
    return INSTRUCTIONS.get(this.opcode);
  }

  /** Reads one instruction; false when none is left. Throws at one that is unknown or cut short. */
  step(): boolean {
    const start = this.next;
    if (start >= this.end) return false;
    const opcode = this.bytes[start] as number;
    this.start = start;
    this.next = start + 1;
    if (opcode >= PREFIX_FIRST && opcode <= PREFIX_LAST) {
      this.stepPrefixed(opcode);
    } else {
      this.opcode = opcode;
      this.immediates = start + 1;
      const step = STEP_BY_SLOT[opcode] as number;
      if (step !== NONE) this.skipImmediates(step);
    }
    if (this.next > this.end) throw this.failure('an instruction is cut short', start);
    return true;
  }

  private stepPrefixed(prefix: number): void {
    const number = this.readNumber();
    if (number > PREFIXED_NUMBER_MAX) this.failUnknown();
    this.opcode = prefixedOpcode(prefix, number);
    this.immediates = this.next;
    this.skipImmediates(STEP_BY_SLOT[slotOf(prefix, number)] as number);
  }

  private skipImmediates(step: number): void {
    switch (step) {
      case NONE:
        return;
      case ONE_NUMBER:
        this.skipNumber();
        return;
      case TWO_NUMBERS:
        this.skipNumber();
        this.skipNumber();
        return;
      case MEMORY:
        this.skipMemoryArgument();
        return;
      case BLOCK_TYPE:
        this.skipType();
        return;
      case BYTES_1:
        this.next += 1;
        return;
      case BYTES_4:
        this.next += 4;
        return;
      case BYTES_8:
        this.next += 8;
        return;
      case BYTES_16:
        this.next += 16;
        return;
      case MEMORY_LANE:
        this.skipMemoryArgument();
        this.next += 1;
        return;
      default:
        this.skipRareImmediates(step);
        return;
    }
  }

  private skipRareImmediates(step: number): void {
    switch (step) {
      case LABEL_TABLE: {
        const labels = this.readCount();
        for (let index = 0; index <= labels; index++) this.skipNumber();
        return;
      }
      case VALUE_TYPES: {
        const types = this.readCount();
        for (let index = 0; index < types; index++) this.skipType();
        return;
      }
      case TRY_TABLE: {
        this.skipType();
        const clauses = this.readCount();
        for (let index = 0; index < clauses; index++) this.skipCatch();
        return;
      }
      case BRANCH_ON_CAST:
        this.next += 1;
        this.skipNumber();
        this.skipNumber();
        this.skipNumber();
        return;
      default:
        this.failUnknown();
    }
  }

  /** A catch clause: its kind, the tag unless it catches everything, and the label. */
  private skipCatch(): void {
    const kind = this.readNumber();
    if (kind < CATCH_ALL_FIRST) this.skipNumber();
    this.skipNumber();
  }

  private skipMemoryArgument(): void {
    const alignment = this.bytes[this.next] as number;
    this.skipNumber();
    if ((alignment & MEMORY_INDEX_FLAG) !== 0) this.skipNumber();
    this.skipNumber();
  }

  /** A value type or block type: one number, and a heap type behind the two forms of `ref`. */
  private skipType(): void {
    const form = this.bytes[this.next];
    this.skipNumber();
    if (form === REF || form === REF_NULL) this.skipNumber();
  }

  private skipNumber(): void {
    const { bytes } = this;
    const last = this.next + LEB_BYTES_MAX - 1;
    let offset = this.next;
    while ((bytes[offset] as number) >= 0x80) {
      if (offset === last) throw this.failure('a number in an instruction is too long', offset);
      offset++;
    }
    // A number that goes past the end of the instructions is found by the step that reads it.
    this.next = offset + 1;
  }

  private readNumber(): number {
    const from = this.next;
    this.skipNumber();
    let value = 0;
    for (let offset = this.next - 1; offset >= from; offset--) {
      value = value * 0x80 + ((this.bytes[offset] as number) & 0x7f);
    }
    return value;
  }

  /** A number of items; every item takes at least a byte, which bounds the loop over them. */
  private readCount(): number {
    const count = this.readNumber();
    if (count > this.end - this.next) {
      throw this.failure(`an instruction has ${count} operands, past its end`, this.start);
    }
    return count;
  }

  private failUnknown(): never {
    const shown = Array.from(this.bytes.subarray(this.start, Math.min(this.next, this.end)))
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(' ');
    throw this.failure(`unknown instruction ${shown}`, this.start);
  }
}
