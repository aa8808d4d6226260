/**
 * Runs service scripts of a workspace in a sandbox of their own: a fresh JavaScript realm without
 * real time, randomness or I/O, so that the same requests always get the same answers.
 */
import { Script } from 'node:vm';
import type { ComponentTranspiler } from '../../guest/component/transpiled-component.ts';
import type { ServiceLoader } from '../../host/simulation-run.ts';
import { ComponentService, readyComponent } from '../../host/upstream-component.ts';
import { assert, InvariantError } from '../../kernel/assert.ts';
import { RecordedService } from '../../world/recorded-service.ts';
import {
  type ResponsePiece,
  type ServiceContext,
  ServiceError,
  type ServiceProgram,
  type ServiceRequest,
  type ServiceResponse,
  type ServiceStream,
} from '../../world/service.ts';
import type { DatagramAnswer, ServiceDatagram } from '../../world/service-datagram.ts';
import type { ScriptSource, ServiceSource } from '../../world/service-source.ts';
import { type CompiledService, compileService } from './compile-service.ts';
import { SANDBOX_SOURCE } from './sandbox-source.ts';
import { describeScriptError, placeIn } from './script-error.ts';
import { moduleScripts, ScriptRealm } from './script-realm.ts';

/** Real time that one request may take: a deterministic service that needs more is looping. */
const REQUEST_TIMEOUT_MS = 2000;
type SandboxFields = readonly (readonly [string, string])[];

interface SandboxRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: SandboxFields;
  readonly body: string;
  readonly trailers: SandboxFields;
}

/** A piece of a request that a script takes as it comes. */
interface SandboxStreamInput {
  readonly request: SandboxRequest;
  readonly text: string;
  readonly ended: boolean;
  readonly trailers: SandboxFields;
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
  /** One of the three. */
  readonly request?: SandboxRequest;
  readonly stream?: SandboxStreamInput;
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
  readonly headers: SandboxFields;
  readonly pieces: readonly SandboxPiece[];
  readonly trailers: SandboxFields;
  readonly delayMs: number;
  readonly note: string | null;
}

interface SandboxStep {
  readonly head: { readonly status: number; readonly headers: SandboxFields } | null;
  readonly pieces: readonly SandboxPiece[];
  readonly trailers: SandboxFields;
  readonly ended: boolean;
  readonly delayMs: number;
  readonly note: string | null;
}

/** What a script exports. */
interface SandboxExports {
  readonly handles: boolean;
  readonly streams: boolean;
  readonly datagrams: boolean;
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
  const ready = { source, modules: scriptsOf(name, compiled) };
  return () => new SandboxedService(name, ready, options);
}

const PRELUDE = new Script(SANDBOX_SOURCE, { filename: 'backstitch-sandbox' });
const STATE = new Script('__state()');

interface ReadyService {
  readonly source: ScriptSource;
  readonly modules: readonly Script[];
}

function scriptsOf(name: string, { source, modules }: CompiledService): readonly Script[] {
  try {
    return moduleScripts(modules);
  } catch (error) {
    throw serviceFailure(name, source, error);
  }
}

class SandboxedService implements ServiceProgram {
  private readonly realm: ScriptRealm;
  private readonly source: ScriptSource;
  private readonly handles: boolean;
  readonly stream?: NonNullable<ServiceProgram['stream']>;
  readonly takeDatagram?: NonNullable<ServiceProgram['takeDatagram']>;

  /** Throws ServiceError when the script does not load or exports neither of its functions. */
  constructor(
    private readonly name: string,
    { source, modules }: ReadyService,
    { onLog }: ServiceRuntimeOptions,
  ) {
    this.source = source;
    try {
      this.realm = new ScriptRealm({
        prelude: PRELUDE,
        modules,
        entry: source.entry,
        callTimeoutMs: REQUEST_TIMEOUT_MS,
        // A service that loops in a later trial is ended with its host.
        isTrusted: true,
        log: (text) => onLog?.(name, text),
      });
      const { handles, streams, datagrams } = this.realm.begin() as SandboxExports;
      this.handles = handles || !streams;
      if (streams) this.stream = (request) => this.openStream(request);
      if (datagrams) this.takeDatagram = (...call) => this.receiveDatagram(...call);
    } catch (error) {
      throw this.failure(error);
    }
  }

  renew(): boolean {
    return this.realm.renew();
  }

  stateText(): string | undefined {
    return this.realm.read(STATE) as string | undefined;
  }

  handle(request: ServiceRequest, context: ServiceContext): ServiceResponse {
    if (!this.handles) return this.handleAsStream(request, context);
    const { status, headers, ...answer } = this.call(
      { request: sandboxRequest(request, new TextDecoder().decode(request.body)) },
      context,
    ) as SandboxOutput;
    return { status, headers, ...answerOf(answer) };
  }

  /** A script that takes requests as they come gets a whole one as one piece. */
  private handleAsStream(request: ServiceRequest, context: ServiceContext): ServiceResponse {
    const { body: bytes, trailers = [] } = request;
    const step = this.openStream(request).receive({ bytes, ended: true, trailers }, context);
    const { head, ended: _ended, ...answer } = step;
    if (head === undefined) throw this.failure(new Error('stream() ended without a response'));
    return { ...head, ...answer };
  }

  private openStream(head: ServiceRequest): ServiceStream {
    const request = sandboxRequest({ ...head, trailers: [] }, '');
    const decoder = new TextDecoder();
    let open: unknown;
    return {
      receive: ({ bytes, ended, trailers = [] }, context) => {
        const text = decoder.decode(bytes, { stream: !ended });
        this.realm.open = open;
        const step = this.call({ stream: { request, text, ended, trailers } }, context);
        open = this.realm.open;
        const { head: answered, ended: isOver, ...answer } = step as SandboxStep;
        const sent = { ended: isOver, ...answerOf(answer) };
        return answered === null ? sent : { head: answered, ...sent };
      },
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
      datagrams: datagrams.map(pieceOf),
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
    let output: string | undefined;
    try {
      output = this.realm.call(JSON.stringify(input), () => context.random());
    } catch (error) {
      throw this.failure(error);
    }
    if (output === undefined) {
      const name = asked.request === undefined ? 'datagram' : 'handle';
      const message = `${name}() returned a promise that never settles; nothing here takes real time`;
      throw new ServiceError(this.name, message, this.source.entry);
    }
    return JSON.parse(output);
  }

  private failure(error: unknown): ServiceError {
    return serviceFailure(this.name, this.source, error);
  }
}

function serviceFailure(name: string, source: ScriptSource, error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const { message, stack, code } = describeScriptError(error);
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
    const text = `no answer within ${REQUEST_TIMEOUT_MS / 1000} s of real time; does it loop?`;
    return new ServiceError(name, text, source.entry, { cause: error });
  }
  return new ServiceError(name, message, placeIn(source, stack), { cause: error });
}

function sandboxRequest(request: ServiceRequest, body: string): SandboxRequest {
  const { method, url, headers, trailers = [] } = request;
  return { method, url, headers, body, trailers };
}

/** The sandbox checked the shape before it wrote this. */
function answerOf({
  pieces,
  trailers,
  delayMs,
  note,
}: Pick<SandboxOutput, 'pieces' | 'trailers' | 'delayMs' | 'note'>) {
  return {
    pieces: pieces.map(pieceOf),
    ...(trailers.length > 0 ? { trailers } : {}),
    delayNanos: nanosOf(delayMs),
    note: note ?? undefined,
  };
}

function pieceOf(piece: SandboxPiece): ResponsePiece {
  return { bytes: pieceBytes(piece), delayNanos: nanosOf(piece.afterMs) };
}

function nanosOf(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}

function pieceBytes({ text, bytes = '' }: SandboxPiece): Uint8Array {
  if (text !== undefined) return new TextEncoder().encode(text);
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}
