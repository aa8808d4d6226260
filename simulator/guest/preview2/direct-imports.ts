/**
 * The hot, simple imports of a component, answered at its core imports without the transpiler's
 * glue, which costs several microseconds a call. Everything else goes through the glue, and so does
 * a call of these that is not plain: a pointer that is out of bounds, a handle that is not known.
 *
 * D1  An import answered here performs the same effects, and leaves the same bytes in memory, as the
 *     same call through the glue.
 * D2  Handles are the glue's. What they stand for is learned when they are made, and forgotten when
 *     they are dropped.
 */
import { clockRead } from '../../effects/clock.ts';
import { randomRead } from '../../effects/random.ts';
import { datetimeOf } from './clocks.ts';
import { type Pollable, pollables } from './pollable.ts';
import { OutputSink } from './stdio.ts';
import { type OutputStream, outputStreams } from './streams.ts';
import type { TimerPort } from './timer.ts';

type CoreFunction = (...args: never[]) => unknown;
/** The glue's function for an import, whose arguments are numbers and bigints. */
type GlueFunction = (...args: (number | bigint)[]) => unknown;

/** What the replacements of one core module share. */
interface Caller {
  readonly port: TimerPort;
  readonly handles: Handles;
  /** The memory that the caller's pointers are into; undefined before it is known. */
  memory(): WebAssembly.Memory | undefined;
}

type Replacement = (caller: Caller, glue: GlueFunction) => CoreFunction;

const WALL = Object.freeze({ clock: 'wall' } as const);
const MONOTONIC = Object.freeze({ clock: 'monotonic' } as const);
const EIGHT = Object.freeze({ length: 8 });

/** `wasi:io/streams@0.2.6`, whose part before the version is looked up. */
const INTERFACE = /^(wasi:[a-z-]+\/[a-z-]+)@0\.2\.\d+$/;

/** The tag of a result that is ok. */
const OK = 0;
/** What the glue gives a module without imports is nothing at all. */
const NO_IMPORTS: WebAssembly.Imports = {};

/** What the handles of one component instance stand for. */
class Handles {
  readonly outputs = new Map<number, OutputStream>();
  readonly pollables = new Map<number, Pollable>();
}

export class DirectImports {
  private readonly handles = new Handles();

  constructor(private readonly port: TimerPort) {}

  /**
   * Instantiates a core module of the component.
   *
   * @param instantiate what the glue would have had done, with the imports to give
   */
  instantiate(
    imports: WebAssembly.Imports = NO_IMPORTS,
    instantiate: (imports: WebAssembly.Imports) => WebAssembly.Instance,
  ): WebAssembly.Instance {
    let memory = importedMemory(imports);
    const caller: Caller = { port: this.port, handles: this.handles, memory: () => memory };
    const instance = instantiate(replaceIn(imports, caller));
    const own = instance.exports.memory;
    if (memory === undefined && own instanceof WebAssembly.Memory) memory = own;
    return instance;
  }
}

/** The adapter of preview 1 works in the memory of the program that it adapts. */
function importedMemory(imports: WebAssembly.Imports): WebAssembly.Memory | undefined {
  const memory = imports.env?.memory;
  return memory instanceof WebAssembly.Memory ? memory : undefined;
}

function replaceIn(imports: WebAssembly.Imports, caller: Caller): WebAssembly.Imports {
  const replaced: Record<string, WebAssembly.ModuleImports> = { ...imports };
  for (const [module, functions] of Object.entries(imports)) {
    const replacements = REPLACEMENTS[INTERFACE.exec(module)?.[1] ?? ''];
    if (replacements === undefined) continue;
    const own: Record<string, WebAssembly.ImportValue> = { ...functions };
    for (const [name, replacement] of Object.entries(replacements)) {
      const glue = functions[name];
      if (typeof glue === 'function') own[name] = replacement(caller, glue as GlueFunction);
    }
    replaced[module] = own;
  }
  return replaced;
}

/** A view of `length` bytes at a pointer; undefined where the glue is to say what is wrong. */
function viewAt(
  { memory }: Caller,
  pointer: number,
  length: number,
  alignment: number,
): DataView | undefined {
  const buffer = memory()?.buffer;
  const at = pointer >>> 0;
  if (buffer === undefined || at % alignment !== 0 || at + length > buffer.byteLength) {
    return undefined;
  }
  return new DataView(buffer, at, length);
}

/** A stream that neither fails nor waits; others are the glue's. */
function plainOutput(caller: Caller, handle: number): OutputStream | undefined {
  return caller.handles.outputs.get(handle);
}

/** A `result<_, stream-error>` that is ok, in the 12 bytes that it takes. */
function isOk(caller: Caller, result: number): DataView | undefined {
  return viewAt(caller, result, 12, 4);
}

/** Learns what the handle that a call makes stands for. */
function learning(learn: (caller: Caller, handle: number) => void): Replacement {
  return (caller, glue) =>
    (...args: (number | bigint)[]) => {
      const handle = glue(...args) as number;
      learn(caller, handle);
      return handle;
    };
}

const learnOutput = learning(({ handles }, handle) => {
  const stream = outputStreams.latest;
  if (stream?.sink instanceof OutputSink) handles.outputs.set(handle, stream);
});

const learnPollable = learning(({ handles }, handle) => {
  const pollable = pollables.latest;
  if (pollable !== undefined) handles.pollables.set(handle, pollable);
});

function flush(caller: Caller, glue: GlueFunction): CoreFunction {
  return (handle: number, result: number) => {
    const stream = plainOutput(caller, handle);
    const view = isOk(caller, result);
    if (stream === undefined || view === undefined) return glue(handle, result);
    stream.blockingFlush();
    view.setUint8(0, OK);
    return undefined;
  };
}

function write(perform: (stream: OutputStream, bytes: Uint8Array) => void): Replacement {
  return (caller, glue) => (handle: number, pointer: number, length: number, result: number) => {
    const stream = plainOutput(caller, handle);
    const bytes = viewAt(caller, pointer, length >>> 0, 1);
    const view = isOk(caller, result);
    if (stream === undefined || bytes === undefined || view === undefined) {
      return glue(handle, pointer, length, result);
    }
    perform(stream, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    view.setUint8(0, OK);
    return undefined;
  };
}

const REPLACEMENTS: Readonly<Record<string, Readonly<Record<string, Replacement>>>> = {
  'wasi:clocks/monotonic-clock': {
    now:
      ({ port }) =>
      () =>
        BigInt(port.effect(clockRead, MONOTONIC).nanos),
    'subscribe-instant': learnPollable,
    'subscribe-duration': learnPollable,
  },
  'wasi:clocks/wall-clock': {
    now: (caller, glue) => (result: number) => {
      const view = viewAt(caller, result, 16, 8);
      if (view === undefined) return glue(result);
      const { nanos } = caller.port.effect(clockRead, WALL);
      const { seconds, nanoseconds } = datetimeOf(BigInt(nanos));
      view.setBigUint64(0, seconds, true);
      view.setUint32(8, nanoseconds, true);
      return undefined;
    },
  },
  'wasi:random/random': {
    'get-random-u64':
      ({ port }) =>
      () => {
        const { body } = port.effect(randomRead, EIGHT);
        return new DataView(body.buffer, body.byteOffset, 8).getBigUint64(0, true);
      },
  },
  'wasi:cli/stdout': { 'get-stdout': learnOutput },
  'wasi:cli/stderr': { 'get-stderr': learnOutput },
  'wasi:io/streams': {
    '[method]output-stream.check-write': (caller, glue) => (handle: number, result: number) => {
      const stream = plainOutput(caller, handle);
      const view = viewAt(caller, result, 16, 8);
      if (stream === undefined || view === undefined) return glue(handle, result);
      view.setUint8(0, OK);
      view.setBigUint64(8, stream.checkWrite(), true);
      return undefined;
    },
    '[method]output-stream.write': write((stream, bytes) => stream.write(bytes)),
    '[method]output-stream.blocking-write-and-flush': write((stream, bytes) =>
      stream.blockingWriteAndFlush(bytes),
    ),
    '[method]output-stream.flush': flush,
    '[method]output-stream.blocking-flush': flush,
    '[method]output-stream.subscribe': learnPollable,
    '[method]input-stream.subscribe': learnPollable,
    '[resource-drop]output-stream': (caller, glue) => (handle: number) => {
      caller.handles.outputs.delete(handle);
      return glue(handle);
    },
  },
  'wasi:io/poll': {
    '[method]pollable.block': (caller, glue) => (handle: number) => {
      const pollable = caller.handles.pollables.get(handle);
      if (pollable === undefined) return glue(handle);
      pollable.block();
      return undefined;
    },
    '[method]pollable.ready': (caller, glue) => (handle: number) => {
      const pollable = caller.handles.pollables.get(handle);
      if (pollable === undefined) return glue(handle);
      return pollable.ready() ? 1 : 0;
    },
    '[resource-drop]pollable': (caller, glue) => (handle: number) => {
      caller.handles.pollables.delete(handle);
      return glue(handle);
    },
  },
};
