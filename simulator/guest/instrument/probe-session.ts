/**
 * One run of an instrumented program, as its host sees it: what it is to stop at, how far it is,
 * and, when it stopped, the whole stack.
 *
 * P1  A tick is the number of probes that were passed. It is the same for the same run in every
 *     build with the same probes.
 * P2  After a stop nothing of the program runs: its functions return, and what imports throw
 *     because of it is swallowed.
 * P3  Memories in a dump are as they were at the stop.
 */
import type { ProgramModule } from '../program-module.ts';
import { START_EXPORT } from './appended-exports.ts';
import { guardImports } from './guard-imports.ts';
import type { HookFunctions } from './hooks.ts';
import { LinkedInstance } from './linked-instance.ts';
import { siteCodeOffset, siteKind } from './site.ts';
import type { DumpedFrame, FrameValues, StackDump, WasmValue } from './stack-dump.ts';

/** More than any run has; as a fuel it is never used up. */
const TICK_MAX = Number.MAX_SAFE_INTEGER;
/** What is left at no probe. */
const NO_FUEL = TICK_MAX;
const DEPTH_MAX = 0x7fffffff;
/** Beyond every memory, so that nothing is watched. */
const NOTHING = { start: 2 ** 52, length: 0 };

/** A place of a running program, as hooks are told it. */
export interface ProbeHit {
  readonly tick: number;
  readonly codeOffset: number;
  /** Functions with probes on the stack; -1 in builds without `depth`. */
  readonly depth: number;
  /** Which entry of a function this is, from 1; -1 in builds without `depth`. */
  readonly activation: number;
  /** The chosen variables of the innermost frame, by index. */
  readonly locals: ReadonlyMap<number, WasmValue>;
}

export interface StoreHit {
  readonly tick: number;
  /** Of the store. */
  readonly codeOffset: number;
  /** Functions with probes on the stack; -1 in builds without `depth`. */
  readonly depth: number;
  /** As in ProbeHit; -1 in functions without probes too. */
  readonly activation: number;
  readonly address: number;
  readonly length: number;
}

/** An instruction that is about to run. */
export interface LookHit {
  readonly tick: number;
  readonly codeOffset: number;
  /** As in ProbeHit; -1 in functions without probes too. */
  readonly depth: number;
  readonly activation: number;
  /** Functions on the stack whose instructions are looked at. */
  readonly level: number;
}

/** A tick that the host has chosen; its probe was passed, and nothing else that is due there. */
export interface AppointmentHit {
  readonly tick: number;
  readonly codeOffset: number;
}

/** A frame to which a call has come back, as it was during that call. */
export interface ReturnHit extends FrameValues {
  readonly functionIndex: number;
  /** Of the call. */
  readonly codeOffset: number;
  /** As in ProbeHit; -1 in functions without probes. */
  readonly activation: number;
  /** Functions on the stack through which a stop unwinds, this one included. */
  readonly level: number;
}

/** What a run is to do; hooks that the build does not have are never called. */
export interface ProbeSettings {
  /**
   * Stops at this tick, from 1. In builds with `scan`, the first tick that `onTick` is called at; in
   * builds with `instructions`, the one from which on `onLook` is called.
   */
  readonly stopAt?: number;
  /**
   * Called at a due probe, after the program was let run. Gives after how many more probes it is to
   * be called again, at least 1 (Infinity is never), or 0 to stop here.
   *
   * @param values of the innermost frame, in builds with `scanLocals`; others do not tell them
   * @param level functions on the stack through which a stop unwinds, in builds with `returns`
   */
  readonly onTick?: (
    tick: number,
    codeOffset: number,
    depth: number,
    activation: number,
    values: FrameValues,
    level: number,
  ) => number;
  /** Called when a call has come back to a frame at a level below `returnsBelow`. */
  readonly onReturned?: (hit: ReturnHit) => void;
  /**
   * What was above a level below `returnsBelow` is over, and its callers are not told: an exception
   * may have ended it, or they cannot be.
   */
  readonly onLost?: (level: number) => void;
  /** Due probes deeper than this wait for one that is not. Instructions go by their level. */
  readonly scanDepth?: number;
  /** Called at every chosen probe; true stops there. */
  readonly onBreakpoint?: (hit: ProbeHit) => boolean;
  /** Called at every instruction from `stopAt` on; true stops there. */
  readonly onLook?: (hit: LookHit) => boolean;
  /** The ticks, rising from 1, at which `onAppointment` is called. */
  readonly appointments?: readonly number[];
  /** May change memory and globals; true stops there. */
  readonly onAppointment?: (hit: AppointmentHit) => boolean;
  /** Called after a store into watched bytes; true stops there. */
  readonly onStore?: (hit: StoreHit) => boolean;
  /** Called before anything of the user's own module runs. */
  readonly onBegin?: () => void;
  /** Called when an import of JavaScript has returned, which may have written to memory. */
  readonly onReturn?: () => void;
  /** The watched bytes of the first memory. */
  readonly watched?: { readonly start: number; readonly length: number };
  /** Called about once in CHECK_IN_INTERVAL ticks; true stops. */
  readonly onCheckIn?: (tick: number) => boolean;
}

/** A frame while the stack unwinds. */
interface RawFrame {
  readonly instance: LinkedInstance;
  readonly functionIndex: number;
  readonly site: number;
  readonly depth: number;
  readonly activation: number;
  readonly locals: ReadonlyMap<number, WasmValue>;
  readonly operands: ReadonlyMap<number, WasmValue>;
}

export class ProbeSession {
  private readonly instances: LinkedInstance[] = [];
  private readonly rawFrames: RawFrame[] = [];
  /** Functions of WebAssembly that modules of a component import of each other. */
  private readonly exported = new Set<unknown>();
  /** The contents at the stop of memories that others may write to after it. */
  private readonly copies = new Map<WebAssembly.Memory, Uint8Array>();
  private mainInstance: LinkedInstance | undefined;
  /** The tick at which the fuel is used up. */
  private limit: number;
  /** The tick of the stop. */
  private stopTick: number | undefined;
  /** The tick of the hook that is being called: the fuel is on the stack of the program then. */
  private hookTick: number | undefined;
  /** How many appointments were kept. */
  private kept = 0;
  private locals = new Map<number, WasmValue>();
  private dump: StackDump | undefined;

  constructor(private readonly settings: ProbeSettings = {}) {
    this.limit = settings.stopAt ?? (settings.onTick === undefined ? TICK_MAX : 1);
  }

  /**
   * How many probes were passed: in a call of an import or a hook, and after the run. After a trap
   * it is right in builds with `exact` only.
   */
  get tick(): number {
    return this.stopTick ?? this.hookTick ?? this.limit - (this.main?.fuel ?? this.limit);
  }

  /** Whether the program was stopped; it may still be unwinding. */
  get isStopped(): boolean {
    return this.stopTick !== undefined;
  }

  /** The stack at the stop, once the run is over; undefined when it was not stopped. */
  get stopped(): StackDump | undefined {
    if (this.stopTick === undefined) return undefined;
    this.dump ??= {
      tick: this.stopTick,
      frames: this.frames(),
      instances: this.instances.map((instance) => instance.state(this.copies)),
    };
    return this.dump;
  }

  /** The instance of the user's own module, to look into from hooks and imports. */
  get main(): LinkedInstance | undefined {
    return this.mainInstance;
  }

  /** For hooks: due probes deeper than this wait from now on. */
  set scanDepth(depth: number) {
    if (this.main !== undefined) this.main.scanDepth = Math.min(depth, DEPTH_MAX);
  }

  /** For hooks: frames at levels below this are told when a call comes back to them. */
  set returnsBelow(level: number) {
    if (this.main !== undefined) this.main.returnsBelow = level;
  }

  /**
   * For imports: the stack unwinds as soon as the import returns or throws, and its innermost
   * frame is in that call.
   */
  stopNow(): void {
    if (!this.isStopped) this.stop(this.tick);
  }

  /** Makes an instance of a module of the program. `start` is to be called before it is used. */
  instantiate(
    module: ProgramModule,
    compiled: WebAssembly.Module,
    imports: WebAssembly.Imports,
  ): WebAssembly.Instance {
    const guarded = guardImports(module.info, imports, this.exported, {
      isStopped: () => this.isStopped,
      onReturn: this.settings.onReturn,
    });
    const instance = new WebAssembly.Instance(compiled, guarded);
    for (const value of Object.values(instance.exports)) this.exported.add(value);
    if (module.instrumented === undefined) return instance;
    const linked: LinkedInstance = new LinkedInstance(
      module,
      instance.exports,
      this.hooks(() => linked),
    );
    this.instances.push(linked);
    if (this.isStopped) linked.stop();
    else if (module.instrumented.isMain) this.begin(linked);
    return instance;
  }

  /** Runs what the module has its engine run when it is instantiated. */
  start({ exports }: WebAssembly.Instance): void {
    const start = exports[START_EXPORT];
    if (typeof start === 'function') (start as () => void)();
  }

  private begin(main: LinkedInstance): void {
    const { scanDepth = DEPTH_MAX, watched = NOTHING } = this.settings;
    this.mainInstance = main;
    main.fuel = this.limit;
    this.appointNext();
    main.scanDepth = Math.min(scanDepth, DEPTH_MAX);
    main.watch(watched.start, watched.length);
    this.settings.onBegin?.();
  }

  /** Arranges for the next appointment, whenever one was kept or the limit is another one. */
  private appointNext(): void {
    const next = this.settings.appointments?.[this.kept];
    this.main?.appoint(next === undefined ? NO_FUEL : this.limit - next);
  }

  private stop(tick: number): void {
    this.stopTick = tick;
    for (const instance of this.instances) {
      instance.stop();
      instance.keepMemories(this.copies);
    }
  }

  private hooks(instanceOf: () => LinkedInstance): HookFunctions {
    const { settings } = this;
    return {
      frame: (functionIndex, site, depth, activation) => {
        // Out of fuel: no other stop comes here without having been noticed.
        if (!this.isStopped) this.stop(this.limit);
        this.locals = new Map();
        const instance = instanceOf();
        const { locals } = this;
        const operands = instance.operandsAt(site);
        this.rawFrames.push({ instance, functionIndex, site, depth, activation, locals, operands });
      },
      i32: (value, index) => this.keep(index, { type: 'i32', value }),
      i64: (value, index) => this.keep(index, { type: 'i64', value }),
      f32: (value, index) => this.keep(index, { type: 'f32', value }),
      f64: (value, index) => this.keep(index, { type: 'f64', value }),
      v128: (low, high, index) => this.keep(index, { type: 'v128', value: [low, high] }),
      function: (value, index) => this.keep(index, { type: 'function', value }),
      external: (value, index) => this.keep(index, { type: 'external', value }),
      tick: (fuel, site, depth, activation, level) => {
        return this.onTick(
          fuel,
          site,
          depth,
          activation,
          this.takeValues(site, instanceOf()),
          level,
        );
      },
      breakpoint: (fuel, site, depth, activation) => {
        const { locals } = this;
        this.locals = new Map();
        const codeOffset = siteCodeOffset(site);
        return this.ask(fuel, (tick) =>
          settings.onBreakpoint?.({ tick, codeOffset, depth, activation, locals }),
        );
      },
      store: (fuel, site, depth, activation, address, length) => {
        const codeOffset = siteCodeOffset(site);
        return this.ask(fuel, (tick) =>
          settings.onStore?.({ tick, codeOffset, depth, activation, address, length }),
        );
      },
      look: (fuel, site, depth, activation, level) => {
        const codeOffset = siteCodeOffset(site);
        return this.ask(fuel, (tick) =>
          settings.onLook?.({ tick, codeOffset, depth, activation, level }),
        );
      },
      appointment: (fuel, site) => {
        const codeOffset = siteCodeOffset(site);
        this.kept++;
        this.appointNext();
        return this.ask(fuel, (tick) => settings.onAppointment?.({ tick, codeOffset }));
      },
      returned: (functionIndex, site, activation, level) => {
        const values = this.takeValues(site, instanceOf());
        const codeOffset = siteCodeOffset(site);
        settings.onReturned?.({ functionIndex, codeOffset, activation, level, ...values });
      },
      lost: (level) => settings.onLost?.(level),
      checkIn: (fuel) => this.ask(fuel, (tick) => settings.onCheckIn?.(tick)),
    };
  }

  /** What the innermost frame has just handed over. */
  private takeValues(site: number, instance: LinkedInstance): FrameValues {
    const { locals } = this;
    if (locals.size > 0) this.locals = new Map();
    return { locals, operands: instance.operandsAt(site) };
  }

  private onTick(
    fuel: number,
    site: number,
    depth: number,
    activation: number,
    values: FrameValues,
    level: number,
  ): number {
    const tick = this.limit - fuel;
    this.hookTick = tick;
    const codeOffset = siteCodeOffset(site);
    const wait = this.settings.onTick?.(tick, codeOffset, depth, activation, values, level) ?? 0;
    this.hookTick = undefined;
    if (this.isStopped) return 0;
    if (wait < 1) {
      this.stop(tick);
      return 0;
    }
    this.limit = Math.min(tick + wait, TICK_MAX);
    this.appointNext();
    return this.limit - tick;
  }

  /** Asks whether to stop, and tells WebAssembly: 1 is yes. */
  private ask(fuel: number, question: (tick: number) => boolean | undefined): number {
    const tick = this.limit - fuel;
    this.hookTick = tick;
    const wanted = question(tick) === true;
    this.hookTick = undefined;
    if (wanted && !this.isStopped) this.stop(tick);
    return this.isStopped ? 1 : 0;
  }

  private keep(index: number, value: WasmValue): void {
    this.locals.set(index, value);
  }

  private frames(): DumpedFrame[] {
    let depth = 0;
    const outermostFirst = this.rawFrames.toReversed().map((raw): DumpedFrame => {
      const { instance, functionIndex, site, activation, locals, operands } = raw;
      const { tag, instrumented } = instance.module;
      const probed = instrumented?.probedFunctions.has(functionIndex) === true;
      if (probed) depth++;
      return {
        module: tag,
        functionIndex,
        codeOffset: siteCodeOffset(site),
        kind: siteKind(site),
        locals,
        operands,
        depth: probed ? depth : 0,
        activation: activation < 0 ? undefined : activation,
      };
    });
    return outermostFirst.reverse();
  }
}
