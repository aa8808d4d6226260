import type { ValueType } from '../wasm/index.ts';
import type { AppendedGlobal } from './appended-globals.ts';
import type { Build } from './build.ts';
import type { CodeWriter } from './code-writer.ts';
import type { FunctionPlan } from './function-plan.ts';
import { HOOKS, type HookName } from './hooks.ts';
import { EMPTY_BLOCK, OP } from './opcodes.ts';
import { putOperands, takeOperands } from './operand-bits.ts';
import { NO_OPERANDS, type ReadableOperands } from './operand-stack.ts';
import { CHECK_IN_INTERVAL } from './options.ts';
import { siteOf } from './site.ts';
import { carrierOf } from './value-types.ts';

const NO_DEPTH = -1;
/** As LEB128. */
const MINUS_ONE = 0x7f;
/** A block that leaves an i32. */
const I32_BLOCK = 0x7f;

/**
 * Writes what is put into one function.
 *
 * F1  Where control can leave the function (a call, a return, a throw), the global holds the fuel;
 *     where it comes back, the local takes it over.
 * F2  The path of a stop ends in a branch to the dump: it never joins the path of the program.
 *     Only hooks that the host asked for do.
 * F3  Before every call that may reach a probe the global holds the depth of the calling frame, so
 *     that nothing needs to restore it after a return or an exception.
 *
 * A `label` is the number of blocks between the code and the block around the body, whose end is
 * where the dump begins.
 */
export class FunctionCode {
  constructor(
    private readonly build: Build,
    private readonly out: CodeWriter,
    private readonly plan: FunctionPlan,
  ) {}

  /** What runs when the function is entered. */
  prologue(): void {
    const { out, plan } = this;
    if (plan.fuelLocal !== undefined) {
      this.getGlobal('fuel');
      this.setLocal(plan.fuelLocal);
    }
    if (plan.depthLocal !== undefined) {
      this.getGlobal('depth');
      if (plan.probed) out.all([OP.i32Const, 1, OP.i32Add]);
      this.setLocal(plan.depthLocal);
    }
    if (plan.levelLocal !== undefined) {
      this.getGlobal('level');
      if (plan.leveled) out.all([OP.i32Const, 1, OP.i32Add]);
      this.setLocal(plan.levelLocal);
    }
    if (plan.activationLocal !== undefined) {
      this.getGlobal('activation');
      out.all([OP.i64Const, 1, OP.i64Add, OP.localTee]);
      out.unsigned(plan.activationLocal);
      this.setGlobal('activation');
    }
  }

  /** Counts down; stops or asks the host where that is due. */
  probe(codeOffset: number, label: number, operands: ReadableOperands): void {
    const site = siteOf(codeOffset, 'probe');
    this.countDown();
    if (this.build.options.appointments === true) this.keepAppointment(codeOffset, label);
    if (this.build.options.instructions !== undefined) {
      this.out.byte(OP.drop);
      return;
    }
    if (this.build.options.scan === true) this.askHost(site, operands);
    else this.out.byte(OP.i64Eqz);
    this.stopIf(site, label, operands);
  }

  /** Calls the host at the tick that it has chosen; it may write to memory. */
  private keepAppointment(codeOffset: number, label: number): void {
    const { out } = this;
    const site = siteOf(codeOffset, 'check-in');
    this.getFuel();
    this.getGlobal('appointedAt');
    out.all([OP.i64Eq, OP.if, EMPTY_BLOCK]);
    this.fuelAsFloat();
    out.byte(OP.i32Const);
    out.signed(site);
    this.callHook('appointment');
    this.stopIf(site, label + 1);
    out.byte(OP.end);
  }

  /** Takes the fuel from the stack, and leaves 1 where the host wants to stop at a due probe. */
  private askHost(site: number, operands: ReadableOperands): void {
    const { out, build } = this;
    const tellsFrame = build.options.scanLocals === true;
    const told = tellsFrame ? operands.types : [];
    const ifAbove = () => {
      out.byte(OP.if);
      build.types.writeBlockType(out, told, [...told, 'i32']);
    };
    out.all([OP.i64Const, 0, OP.i64LeS]);
    ifAbove();
    this.getDepth();
    this.getGlobal('scanDepth');
    out.byte(OP.i32LeS);
    ifAbove();
    takeOperands(out, build, told);
    if (tellsFrame) this.dumpLocals();
    this.fuelAsFloat();
    this.writePlace(site);
    this.getLevel();
    this.callHook('tick');
    out.byte(OP.i64TruncF64S);
    this.setFuel();
    if (this.build.options.checkIns === true) this.armCheckIn();
    putOperands(out, build, told);
    this.getFuel();
    out.byte(OP.i64Eqz);
    for (let block = 0; block < 2; block++) out.all([OP.else, OP.i32Const, 0, OP.end]);
  }

  /** Asks the host whether to stop at an instruction, once the fuel is used up. */
  look(codeOffset: number, label: number, operands: ReadableOperands): void {
    const { out } = this;
    const site = siteOf(codeOffset, 'probe');
    this.getFuel();
    out.all([OP.i64Const, 0, OP.i64LeS, OP.if, I32_BLOCK]);
    this.getLevel();
    this.getGlobal('scanDepth');
    out.all([OP.i32LeS, OP.if, I32_BLOCK]);
    this.fuelAsFloat();
    this.writePlace(site);
    this.getLevel();
    this.callHook('look');
    for (let block = 0; block < 2; block++) out.all([OP.else, OP.i32Const, 0, OP.end]);
    this.stopIf(site, label, operands);
  }

  /** Calls the host, which can read the variables. */
  breakpoint(codeOffset: number, label: number, operands: ReadableOperands): void {
    const site = siteOf(codeOffset, 'probe');
    this.dumpLocals();
    this.fuelAsFloat();
    this.writePlace(site);
    this.callHook('breakpoint');
    this.stopIf(site, label, operands);
  }

  /** Calls the host when many probes went by since it was called last. */
  checkIn(codeOffset: number, label: number): void {
    const { out } = this;
    this.getFuel();
    this.getGlobal('checkInBelow');
    out.all([OP.i64LtS, OP.if, EMPTY_BLOCK]);
    this.armCheckIn();
    this.fuelAsFloat();
    this.callHook('checkIn');
    this.stopIf(siteOf(codeOffset, 'check-in'), label + 1);
    out.byte(OP.end);
  }

  /** What comes before a call of a function that may stop (or may only throw). */
  beforeCall(mayStop: boolean): void {
    this.flush();
    if (!mayStop) return;
    this.pass('depth', this.plan.depthLocal, 0);
    this.pass('level', this.plan.levelLocal, 0);
  }

  /**
   * What comes after a call that may have stopped.
   *
   * @param operands what lies beneath the results of the call
   */
  afterCall(
    codeOffset: number,
    label: number,
    operands: ReadableOperands,
    results: readonly ValueType[],
  ): void {
    const { fuelLocal } = this.plan;
    if (fuelLocal !== undefined) this.getGlobal('fuel');
    const { scan, instructions } = this.build.options;
    if (fuelLocal !== undefined && scan !== true && instructions === undefined) {
      // In these builds there is no fuel exactly while a stop unwinds, which saves a load.
      this.out.byte(OP.localTee);
      this.out.unsigned(fuelLocal);
      this.out.byte(OP.i64Eqz);
    } else {
      if (fuelLocal !== undefined) this.setLocal(fuelLocal);
      this.getGlobal('stopped');
    }
    this.stopIf(siteOf(codeOffset, 'call'), label, operands, results);
  }

  /** A tail call replaces this frame: the callee has the same depth. */
  beforeTailCall(): void {
    const { probed, leveled, depthLocal, levelLocal } = this.plan;
    this.flush();
    this.pass('depth', depthLocal, probed ? 1 : 0);
    this.pass('level', levelLocal, leveled ? 1 : 0);
  }

  /** Puts the fuel where others see it. */
  flush(): void {
    const { fuelLocal } = this.plan;
    if (fuelLocal === undefined) return;
    this.getLocal(fuelLocal);
    this.setGlobal('fuel');
  }

  /** Takes over the fuel at the head of a catch. */
  reload(): void {
    const { fuelLocal } = this.plan;
    if (fuelLocal === undefined) return;
    this.getGlobal('fuel');
    this.setLocal(fuelLocal);
  }

  /** Hands this frame to the host. */
  dumpFrame(): void {
    const { out, plan } = this;
    out.byte(OP.i32Const);
    out.signed(plan.functionIndex);
    this.getGlobal('site');
    this.getDepth();
    this.getActivation();
    this.callHook('frame');
    this.dumpLocals();
  }

  /**
   * Goes to the dump when the number on the stack is not zero.
   *
   * @param operands what lies beneath that number, to be dumped
   * @param results what lies between them, not to be dumped
   */
  stopIf(
    site: number,
    label: number,
    operands: ReadableOperands = NO_OPERANDS,
    results: readonly ValueType[] = [],
  ): void {
    const { out } = this;
    out.byte(OP.if);
    if (operands.types.length === 0) out.byte(EMPTY_BLOCK);
    else {
      const types = [...operands.types, ...results];
      this.build.types.writeBlockType(out, types, types);
      for (const _ of results) out.byte(OP.drop);
      this.build.operands.set(site, operands);
      takeOperands(out, this.build, operands.types);
    }
    out.byte(OP.i32Const);
    out.signed(site);
    this.setGlobal('site');
    out.byte(OP.br);
    out.unsigned(label + 1);
    out.byte(OP.end);
  }

  fuelAsFloat(): void {
    this.getFuel();
    this.out.byte(OP.f64ConvertI64S);
  }

  callHook(name: HookName): void {
    const { out } = this;
    out.byte(OP.i32Const);
    out.signed(HOOKS[name].slot);
    out.byte(OP.callIndirect);
    out.unsigned(this.build.types.hook(name));
    out.unsigned(this.build.hookTable);
  }

  getLocal(index: number): void {
    this.out.byte(OP.localGet);
    this.out.unsigned(index);
  }

  setLocal(index: number): void {
    this.out.byte(OP.localSet);
    this.out.unsigned(index);
  }

  getGlobal(name: AppendedGlobal): void {
    this.out.byte(OP.globalGet);
    this.out.unsigned(this.build.globals.index(name));
  }

  /** Site, depth and activation of a store; in a function without probes, the depth beneath it. */
  storePlace(codeOffset: number): void {
    this.out.byte(OP.i32Const);
    this.out.signed(siteOf(codeOffset, 'store'));
    this.getDepth(false);
    this.getActivation();
  }

  /** Hands the chosen variables to the host. */
  dumpLocals(): void {
    for (const { index, type } of this.plan.dumped) {
      const carrier = carrierOf(type);
      if (carrier === 'none') continue;
      this.getLocal(index);
      if (carrier === 'v128') {
        this.out.all([OP.simd, OP.i64x2ExtractLane, 0]);
        this.getLocal(index);
        this.out.all([OP.simd, OP.i64x2ExtractLane, 1]);
      }
      this.out.byte(OP.i32Const);
      this.out.signed(index);
      this.callHook(carrier);
    }
  }

  /** Site, depth and activation, as hooks take them. */
  private writePlace(site: number): void {
    this.out.byte(OP.i32Const);
    this.out.signed(site);
    this.getDepth();
    this.getActivation();
  }

  /** The next check-in is due an interval from now. */
  private armCheckIn(): void {
    this.getFuel();
    this.out.byte(OP.i64Const);
    this.out.signed(CHECK_IN_INTERVAL);
    this.out.byte(OP.i64Sub);
    this.setGlobal('checkInBelow');
  }

  /** Leaves the fuel that is left on the stack. */
  private countDown(): void {
    const { out, plan } = this;
    this.getFuel();
    out.all([OP.i64Const, 1, OP.i64Sub]);
    if (plan.fuelLocal === undefined) {
      this.setGlobal('fuel');
      this.getGlobal('fuel');
    } else {
      out.byte(OP.localTee);
      out.unsigned(plan.fuelLocal);
    }
  }

  private getFuel(): void {
    if (this.plan.fuelLocal === undefined) this.getGlobal('fuel');
    else this.getLocal(this.plan.fuelLocal);
  }

  private setFuel(): void {
    if (this.plan.fuelLocal === undefined) this.setGlobal('fuel');
    else this.setLocal(this.plan.fuelLocal);
  }

  /** Tells the callee how deep its caller is, `less` than this frame. */
  private pass(name: 'depth' | 'level', local: number | undefined, less: number): void {
    if (local === undefined) return;
    this.getLocal(local);
    if (less > 0) this.out.all([OP.i32Const, less, OP.i32Sub]);
    this.setGlobal(name);
  }

  /** -1 where levels are not counted. */
  getLevel(): void {
    const { levelLocal } = this.plan;
    if (levelLocal !== undefined) this.getLocal(levelLocal);
    else this.out.all([OP.i32Const, MINUS_ONE]);
  }

  private getDepth(ofProbedOnly = true): void {
    if (this.plan.depthLocal !== undefined && (this.plan.probed || !ofProbedOnly)) {
      this.getLocal(this.plan.depthLocal);
      return;
    }
    this.out.byte(OP.i32Const);
    this.out.signed(NO_DEPTH);
  }

  /** As a float, which holds it exactly below 2^53; -1 where it is not counted. */
  getActivation(): void {
    const { activationLocal } = this.plan;
    if (activationLocal === undefined) {
      this.out.byte(OP.i64Const);
      this.out.signed(NO_DEPTH);
    } else {
      this.getLocal(activationLocal);
    }
    this.out.byte(OP.f64ConvertI64S);
  }

  private setGlobal(name: AppendedGlobal): void {
    this.out.byte(OP.globalSet);
    this.out.unsigned(this.build.globals.index(name));
  }
}
