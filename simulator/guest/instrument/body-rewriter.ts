import { type FunctionType, InstructionReader, ModuleError } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import type { Build } from './build.ts';
import { HAS } from './call-graph.ts';
import type { CodeWriter } from './code-writer.ts';
import { FunctionCode } from './function-code.ts';
import type { FunctionPlan } from './function-plan.ts';
import { LocalLayout } from './local-layout.ts';
import { OffsetCursor } from './offset-cursor.ts';
import { EDGES, EMPTY_BLOCK, OP, opcodeTable } from './opcodes.ts';
import { NO_OPERANDS, OperandStack } from './operand-stack.ts';
import { ReturnCode } from './return-code.ts';
import { isStore, StoreWatch } from './store-watch.ts';
import { zeroOf } from './value-types.ts';

/** V8's limit (its `wasm-limits.h`). */
const BODY_BYTES_MAX = 7_654_321;

/** Instructions that are more than copied, stores apart. */
const SPECIAL = opcodeTable(
  [OP.block, OP.loop, OP.if, OP.end, OP.try, OP.catch, OP.catchAll, OP.delegate, OP.tryTable],
  [OP.call, OP.callIndirect, OP.callRef, OP.returnCall, OP.returnCallIndirect, OP.returnCallRef],
  [OP.return, OP.throw, OP.rethrow, OP.throwRef],
);

/**
 * Rewrites function bodies, in order. A body becomes
 *
 *     prologue
 *     block $dump
 *       block $body (results)  the body with probes and checks  end
 *       flush, return
 *     end
 *     dump, zeroes as results
 *
 * so that all labels in it keep their numbers, and a branch to the body's own label returns.
 */
export class BodyRewriter {
  /** Code offsets of the probes that were written. */
  readonly probes: number[] = [];
  private readonly reader: InstructionReader;
  private readonly probeCursor: OffsetCursor;
  private readonly breakpointCursor: OffsetCursor;
  private readonly sectionStart: number;
  private readonly exported: ReadonlySet<number | undefined>;
  /** Everything of the module up to here has been copied or replaced. */
  private copied = 0;
  /** Blocks of the body that are open. */
  private nesting = 0;
  /** Where dumps are to hold operands; of the function that is rewritten. */
  private operands: OperandStack | undefined;
  /** What tells of calls that come back; of the function that is rewritten. */
  private returns: ReturnCode | undefined;

  constructor(
    private readonly build: Build,
    private readonly out: CodeWriter,
  ) {
    const { bytes, info, options } = build;
    this.sectionStart = info.code?.start ?? 0;
    this.reader = new InstructionReader(bytes, { start: 0, end: 0 }, malformedModule);
    this.probeCursor = new OffsetCursor(options.probes);
    this.breakpointCursor = new OffsetCursor(options.breakpoints ?? []);
    const exported = info.exports.filter(({ kind }) => kind === 'function');
    this.exported = new Set([...exported.map(({ index }) => index), info.startFunction]);
  }

  /** Writes the body of a function, with its size. Throws ModuleError. */
  rewrite(functionIndex: number): void {
    const { build, out, reader } = this;
    const { bytes, info } = build;
    const body = functionIndex - info.functionsImported;
    const head = info.bodies.heads[body] as number;
    const type = info.types[info.functionTypes[functionIndex] ?? -1];
    if (type === undefined) throw malformedModule(`function ${functionIndex} has no type`, head);
    this.probeCursor.skipTo(head - this.sectionStart);
    this.breakpointCursor.skipTo(head - this.sectionStart);
    const layout = new LocalLayout(bytes, info, functionIndex);
    const plan = this.plan(functionIndex, layout);
    const code = new FunctionCode(build, out, plan);
    const tells = build.options.returns === true;
    this.returns = tells ? new ReturnCode(build, out, code, plan) : undefined;
    const stores = this.watch(functionIndex, layout, code);
    const stopsHere = plan.probed || plan.looked;
    const withOperands = stopsHere && build.options.operands === true;
    this.operands = withOperands ? new OperandStack(build, layout, type) : undefined;
    const mark = out.reserveSize();
    layout.write(out);
    this.writeGuard(functionIndex, type);
    code.prologue();
    out.all([OP.block, EMPTY_BLOCK, OP.block]);
    build.types.writeBlockType(out, [], type.results);
    // What runs for ever comes by the head of a loop or of a function that calls others.
    if (plan.probed && build.options.checkIns === true && build.callers[functionIndex] === 1) {
      code.checkIn(layout.codeStart - this.sectionStart, 1);
    }
    reader.moveTo(layout.codeStart, info.bodies.ends[body] as number);
    this.writeInstructions(code, plan, stores);
    code.flush();
    out.all([OP.return, OP.end]);
    code.dumpFrame();
    this.writeZeroes(type, head);
    out.byte(OP.end);
    if (out.length - mark > BODY_BYTES_MAX) throw tooLarge(functionIndex, head);
    out.fillSize(mark);
  }

  private plan(functionIndex: number, layout: LocalLayout): FunctionPlan {
    const { options, probed, looked, graph } = this.build;
    const isProbed = probed[functionIndex] === 1;
    // Where a try_table goes on, it cannot be told whether the fuel in the local is still right.
    const features = graph.features[functionIndex] as number;
    const tryTable = (features & HAS.tryTable) !== 0;
    const cached = isProbed && options.exact !== true && !tryTable;
    const isLooked = looked[functionIndex] === 1;
    const returns = options.returns === true;
    const levels = options.instructions !== undefined || returns;
    const counts = options.depth === true || options.scan === true || levels;
    return {
      functionIndex,
      probed: isProbed,
      dumped: layout.dumped(options.locals?.(functionIndex) ?? []),
      fuelLocal: cached ? layout.add('i64') : undefined,
      depthLocal: counts ? layout.add('i32') : undefined,
      looked: isLooked,
      leveled: isLooked || returns,
      catches: tryTable || (features & HAS.legacyTry) !== 0,
      levelLocal: levels ? layout.add('i32') : undefined,
      activationLocal: counts && isProbed ? layout.add('i64') : undefined,
    };
  }

  private watch(
    functionIndex: number,
    layout: LocalLayout,
    code: FunctionCode,
  ): StoreWatch | undefined {
    const { options, graph, info } = this.build;
    const features = graph.features[functionIndex] as number;
    const [memory] = info.memories;
    if (options.watch !== true || (features & HAS.store) === 0 || memory === undefined) {
      return undefined;
    }
    const vectors = (features & HAS.vectorStore) !== 0;
    return new StoreWatch(this.build, this.out, code, layout, vectors);
  }

  /** Keeps calls that JavaScript makes after a stop from running. */
  private writeGuard(functionIndex: number, type: FunctionType): void {
    const { out, build } = this;
    if (!this.exported.has(functionIndex)) return;
    out.byte(OP.globalGet);
    out.unsigned(build.globals.index('stopped'));
    out.all([OP.if, EMPTY_BLOCK]);
    this.writeZeroes(type, build.info.bodies.heads[0] ?? 0);
    out.all([OP.return, OP.end]);
  }

  private writeInstructions(
    code: FunctionCode,
    plan: FunctionPlan,
    stores: StoreWatch | undefined,
  ): void {
    const { reader } = this;
    this.copied = reader.next;
    this.nesting = 0;
    while (reader.step()) {
      const { opcode, start } = reader;
      if (EDGES[opcode] !== 1) this.writeStops(code, plan, this.nesting + 1);
      this.operands?.step(reader);
      if (opcode < 0x100 && SPECIAL[opcode] === 1) this.writeSpecial(code, plan);
      else if (stores !== undefined && isStore(opcode)) {
        this.copyTo(start);
        stores.write(reader, start - this.sectionStart, this.nesting + 1);
        this.copied = reader.next;
      }
    }
    this.copyTo(reader.next);
    // The edge of the body is a place of its own: every way but a `return` leads there.
    this.writeStops(code, plan, 0);
  }

  /** What is due before the reader's instruction. */
  private writeStops(code: FunctionCode, { looked }: FunctionPlan, label: number): void {
    const offset = this.reader.start - this.sectionStart;
    const isProbe = this.probeCursor.take(offset);
    const isBreakpoint = this.breakpointCursor.take(offset);
    if (!isProbe && !isBreakpoint && !looked) return;
    this.copyTo(label === 0 ? this.reader.next : this.reader.start);
    const operands = this.operands?.readable() ?? NO_OPERANDS;
    if (isProbe) {
      code.probe(offset, label, operands);
      this.probes.push(offset);
    }
    if (looked) code.look(offset, label, operands);
    if (isBreakpoint) code.breakpoint(offset, label, operands);
  }

  private writeSpecial(code: FunctionCode, { probed }: FunctionPlan): void {
    const { reader } = this;
    switch (reader.opcode) {
      case OP.block:
      case OP.if:
      case OP.try:
      case OP.tryTable:
        this.nesting++;
        return;
      case OP.loop:
        this.nesting++;
        if (!probed || this.build.options.checkIns !== true) return;
        this.copyTo(reader.next);
        code.checkIn(reader.start - this.sectionStart, this.nesting + 1);
        return;
      case OP.end:
      case OP.delegate:
        this.nesting--;
        return;
      case OP.catch:
      case OP.catchAll:
        this.copyTo(reader.next);
        code.reload();
        return;
      case OP.call:
        this.writeCall(code, this.readIndex());
        return;
      case OP.callIndirect:
      case OP.callRef:
        this.writeCall(code, undefined);
        return;
      case OP.returnCall:
      case OP.returnCallIndirect:
      case OP.returnCallRef:
        this.copyTo(reader.start);
        code.beforeTailCall();
        this.returns?.calling();
        return;
      default:
        this.copyTo(reader.start);
        code.flush();
    }
  }

  /** `callee` is undefined for a call that may go anywhere. */
  private writeCall(code: FunctionCode, callee: number | undefined): void {
    const { reader, build } = this;
    const mayStop = callee === undefined || build.stops[callee] === 1;
    if (!mayStop && build.throws[callee] !== 1) return;
    this.copyTo(reader.start);
    code.beforeCall(mayStop);
    if (mayStop) this.returns?.calling();
    this.copyTo(reader.next);
    if (!mayStop) return;
    const results = this.operands?.callResults ?? [];
    const operands = this.operands?.readable(results.length) ?? NO_OPERANDS;
    const codeOffset = reader.start - this.sectionStart;
    code.afterCall(codeOffset, this.nesting + 1, operands, results);
    this.returns?.returned(codeOffset, operands, results);
  }

  private readIndex(): number {
    const { bytes } = this.build;
    let index = 0;
    let at = this.reader.immediates;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++] as number;
      index |= (byte & 0x7f) << shift;
      if (byte < 0x80) return index;
    }
  }

  private copyTo(offset: number): void {
    if (offset > this.copied) copyCode(this.build, this.out, this.copied, offset);
    this.copied = Math.max(offset, this.copied);
  }

  private writeZeroes({ results }: FunctionType, head: number): void {
    for (const type of results) {
      const zero = zeroOf(type);
      if (zero === undefined) {
        throw new ModuleError(
          'gc',
          `a function gives a ${type}, which has no value to give when it is stopped`,
          head,
          'Debug it by its effects.',
        );
      }
      this.out.all(zero);
    }
  }
}

/** Copies code of the module as it was, from one offset into it to another. */
export function copyCode(build: Build, out: CodeWriter, from: number, to: number): void {
  build.moved?.add(out.length, from - (build.info.code?.start ?? 0), to - from);
  out.copy(build.bytes, from, to);
}

function tooLarge(functionIndex: number, offset: number): ModuleError {
  return new ModuleError(
    'too-large',
    `function ${functionIndex} would be larger than ${BODY_BYTES_MAX} bytes with its probes`,
    offset,
    'Build it with optimizations, or debug it by its effects.',
  );
}
