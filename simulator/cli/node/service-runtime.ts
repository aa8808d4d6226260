/**
 * Runs service scripts of a workspace in a sandbox of their own: a fresh JavaScript realm without
 * real time, randomness or I/O, so that the same requests always get the same answers.
 */
import { type Context, createContext, Script } from 'node:vm';
import type { ComponentTranspiler } from '../../guest/component/transpiled-component.ts';
import type { ServiceLoader } from '../../host/simulation-run.ts';
import { ComponentService, readyComponent } from '../../host/upstream-component.ts';
import { assert, InvariantError } from '../../kernel/assert.ts';
import { RecordedService } from '../../world/recorded-service.ts';
import {
  type ServiceContext,
  ServiceError,
  type ServiceProgram,
  type ServiceRequest,
  type ServiceResponse,
} from '../../world/service.ts';
import type { DatagramAnswer, ServiceDatagram } from '../../world/service-datagram.ts';
import type { ScriptSource, ServiceSource } from '../../world/service-source.ts';
import { type CompiledService, compileService } from './compile-service.ts';
import { SANDBOX_SOURCE } from './sandbox-source.ts';

/** Real time that one request may take: a deterministic service that needs more is looping. */
const REQUEST_TIMEOUT_MS = 2000;
/** Real time that loading a script may take. */
const LOAD_TIMEOUT_MS = 5000;

interface SandboxRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

interface SandboxPacket {
  readonly from: ServiceDatagram['from'];
  readonly host: string;
  readonly port: number;
  readonly body: string;
  /** As the characters U+0000 to U+00FF. */
  readonly bytes: string;
}

interface SandboxInput {
  /** One of the two. */
  readonly request?: SandboxRequest;
  readonly datagram?: SandboxPacket;
  readonly nowMs: number;
  readonly key: string | null;
}

/** A run of a body: text, or bytes as the characters U+0000 to U+00FF. */
interface SandboxPiece {
  readonly text?: string;
  readonly bytes?: string;
  readonly afterMs: number;
}

interface SandboxOutput {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly pieces: readonly SandboxPiece[];
  readonly delayMs: number;
  readonly note: string | null;
}

interface SandboxDatagrams {
  readonly datagrams: readonly SandboxPiece[];
  readonly note: string | null;
}

export interface ServiceRuntimeOptions {
  /** What a service prints, such as with `console.log`. */
  readonly onLog?: (service: string, text: string) => void;
  /** Needed for services that are components. */
  readonly transpiler?: ComponentTranspiler;
}

const NO_TRANSPILER: ComponentTranspiler = {
  transpile: () => Promise.reject(new InvariantError('a component needs a transpiler')),
};

/** Makes services ready once; what it returns makes a fresh one for each simulation. */
export async function serviceLoader(
  services: ReadonlyMap<string, ServiceSource>,
  options: ServiceRuntimeOptions = {},
): Promise<ServiceLoader> {
  const makers = new Map<string, () => ServiceProgram>();
  for (const [name, source] of services) makers.set(name, await makerOf(name, source, options));
  return (name) => {
    const make = makers.get(name);
    assert(make !== undefined, `service ${name} was not made ready`);
    return make();
  };
}

async function makerOf(
  name: string,
  source: ServiceSource,
  options: ServiceRuntimeOptions,
): Promise<() => ServiceProgram> {
  if ('exchanges' in source) return () => new RecordedService(name, source);
  if ('wasm' in source) {
    const program = await readyComponent(name, source, options.transpiler ?? NO_TRANSPILER);
    const log = (text: string): void => options.onLog?.(name, text);
    return () => new ComponentService(name, source.origin, program, log);
  }
  const compiled = await compileService(name, source);
  return () => new SandboxedService(name, compiled, options);
}

const CALL = new Script('__call()');

class SandboxedService implements ServiceProgram {
  private readonly context: Context;
  private readonly bridge: {
    input: string;
    output: string | undefined;
    failure: unknown;
    random: () => number;
    log: (text: string) => void;
  };

  private readonly source: ScriptSource;

  readonly takeDatagram?: NonNullable<ServiceProgram['takeDatagram']>;

  /** Throws ServiceError when the script does not load or exports neither of its functions. */
  constructor(
    private readonly name: string,
    { source, modules }: CompiledService,
    { onLog }: ServiceRuntimeOptions,
  ) {
    this.source = source;
    this.bridge = {
      input: '',
      output: undefined,
      failure: undefined,
      random: () => {
        throw new Error('random() may be called only while a request is handled');
      },
      log: (text) => onLog?.(name, text),
    };
    this.context = createContext(
      { __bridge: this.bridge },
      { codeGeneration: { strings: false, wasm: false }, microtaskMode: 'afterEvaluate' },
    );
    try {
      new Script(SANDBOX_SOURCE, { filename: 'backstitch-sandbox' }).runInContext(this.context);
      for (const { path, script } of modules) {
        new Script(script, { filename: path }).runInContext(this.context);
      }
      const start = new Script(`__start(${JSON.stringify(source.entry)})`);
      const takes: unknown = start.runInContext(this.context, { timeout: LOAD_TIMEOUT_MS });
      if (takes === true) this.takeDatagram = (...call) => this.receiveDatagram(...call);
    } catch (error) {
      throw this.failure(error);
    }
  }

  handle({ method, url, headers, body }: ServiceRequest, context: ServiceContext): ServiceResponse {
    const request = { method, url, headers, body: new TextDecoder().decode(body) };
    // The sandbox checked the shape before it wrote this.
    const output = this.call({ request }, context) as SandboxOutput;
    return {
      status: output.status,
      headers: output.headers,
      pieces: output.pieces.map((piece) => ({
        bytes: pieceBytes(piece),
        delayNanos: nanosOf(piece.afterMs),
      })),
      delayNanos: nanosOf(output.delayMs),
      note: output.note ?? undefined,
    };
  }

  private receiveDatagram(
    { from, host, port, body }: ServiceDatagram,
    context: ServiceContext,
  ): DatagramAnswer {
    const text = new TextDecoder().decode(body);
    const bytes = Array.from(body, (byte) => String.fromCharCode(byte)).join('');
    const datagram = { from, host, port, body: text, bytes };
    const { datagrams, note } = this.call({ datagram }, context) as SandboxDatagrams;
    return {
      datagrams: datagrams.map((piece) => ({
        bytes: pieceBytes(piece),
        delayNanos: nanosOf(piece.afterMs),
      })),
      note: note ?? undefined,
    };
  }

  /** Calls the script, and gives what it answered, as the sandbox has written it. */
  private call(asked: Omit<SandboxInput, 'nowMs' | 'key'>, context: ServiceContext): unknown {
    const input: SandboxInput = {
      ...asked,
      nowMs: Number(context.wallNanos / 1_000_000n),
      key: context.key ?? null,
    };
    this.bridge.input = JSON.stringify(input);
    this.bridge.output = undefined;
    this.bridge.failure = undefined;
    this.bridge.random = () => context.random();
    try {
      CALL.runInContext(this.context, { timeout: REQUEST_TIMEOUT_MS });
    } catch (error) {
      throw this.failure(error);
    }
    const { output, failure } = this.bridge;
    if (failure !== undefined) throw this.failure(failure);
    if (output === undefined) {
      const name = asked.request === undefined ? 'datagram' : 'handle';
      const message = `${name}() returned a promise that never settles; nothing here takes real time`;
      throw new ServiceError(this.name, message, this.source.entry);
    }
    return JSON.parse(output);
  }

  private failure(error: unknown): ServiceError {
    if (error instanceof ServiceError) return error;
    const { message, stack, code } = describeError(error);
    if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      const text = `no answer within ${REQUEST_TIMEOUT_MS / 1000} s of real time; does it loop?`;
      return new ServiceError(this.name, text, this.source.entry, { cause: error });
    }
    return new ServiceError(this.name, message, this.place(stack), { cause: error });
  }

  /** The first place in the service's own files that a stack names. */
  private place(stack: string): string {
    for (const path of this.source.files.keys()) {
      const at = stack.indexOf(`${path}:`);
      if (at < 0) continue;
      const position = /^:\d+(:\d+)?/.exec(stack.slice(at + path.length));
      if (position !== null) return `${path}${position[0]}`;
    }
    return this.source.entry;
  }
}

function nanosOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

function pieceBytes({ text, bytes = '' }: SandboxPiece): Uint8Array {
  if (text !== undefined) return new TextEncoder().encode(text);
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}

/** An error of another realm is no `instanceof Error` here. */
function describeError(error: unknown): { message: string; stack: string; code: string } {
  if (typeof error !== 'object' || error === null) {
    return { message: String(error), stack: '', code: '' };
  }
  const { name, message, stack, code } = error as Record<string, unknown>;
  const kind = typeof name === 'string' && name !== 'Error' ? `${name}: ` : '';
  return {
    message: `${kind}${String(message ?? error)}`,
    stack: String(stack ?? ''),
    code: String(code ?? ''),
  };
}
