/**
 * Runs a program from its beginning, in a fresh instance, against a port. Used for live attempts
 * and for replays alike; only the port differs.
 */

import { type EffectPort, GuestExit, GuestSignal } from '../effects/operation.ts';
import type { DivergenceError } from '../engine/divergence.ts';
import type { Workflow } from '../engine/workflow.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import type { Preopen } from './files/preopen.ts';
import { VolumeProxy } from './files/volume-proxy.ts';
import { createPreview1 } from './preview1/preview1.ts';
import { type GuestProgram, MEMORY_MODULE, MEMORY_NAME } from './program.ts';
import { ProgramError } from './program-error.ts';

/** Exit codes of a shell for a program that was ended by a signal start here. */
const SIGNAL_EXIT_BASE = 128;
/** A trap is reported as an abort: SIGABRT. */
const TRAP_EXIT_CODE = SIGNAL_EXIT_BASE + 6;
/** Frames kept of a stack: enough to count how deep an overflow went. */
const STACK_FRAMES_MAX = 200_000;

export type GuestOutcome =
  | { readonly kind: 'exited'; readonly code: number }
  | {
      readonly kind: 'trapped';
      readonly exitCode: number;
      readonly message: string;
      /** The stack as V8 prints it; empty for a signal that the program raised. */
      readonly stack: string;
    }
  | { readonly kind: 'diverged'; readonly error: DivergenceError };

/** Runs to the end; lets every Unwind of the port through. */
export function runGuest(workflow: Workflow, port: EffectPort): GuestOutcome {
  const { program } = workflow;
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES_MAX;
  const pooled = program.memories?.take();
  let memory = pooled;
  try {
    const imports = createPreview1({
      port,
      args: [workflow.config.name, ...workflow.config.args],
      env: Object.fromEntries(workflow.config.env),
      preopens: preopensOf(workflow, port),
      memory: () => {
        if (memory === undefined) throw noMemory();
        return memory;
      },
    });
    const memories = pooled === undefined ? {} : { [MEMORY_MODULE]: { [MEMORY_NAME]: pooled } };
    const instance = new WebAssembly.Instance(program.module, { ...imports, ...memories });
    memory = exportedMemory(instance);
    return callEntry(workflow, instance);
  } catch (error) {
    return outcomeOf(error, program, memory);
  } finally {
    Error.stackTraceLimit = frames;
    if (pooled !== undefined) program.memories?.giveBack(pooled);
  }
}

function preopensOf(workflow: Workflow, port: EffectPort): Preopen[] {
  // The root is the program's own: made anew for every attempt and filled again by replay.
  const root = new MemoryTree({ now: () => port.latestWallNanos });
  const mounts = workflow.mounts.map((mount): Preopen => {
    if (mount.kind === 'image') {
      const { path, tree, readOnly } = mount;
      return { path, store: readOnly ? tree : tree.clone({ now: () => port.latestWallNanos }) };
    }
    const store = new VolumeProxy(port, mount.volume);
    return { path: mount.path, store, readOnly: mount.readOnly };
  });
  const hasRoot = mounts.some(({ path }) => path === '/');
  return hasRoot ? mounts : [{ path: '/', store: root }, ...mounts];
}

function callEntry(workflow: Workflow, instance: WebAssembly.Instance): GuestOutcome {
  const { program, config } = workflow;
  if (program.kind === 'command') {
    exportedFunction(instance, '_start')();
    return { kind: 'exited', code: 0 };
  }
  exportedFunction(instance, '_initialize')();
  const result: unknown =
    config.invoke === undefined ? 0 : exportedFunction(instance, config.invoke)();
  return { kind: 'exited', code: typeof result === 'number' ? result >>> 0 : 0 };
}

function exportedFunction(instance: WebAssembly.Instance, name: string): () => unknown {
  const exported = instance.exports[name];
  if (typeof exported === 'function') return exported as () => unknown;
  throw new ProgramError(
    'no-function',
    `the module exports no function ${name}`,
    'Correct "invoke" in backstitch.json, or export the function.',
  );
}

function exportedMemory(instance: WebAssembly.Instance): WebAssembly.Memory {
  const { memory } = instance.exports;
  if (memory instanceof WebAssembly.Memory) return memory;
  throw noMemory();
}

function noMemory(): ProgramError {
  return new ProgramError(
    'no-memory',
    'the module exports no memory named "memory", through which WASI calls pass their data',
    'Export its memory, as every WASI toolchain does by default.',
  );
}

function outcomeOf(
  error: unknown,
  program: GuestProgram,
  memory: WebAssembly.Memory | undefined,
): GuestOutcome {
  if (error instanceof GuestExit) return { kind: 'exited', code: error.code };
  if (error instanceof GuestSignal) {
    const exitCode = SIGNAL_EXIT_BASE + error.number;
    return { kind: 'trapped', exitCode, message: `raised ${error.signal}`, stack: '' };
  }
  if (error instanceof WebAssembly.RuntimeError) {
    const message = `trapped: ${error.message}${memoryHint(program, memory)}`;
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack: error.stack ?? '' };
  }
  if (isStackOverflow(error)) {
    const stack = error.stack ?? '';
    const depth = stack.split('wasm-function[').length - 1;
    const message = `stack overflow, ${depth} calls deep`;
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack };
  }
  if (isGuestException(error)) {
    const message = 'an exception left the program uncaught';
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack: '' };
  }
  throw error;
}

/** A program whose allocator fails usually traps soon after; the limit is then the cause. */
function memoryHint(program: GuestProgram, memory: WebAssembly.Memory | undefined): string {
  if (memory === undefined) return '';
  const pages = memory.buffer.byteLength / 65_536;
  if (pages < program.memoryPagesMax) return '';
  return ` (its memory is at the limit of ${pages / 16} MiB; see limits.memoryMiB)`;
}

function isStackOverflow(error: unknown): error is RangeError {
  return error instanceof RangeError && error.message.includes('call stack');
}

function isGuestException(error: unknown): boolean {
  const { Exception } = WebAssembly as { Exception?: new () => object };
  return Exception !== undefined && error instanceof Exception;
}
