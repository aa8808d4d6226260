import { type CoreModule, InstructionReader } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { OP } from './opcodes.ts';

/** What the body of a function has, as bits. */
export const HAS = {
  /** Calls that may go anywhere. */
  indirectCall: 1,
  /** A block that catches, in the present encoding: its code goes on at a label. */
  tryTable: 2,
  /** A block that catches, in the legacy encoding. */
  legacyTry: 4,
  throw: 8,
  store: 16,
  vectorStore: 32,
} as const;

const CALLS_FIRST = 4096;

/** By the opcodes of one byte. */
const FEATURES = featuresByByte();

function featuresByByte(): Uint8Array {
  const table = new Uint8Array(0x100);
  const calls = [OP.callIndirect, OP.returnCallIndirect, OP.callRef, OP.returnCallRef];
  for (const opcode of calls) table[opcode] = HAS.indirectCall;
  for (const opcode of [OP.throw, OP.rethrow, OP.throwRef]) table[opcode] = HAS.throw;
  table[OP.tryTable] = HAS.tryTable;
  table[OP.try] = HAS.legacyTry;
  for (let opcode: number = OP.i32Store; opcode <= OP.i64Store32; opcode++) {
    table[opcode] = HAS.store;
  }
  return table;
}

function prefixedFeatures(opcode: number): number {
  if (opcode === OP.v128Store) return HAS.store | HAS.vectorStore;
  if (opcode >= OP.v128Store8Lane && opcode <= OP.v128Store64Lane) {
    return HAS.store | HAS.vectorStore;
  }
  if (opcode === OP.memoryInit || opcode === OP.memoryCopy || opcode === OP.memoryFill) {
    return HAS.store;
  }
  return 0;
}

/**
 * Which functions call which, read once from all bodies. Functions are by their index, imports
 * first.
 */
export class CallGraph {
  /** Bits of HAS by function; 0 for imports. */
  readonly features: Uint8Array;
  /** The caller of each call in `callees`, in the order of the code; every call takes two bytes. */
  private callers = new Uint32Array(CALLS_FIRST);
  private callees = new Uint32Array(CALLS_FIRST);
  private count = 0;
  private readonly functionCount: number;

  /** Throws ModuleError for a body that cannot be decoded. */
  constructor(bytes: Uint8Array, info: CoreModule) {
    this.functionCount = info.functionTypes.length;
    this.features = new Uint8Array(this.functionCount);
    const { starts, ends } = info.bodies;
    const reader = new InstructionReader(bytes, { start: 0, end: 0 }, malformedModule);
    for (let index = 0; index < starts.length; index++) {
      reader.moveTo(starts[index] as number, ends[index] as number);
      reader.skipLocals();
      this.readBody(reader, bytes, info.functionsImported + index);
    }
  }

  /** Whether any function catches exceptions. */
  get catches(): boolean {
    return this.features.some((bits) => (bits & (HAS.tryTable | HAS.legacyTry)) !== 0);
  }

  /**
   * The functions that are in `roots`, or call what may be one of them, directly or not: 1 by
   * function. A call through a table may go anywhere.
   */
  reaching(roots: Uint8Array): Uint8Array {
    const reached = roots.slice();
    for (let index = 0; index < this.functionCount; index++) {
      if (((this.features[index] as number) & HAS.indirectCall) !== 0) reached[index] = 1;
    }
    const { firstCall, callerOf } = this.callersByCallee();
    const open: number[] = [];
    for (let index = 0; index < this.functionCount; index++) if (reached[index]) open.push(index);
    for (let callee = open.pop(); callee !== undefined; callee = open.pop()) {
      const end = firstCall[callee + 1] as number;
      for (let at = firstCall[callee] as number; at < end; at++) {
        const caller = callerOf[at] as number;
        if (reached[caller]) continue;
        reached[caller] = 1;
        open.push(caller);
      }
    }
    return reached;
  }

  /** The functions that call one of `callees`, or what may be one, directly: 1 by function. */
  callersOf(callees: Uint8Array): Uint8Array {
    const callers = this.features.map((bits) => (bits & HAS.indirectCall) / HAS.indirectCall);
    for (let at = 0; at < this.count; at++) {
      if (callees[this.callees[at] as number] === 1) callers[this.callers[at] as number] = 1;
    }
    return callers;
  }

  private callersByCallee(): { firstCall: Uint32Array; callerOf: Uint32Array } {
    const firstCall = new Uint32Array(this.functionCount + 1);
    for (let at = 0; at < this.count; at++) {
      const next = (this.callees[at] as number) + 1;
      firstCall[next] = (firstCall[next] as number) + 1;
    }
    for (let index = 0; index < this.functionCount; index++) {
      firstCall[index + 1] = (firstCall[index + 1] as number) + (firstCall[index] as number);
    }
    const fill = firstCall.slice();
    const callerOf = new Uint32Array(this.count);
    for (let at = 0; at < this.count; at++) {
      const callee = this.callees[at] as number;
      const to = fill[callee] as number;
      fill[callee] = to + 1;
      callerOf[to] = this.callers[at] as number;
    }
    return { firstCall, callerOf };
  }

  private readBody(reader: InstructionReader, bytes: Uint8Array, caller: number): void {
    let features = 0;
    while (reader.step()) {
      const { opcode } = reader;
      if (opcode === OP.call || opcode === OP.returnCall) {
        this.push(caller, this.readCallee(bytes, reader.immediates, reader.start));
      } else {
        features |= opcode < 0x100 ? (FEATURES[opcode] as number) : prefixedFeatures(opcode);
      }
    }
    this.features[caller] = features;
  }

  private readCallee(bytes: Uint8Array, at: number, start: number): number {
    let callee = 0;
    let offset = at;
    for (let shift = 1; ; shift *= 0x80) {
      const byte = bytes[offset++] as number;
      callee += (byte & 0x7f) * shift;
      if (byte < 0x80) break;
    }
    if (callee < this.functionCount) return callee;
    throw malformedModule(`there is no function ${callee} to call`, start);
  }

  private push(caller: number, callee: number): void {
    if (this.count === this.callers.length) this.grow();
    this.callers[this.count] = caller;
    this.callees[this.count] = callee;
    this.count++;
  }

  private grow(): void {
    const capacity = this.callers.length * 2;
    const larger = (old: Uint32Array) => {
      const column = new Uint32Array(capacity);
      column.set(old);
      return column;
    };
    this.callers = larger(this.callers);
    this.callees = larger(this.callees);
  }
}
