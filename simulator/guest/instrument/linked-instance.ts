import type { ProgramModule } from '../program-module.ts';
import { HOOKS_EXPORT, innerExport, operandExport, ownExport } from './appended-exports.ts';
import type { ExportedGlobal } from './appended-globals.ts';
import { HOOK_NAMES, HOOKS, type HookFunctions, wasmHooks } from './hooks.ts';
import type { NumberType } from './operand-signatures.ts';
import type { InstanceState, WasmNumber, WasmValue } from './stack-dump.ts';

type Globals = Readonly<Record<ExportedGlobal, WebAssembly.Global>>;

const NO_VALUES: ReadonlyMap<number, WasmValue> = new Map();

/** An instance of an instrumented module, with the host's hooks in it. */
export class LinkedInstance {
  private readonly globals: Globals;

  constructor(
    readonly module: ProgramModule,
    private readonly exports: WebAssembly.Exports,
    hooks: HookFunctions,
  ) {
    const own = (name: ExportedGlobal) => exports[ownExport(name)] as WebAssembly.Global;
    this.globals = {
      fuel: own('fuel'),
      stopped: own('stopped'),
      scanDepth: own('scanDepth'),
      watchStart: own('watchStart'),
      watchLength: own('watchLength'),
      appointedAt: own('appointedAt'),
      depth: own('depth'),
      level: own('level'),
      returnsBelow: own('returnsBelow'),
    };
    const table = exports[HOOKS_EXPORT] as WebAssembly.Table;
    const functions = wasmHooks(hooks);
    for (const name of HOOK_NAMES) table.set(HOOKS[name].slot, functions[name]);
  }

  get fuel(): number {
    return Number(this.globals.fuel.value);
  }

  set fuel(value: number) {
    this.globals.fuel.value = BigInt(value);
  }

  /** In a call of an import: functions with probes on the stack, in builds with `depth`. */
  get depth(): number {
    return this.globals.depth.value as number;
  }

  /** In a call of an import: the level of the function that called it, in builds with `returns`. */
  get level(): number {
    return this.globals.level.value as number;
  }

  /** Frames at levels below this are told to the host when a call comes back to them. */
  set returnsBelow(level: number) {
    this.globals.returnsBelow.value = level;
  }

  set scanDepth(value: number) {
    this.globals.scanDepth.value = value;
  }

  /** Watches `length` bytes of the first memory from `start` on. */
  watch(start: number, length: number): void {
    this.globals.watchStart.value = BigInt(start);
    this.globals.watchLength.value = BigInt(length);
  }

  /** The host is called when this much fuel is left. */
  appoint(fuel: number): void {
    this.globals.appointedAt.value = BigInt(fuel);
  }

  /** Writes into the first memory; false, and nothing is written, where it has no such bytes. */
  write(address: number, bytes: Uint8Array): boolean {
    const [memory] = this.memories;
    if (memory === undefined || address + bytes.length > memory.buffer.byteLength) return false;
    new Uint8Array(memory.buffer, address, bytes.length).set(bytes);
    return true;
  }

  /** Sets a global; false, and nothing is set, for one that is not of this type or cannot change. */
  setGlobal(index: number, { type, value }: WasmNumber): boolean {
    const global = this.module.info.globals[index];
    if (global?.mutable !== true || global.type !== type) return false;
    (this.inner('global', index) as WebAssembly.Global).value = value;
    return true;
  }

  /** From now on every function returns at once. */
  stop(): void {
    this.globals.stopped.value = 1;
    this.globals.fuel.value = 0n;
  }

  get memories(): readonly WebAssembly.Memory[] {
    const { memories } = this.module.info;
    return memories.map((_, index) => this.inner('memory', index) as WebAssembly.Memory);
  }

  /** The value of a global; undefined for one that JavaScript cannot read. */
  global(index: number): unknown {
    try {
      return (this.inner('global', index) as WebAssembly.Global).value;
    } catch (error) {
      // Vectors and exceptions have no value in JavaScript.
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }

  /** The operands that the innermost frame has just left in globals, by index from the bottom. */
  operandsAt(site: number): ReadonlyMap<number, WasmValue> {
    const held = this.module.instrumented?.operands.get(site);
    if (held === undefined) return NO_VALUES;
    const values = new Map<number, WasmValue>();
    const { base, types } = held;
    for (const [slot, type] of types.entries()) {
      const { value } = this.exports[operandExport(slot)] as WebAssembly.Global;
      values.set(base + slot, numberOf(type, value as bigint));
    }
    return values;
  }

  /** Copies the memories that others may write to from now on. */
  keepMemories(copies: Map<WebAssembly.Memory, Uint8Array>): void {
    if (this.module.instrumented?.reentrant !== true) return;
    for (const memory of this.memories) {
      if (!copies.has(memory)) copies.set(memory, new Uint8Array(memory.buffer).slice());
    }
  }

  /** @param copies the contents of memories that are not to be read themselves */
  state(copies: ReadonlyMap<WebAssembly.Memory, Uint8Array>): InstanceState {
    const { info, tag } = this.module;
    return {
      module: tag,
      memories: this.memories.map((memory) => copies.get(memory) ?? new Uint8Array(memory.buffer)),
      globals: info.globals.map((_, index) => this.global(index)),
      tables: info.tables.map((_, index) => this.inner('table', index) as WebAssembly.Table),
    };
  }

  private inner(kind: 'table' | 'memory' | 'global', index: number): WebAssembly.ExportValue {
    return this.exports[innerExport(kind, index)] as WebAssembly.ExportValue;
  }
}

/** A number from its bits. */
function numberOf(type: NumberType, bits: bigint): WasmValue {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigInt64(0, bits, true);
  switch (type) {
    case 'i32':
      return { type, value: view.getInt32(0, true) };
    case 'i64':
      return { type, value: bits };
    case 'f32':
      return { type, value: view.getFloat32(0, true) };
    case 'f64':
      return { type, value: view.getFloat64(0, true) };
  }
}
