/**
 * The lines of a program from which effects can be called: those with a call of an import that is
 * an effect, or of a function that may come to one. A call through a table may come to any
 * function that is in one, so it counts whenever the program has any effect at all.
 */

import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import {
  type CoreModule,
  type FailureFactory,
  functionBody,
  InstructionReader,
} from '../../simulator/guest/wasm/index.ts';

const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const RETURN_CALL = 0x12;
const RETURN_CALL_INDIRECT = 0x13;
const CALL_REF = 0x14;
const RETURN_CALL_REF = 0x15;

const DIRECT: ReadonlySet<number> = new Set([CALL, RETURN_CALL]);
const INDIRECT: ReadonlySet<number> = new Set([
  CALL_INDIRECT,
  RETURN_CALL_INDIRECT,
  CALL_REF,
  RETURN_CALL_REF,
]);

/** Stands for "any function that is in a table" among the targets of calls. */
const ANY = -1;

interface CallSite {
  readonly offset: number;
  readonly target: number;
}

export class EffectLines {
  private readonly byFile = new Map<string, Set<number>>();

  constructor(
    program: GuestProgram,
    private readonly locator: ProgramLocator,
  ) {
    const { info, bytes } = program.main;
    const calls = allCalls(bytes, info);
    const reaching = functionsReachingEffects(info, calls);
    const codeStart = info.code?.start ?? 0;
    for (const { offset, target } of [...calls.values()].flat()) {
      if (!reaching.has(target)) continue;
      const place = locator.lines.lineAt(offset - codeStart);
      if (place === undefined) continue;
      const lines = this.byFile.get(place.file) ?? new Set();
      lines.add(place.line);
      this.byFile.set(place.file, lines);
    }
  }

  has(file: string, line: number): boolean {
    return this.byFile.get(file)?.has(line) ?? false;
  }

  /** In order; of a file as the debug information names it. */
  lines(file: string): number[] {
    return [...(this.byFile.get(file) ?? [])].sort((one, other) => one - other);
  }

  /** Whether the line has any code, with effects or without. */
  hasCode(file: string, line: number): boolean {
    return this.locator.lines.locations(file, line).length > 0;
  }
}

function allCalls(bytes: Uint8Array, info: CoreModule): Map<number, CallSite[]> {
  const calls = new Map<number, CallSite[]>();
  const failure: FailureFactory = (message, offset) => new Error(`${message} at ${offset}`);
  const { bodies, functionsImported } = info;
  for (let index = 0; index < bodies.starts.length; index++) {
    const functionIndex = functionsImported + index;
    const range = functionBody(info, functionIndex);
    if (range === undefined) continue;
    const sites: CallSite[] = [];
    const reader = new InstructionReader(bytes, range, failure);
    reader.skipLocals();
    while (reader.step()) {
      const { opcode, start: offset } = reader;
      if (DIRECT.has(opcode)) sites.push({ offset, target: number(bytes, reader.immediates) });
      else if (INDIRECT.has(opcode)) sites.push({ offset, target: ANY });
    }
    calls.set(functionIndex, sites);
  }
  return calls;
}

/** Unsigned LEB128; the module was validated when it was compiled. */
function number(bytes: Uint8Array, from: number): number {
  let value = 0;
  for (let at = from, factor = 1; ; at++, factor *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
  }
}

/** Imports, and every function from which one of them can be called. */
function functionsReachingEffects(
  info: CoreModule,
  calls: ReadonlyMap<number, readonly CallSite[]>,
): Set<number> {
  const callers = new Map<number, number[]>();
  for (const [caller, sites] of calls) {
    for (const { target } of sites) {
      const known = callers.get(target);
      if (known === undefined) callers.set(target, [caller]);
      else known.push(caller);
    }
  }
  const reaching = new Set<number>([ANY]);
  const open = [ANY];
  info.imports
    .filter(({ kind }) => kind === 'function')
    .forEach((item, index) => {
      if (isPure(item.module, item.name)) return;
      reaching.add(index);
      open.push(index);
    });
  if (reaching.size === 1) return new Set();
  for (let target = open.pop(); target !== undefined; target = open.pop()) {
    for (const caller of callers.get(target) ?? []) {
      if (reaching.has(caller)) continue;
      reaching.add(caller);
      open.push(caller);
    }
  }
  return reaching;
}

function isPure(module: string, name: string): boolean {
  if (module === WASI) return PURE_IMPORTS.has(name);
  return PURE_INTERFACES.test(module) || PURE_FUNCTIONS.test(name);
}

const WASI = 'wasi_snapshot_preview1';

/** Interfaces of WASI 0.2 that only look at what the program was given, or give out handles. */
const PURE_INTERFACES =
  /^wasi:(?:cli\/(?:environment|exit|stdin|stdout|stderr|terminal-\w+)|filesystem\/preopens|io\/error)(?:@|$)/;
/** Functions that the component model itself provides. */
const PURE_FUNCTIONS = /^\[(?:resource-|export\])/;

/** Imports that never are an effect: they only look at what the program was given. */
const PURE_IMPORTS: ReadonlySet<string> = new Set([
  'args_get',
  'args_sizes_get',
  'environ_get',
  'environ_sizes_get',
  'fd_prestat_get',
  'fd_prestat_dir_name',
  'proc_exit',
]);
