import type { ByteReader } from '../../wasm/index.ts';
import { ATTRIBUTE } from '../entries/dwarf-codes.ts';
import type { LocationContext } from './location-context.ts';
import { OP, type Operation, readOperation } from './operations.ts';
import { computeBinary, computeUnary, type StackValue, stackValue } from './stack-value.ts';
import {
  BytesStorage,
  MemoryStorage,
  MissingStorage,
  type Piece,
  PiecesStorage,
  type Storage,
} from './storage.ts';
import { hex, OPTIMISED_OUT, Unavailable } from './unavailable.ts';

/** Operations of one evaluation; only a damaged or hostile expression loops. */
const STEP_COUNT_MAX = 10_000;
const STACK_LENGTH_MAX = 256;
const PIECE_COUNT_MAX = 1_000;
const PIECE_BYTES_MAX = 2 ** 20;
/** As long as the longest value that a stack has, a v128. */
const VALUE_BYTES = 16;

const UNSUPPORTED: ReadonlyMap<number, string> = new Map([
  [OP.entryValue, 'only its value when the function was called is known, which is gone'],
  [OP.oldEntryValue, 'only its value when the function was called is known, which is gone'],
  [OP.implicitPointer, 'it points to a variable that was optimised out'],
  [OP.oldImplicitPointer, 'it points to a variable that was optimised out'],
]);

/**
 * Where a value is, by a location expression (DWARF 5, sections 2.5 and 2.6). Damage and what cannot
 * be had become a storage that says so when it is read.
 */
export function evaluateLocation(expression: ByteReader, context: LocationContext): Storage {
  return new LocationMachine(expression, context).location();
}

/** The number that an expression gives, as of a frame base. Throws Unavailable. */
export function evaluateNumber(expression: ByteReader, context: LocationContext): bigint {
  return new LocationMachine(expression, context).number();
}

class LocationMachine {
  private readonly stack: StackValue[] = [];
  private readonly pieces: Piece[] = [];
  private readonly start: number;
  private steps = 0;
  /** What ends the present piece or expression, when it is not an address. */
  private found: Storage | undefined;

  constructor(
    private readonly expression: ByteReader,
    private readonly context: LocationContext,
  ) {
    this.start = expression.offset;
  }

  location(): Storage {
    this.run();
    if (this.pieces.length > 0) return new PiecesStorage(this.pieces);
    return this.simple();
  }

  number(): bigint {
    this.run();
    if (this.found === undefined) return this.pop().bits;
    const bytes = this.found.read(0, 8);
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigInt64(0, true);
  }

  private run(): void {
    while (!this.expression.done) {
      if (++this.steps > STEP_COUNT_MAX) throw new Unavailable('its location never ends');
      this.step(readOperation(this.expression, this.context.unit.encoding));
    }
  }

  /** What the operations since the last piece lead to. */
  private simple(): Storage {
    const { found } = this;
    this.found = undefined;
    if (found !== undefined) return found;
    const top = this.stack.pop();
    if (top === undefined) return new MissingStorage(OPTIMISED_OUT);
    return this.memoryAt(top);
  }

  private memoryAt({ bits }: StackValue): Storage {
    const { addressBytes } = this.context.unit.encoding;
    const address = Number(BigInt.asUintN(addressBytes * 8, bits));
    // Linkers give this address to variables that they dropped.
    if (addressBytes === 4 && address >= 0xfffffffe) {
      return new MissingStorage('the linker dropped it, since nothing uses it');
    }
    return new MemoryStorage(this.context.memory, address);
  }

  private step(operation: Operation): void {
    const { code, operands } = operation;
    const reason = UNSUPPORTED.get(code);
    if (reason !== undefined) throw new Unavailable(reason);
    if (code >= OP.literalFirst && code <= OP.literalLast) {
      this.push(stackValue(BigInt(code - OP.literalFirst)));
    } else if (code >= 0x08 && code <= 0x11) this.push(stackValue(operands[0] ?? 0n));
    else if (!this.stackOperation(code, operands) && !this.placeOperation(operation)) {
      throw new Unavailable(`its location has the unknown operation ${hex(code)}`);
    }
  }

  /** Operations over the stack alone; false when it is another one. */
  private stackOperation(code: number, operands: readonly bigint[]): boolean {
    switch (code) {
      case OP.duplicate:
        this.push(this.peek(0));
        return true;
      case OP.drop:
        this.pop();
        return true;
      case OP.over:
        this.push(this.peek(1));
        return true;
      case OP.pick:
        this.push(this.peek(Number(operands[0])));
        return true;
      case OP.swap:
        this.stack.splice(-2, 2, this.peek(0), this.peek(1));
        return true;
      case OP.rotate:
        this.stack.splice(-3, 3, this.peek(0), this.peek(2), this.peek(1));
        return true;
      case OP.plusConstant:
        this.push(this.compute(OP.plus, this.pop(), stackValue(operands[0] ?? 0n)));
        return true;
      case OP.branch:
        if (this.pop().bits !== 0n) this.jump(operands[0]);
        return true;
      case OP.skip:
        this.jump(operands[0]);
        return true;
      case OP.noOperation:
        return true;
      default:
        return this.arithmetic(code);
    }
  }

  private arithmetic(code: number): boolean {
    if (code === OP.absolute || code === OP.negate || code === OP.not) {
      const value = computeUnary(code, this.pop());
      if (value !== undefined) this.push(value);
      return true;
    }
    const isBinary =
      (code >= OP.and && code <= OP.xor) || (code >= OP.equal && code <= OP.notEqual);
    if (!isBinary) return false;
    const other = this.pop();
    this.push(this.compute(code, this.pop(), other));
    return true;
  }

  private compute(code: number, one: StackValue, other: StackValue): StackValue {
    const value = computeBinary(code, one, other);
    if (value === undefined) throw new Unavailable(`its location has the operation ${hex(code)}`);
    return value;
  }

  /** Operations that lead to a place; false when it is another one. */
  private placeOperation({ code, operands, block, place }: Operation): boolean {
    const first = operands[0] ?? 0n;
    const { context } = this;
    switch (code) {
      case OP.address:
        this.push(stackValue(first));
        return true;
      case OP.addressIndex:
      case OP.oldAddressIndex:
      case OP.constantIndex:
      case OP.oldConstantIndex:
        this.push(stackValue(BigInt(context.unit.indexedAddress(Number(first)))));
        return true;
      case OP.wasmLocation:
        this.push(context.wasmValue(place ?? 'local', Number(first)));
        return true;
      case OP.frameBase:
        this.push(stackValue(context.frameBase() + first));
        return true;
      case OP.dereference:
        this.dereference(context.unit.encoding.addressBytes);
        return true;
      case OP.dereferenceSize:
      case OP.dereferenceType:
      case OP.oldDereferenceType:
        this.dereference(Number(first));
        return true;
      case OP.convert:
      case OP.oldConvert:
      case OP.reinterpret:
      case OP.oldReinterpret:
        this.convert(Number(first));
        return true;
      default:
        return this.endingOperation(code, operands, block);
    }
  }

  private endingOperation(
    code: number,
    [first = 0n, second = 0n]: readonly bigint[],
    block: Uint8Array | undefined,
  ): boolean {
    switch (code) {
      case OP.stackValue: {
        const { bits, width, holder } = this.pop();
        this.found = new BytesStorage(bytesOf(bits, width === 128), holder);
        return true;
      }
      case OP.implicitValue:
        this.found = new BytesStorage(block ?? new Uint8Array());
        return true;
      case OP.piece:
        this.addPiece(Number(first), 0);
        return true;
      case OP.bitPiece:
        if (first % 8n !== 0n) throw new Unavailable('it is spread over single bits');
        this.addPiece(Number(first / 8n), Number(second));
        return true;
      default:
        return false;
    }
  }

  private addPiece(byteLength: number, bitOffset: number): void {
    if (this.pieces.length === PIECE_COUNT_MAX || byteLength > PIECE_BYTES_MAX) {
      throw new Unavailable('its location has too many pieces');
    }
    if (bitOffset % 8 !== 0) throw new Unavailable('it is spread over single bits');
    this.pieces.push({ byteLength, storage: this.simple().part(bitOffset / 8) });
  }

  private dereference(length: number): void {
    if (length < 1 || length > 8) throw new Unavailable(`its location reads ${length} bytes`);
    const bytes = this.memoryAt(this.pop()).read(0, length);
    const bits = bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
    this.push(stackValue(bits, length > 4 ? 64 : 32));
  }

  /** Makes the top an integer of a base type; 0 is the type of addresses. */
  private convert(typeOffset: number): void {
    const { bits } = this.pop();
    const { unit } = this.context;
    const type = typeOffset === 0 ? undefined : unit.entryAt(unit.header.start + typeOffset);
    const width = Math.min(128, (type?.number(ATTRIBUTE.byteSize) ?? 4) * 8);
    const encoding = type?.number(ATTRIBUTE.encoding) ?? UNSIGNED;
    if (encoding === FLOAT) throw new Unavailable('its location computes with floats');
    const signed = encoding === SIGNED || encoding === SIGNED_CHARACTER;
    const value = signed ? BigInt.asIntN(width, bits) : BigInt.asUintN(width, bits);
    this.push(stackValue(value, width > 32 ? 64 : 32));
  }

  private jump(by: bigint | undefined): void {
    const target = this.expression.offset + Number(by ?? 0n);
    if (target < this.start || target > this.expression.end) {
      throw new Unavailable('its location jumps out of itself');
    }
    this.expression.offset = target;
  }

  private push(value: StackValue): void {
    if (this.stack.length === STACK_LENGTH_MAX) throw new Unavailable('its location is too deep');
    this.stack.push(value);
  }

  private pop(): StackValue {
    return this.stack.pop() ?? missingOperand();
  }

  private peek(depth: number): StackValue {
    return this.stack.at(-1 - depth) ?? missingOperand();
  }
}

/** DW_ATE_* of the types that conversions name. */
const FLOAT = 0x04;
const SIGNED = 0x05;
const SIGNED_CHARACTER = 0x06;
const UNSIGNED = 0x07;

function missingOperand(): never {
  throw new Unavailable('its location takes more from the stack than there is');
}

/** The bytes of a number, as many as any value has: a shorter type takes the first of them. */
function bytesOf(bits: bigint, isVector: boolean): Uint8Array {
  const bytes = new Uint8Array(VALUE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigInt64(0, BigInt.asIntN(64, bits), true);
  view.setBigInt64(8, isVector ? BigInt.asIntN(64, bits >> 64n) : bits < 0n ? -1n : 0n, true);
  return bytes;
}
