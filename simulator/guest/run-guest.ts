/**
 * Runs a program from its beginning, in a fresh instance, against a port. Used for live attempts
 * and for replays alike; only the port differs.
 */

import {
  type EffectPort,
  GuestExit,
  GuestSignal,
  Unwind,
  withoutStack,
} from '../effects/operation.ts';
import type { DivergenceError } from '../engine/divergence.ts';
import type { Workflow } from '../engine/workflow.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import { glueFault } from './component/glue.ts';
import { runComponent } from './component/run-component.ts';
import type { Preopen } from './files/preopen.ts';
import { VolumeProxy } from './files/volume-proxy.ts';
import type { ProbeSession } from './instrument/probe-session.ts';
import type { GuestProgram } from './program.ts';
import { runCore } from './run-core.ts';
import type { RunSetup } from './run-setup.ts';

/** Exit codes of a shell for a program that was ended by a signal start here. */
const SIGNAL_EXIT_BASE = 128;
/** A trap is reported as an abort: SIGABRT. */
const TRAP_EXIT_CODE = SIGNAL_EXIT_BASE + 6;
/** The glue of components says of every trap that it is one. */
const GLUE_TRAP = /^wasm trap: (?:wasm )?/;
/** Frames kept of a stack: enough to count how deep an overflow went. */
const STACK_FRAMES_MAX = 200_000;

/** How the message of a program that has used up its stack begins. */
export const STACK_OVERFLOW = 'stack overflow';

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

/** A ProbeSession stopped the program, and has its stack. */
export class GuestStopped extends Unwind {
  override readonly name = 'GuestStopped';
}

/**
 * Runs to the end; lets every Unwind of the port through.
 *
 * @param session for a program with probes: ends the run with GuestStopped where it stops
 */
export function runGuest(
  workflow: Workflow,
  port: EffectPort,
  session?: ProbeSession,
): GuestOutcome {
  const { program, config } = workflow;
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES_MAX;
  const setup: RunSetup = {
    port,
    args: [config.name, ...config.args],
    env: Object.fromEntries(config.env),
    preopens: preopensOf(workflow, port),
    invoke: config.invoke,
    memories: [],
    session,
  };
  try {
    const code = program.kind === 'core' ? runCore(program, setup) : runComponent(program, setup);
    if (session?.isStopped === true) throw withoutStack(() => new GuestStopped('stopped'));
    return { kind: 'exited', code };
  } catch (error) {
    // What the glue of a component throws after a stop comes of the zeroes that it was given.
    if (session?.isStopped === true) throw withoutStack(() => new GuestStopped('stopped'));
    return outcomeOf(error, program, setup.memories);
  } finally {
    Error.stackTraceLimit = frames;
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

function outcomeOf(
  error: unknown,
  program: GuestProgram,
  memories: readonly WebAssembly.Memory[],
): GuestOutcome {
  if (error instanceof GuestExit) return { kind: 'exited', code: error.code };
  if (error instanceof GuestSignal) {
    const exitCode = SIGNAL_EXIT_BASE + error.number;
    return { kind: 'trapped', exitCode, message: `raised ${error.signal}`, stack: '' };
  }
  if (error instanceof WebAssembly.RuntimeError) {
    const reason = error.message.replace(GLUE_TRAP, '');
    const message = `trapped: ${reason}${memoryHint(program, memories)}`;
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack: error.stack ?? '' };
  }
  if (isStackOverflow(error)) {
    const stack = error.stack ?? '';
    const depth = stack.split('wasm-function[').length - 1;
    const message = `${STACK_OVERFLOW}, ${depth} calls deep`;
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack };
  }
  const fault = glueFault(error);
  if (fault !== undefined) {
    const { message, stack = '' } = fault;
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message: `trapped: ${message}`, stack };
  }
  if (isGuestException(error)) {
    const message = 'an exception left the program uncaught';
    return { kind: 'trapped', exitCode: TRAP_EXIT_CODE, message, stack: '' };
  }
  throw error;
}

/** A program whose allocator fails usually traps soon after; the limit is then the cause. */
function memoryHint(program: GuestProgram, memories: readonly WebAssembly.Memory[]): string {
  const pages = Math.max(...memories.map(({ buffer }) => buffer.byteLength / 65_536), 0);
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
