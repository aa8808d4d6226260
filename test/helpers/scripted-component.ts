/** Components whose program is JavaScript in a test: they see what the glue would hand a guest. */
import type { ComponentModule } from '../../simulator/guest/component/core-modules.ts';
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import { Fields } from '../../simulator/guest/preview2/http/fields.ts';
import { OutgoingBody } from '../../simulator/guest/preview2/http/outgoing-body.ts';
import type {
  FutureIncomingResponse,
  IncomingResponse,
} from '../../simulator/guest/preview2/http/outgoing-handler.ts';
import type {
  OutgoingRequest,
  RequestOptions,
} from '../../simulator/guest/preview2/http/outgoing-request.ts';
import type { Pollable } from '../../simulator/guest/preview2/pollable.ts';
import type { InputStream, OutputStream } from '../../simulator/guest/preview2/streams.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';

export interface ScriptImports {
  readonly 'wasi:cli/environment': { getArguments(): readonly string[] };
  readonly 'wasi:cli/stdin': { getStdin(): InputStream };
  readonly 'wasi:cli/stdout': { getStdout(): OutputStream };
  readonly 'wasi:clocks/monotonic-clock': { subscribeDuration(nanos: bigint): Pollable };
  readonly 'wasi:http/outgoing-handler': {
    handle(request: OutgoingRequest, options?: RequestOptions): FutureIncomingResponse;
  };
  readonly 'wasi:http/types': {
    readonly OutgoingRequest: new (headers: Fields) => OutgoingRequest;
    readonly RequestOptions: new () => RequestOptions;
  };
  readonly 'wasi:io/poll': { poll(pollables: readonly Pollable[]): Uint32Array };
}

const RUN = 'wasi:cli/run@0.2.0';
/** It is never instantiated: the script is the program. */
const NO_MODULE = {} as ComponentModule;

/** A command that runs `script`, which must do the same whenever its imports do. */
export function scriptedComponent(script: (imports: ScriptImports) => void): GuestProgram {
  return {
    kind: 'component',
    bytes: new Uint8Array(0),
    hash: 'scripted',
    memoryPagesMax: 1,
    modules: [],
    main: NO_MODULE,
    modulesByName: new Map(),
    instantiate: (_coreModule, imports) => ({
      [RUN]: { run: () => script(imports as unknown as ScriptImports) },
    }),
    direct: false,
    interface: { imports: [], exports: new Map(), problem: undefined },
    runExport: RUN,
  };
}

export interface BeginOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly options?: RequestOptions;
}

/** What HTTP programs do, over a component's imports. */
export class HttpScript {
  constructor(private readonly imports: ScriptImports) {}

  get args(): readonly string[] {
    return this.imports['wasi:cli/environment'].getArguments().slice(1);
  }

  print(line: string): void {
    const bytes = new TextEncoder().encode(`${line}\n`);
    this.imports['wasi:cli/stdout'].getStdout().blockingWriteAndFlush(bytes);
  }

  stdin(): InputStream {
    return this.imports['wasi:cli/stdin'].getStdin();
  }

  timer(ms: number): Pollable {
    const nanos = BigInt(ms) * 1_000_000n;
    return this.imports['wasi:clocks/monotonic-clock'].subscribeDuration(nanos);
  }

  begin(
    method: string,
    url: string,
    content: string,
    { headers = {}, options }: BeginOptions = {},
  ): FutureIncomingResponse {
    const request = this.request(method, url, headers);
    const body = request.body();
    if (content !== '') {
      const stream = body.write();
      stream.blockingWriteAndFlush(new TextEncoder().encode(content));
      stream[Symbol.dispose]();
    }
    OutgoingBody.finish(body, undefined);
    return this.handle(request, options);
  }

  /** A POST whose body is written after it has begun. */
  upload(url: string): Upload {
    const request = this.request('POST', url, {});
    const body = request.body();
    const stream = body.write();
    return new Upload(this.handle(request), body, stream);
  }

  options(): RequestOptions {
    return new this.imports['wasi:http/types'].RequestOptions();
  }

  private handle(request: OutgoingRequest, options?: RequestOptions): FutureIncomingResponse {
    return this.imports['wasi:http/outgoing-handler'].handle(request, options);
  }

  private request(
    method: string,
    url: string,
    headers: Readonly<Record<string, string>>,
  ): OutgoingRequest {
    const { host, pathname, search } = new URL(url);
    const request = new this.imports['wasi:http/types'].OutgoingRequest(fieldsOf(headers));
    request.setMethod({ tag: 'other', val: method });
    request.setScheme({ tag: 'HTTP' });
    request.setAuthority(host);
    request.setPathWithQuery(`${pathname}${search}`);
    return request;
  }

  /** Indices of those that are ready. */
  poll(pollables: readonly Pollable[]): readonly number[] {
    return [...this.imports['wasi:io/poll'].poll(pollables)];
  }
}

/** A request whose body is being written. */
export class Upload {
  constructor(
    readonly future: FutureIncomingResponse,
    private readonly body: OutgoingBody,
    private readonly stream: OutputStream,
  ) {}

  /** False when nobody takes it any more. */
  write(content: string): boolean {
    try {
      this.stream.blockingWriteAndFlush(new TextEncoder().encode(content));
      return true;
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      return false;
    }
  }

  finish(trailers: Readonly<Record<string, string>> = {}): void {
    this.stream[Symbol.dispose]();
    const fields = Object.keys(trailers).length > 0 ? fieldsOf(trailers) : undefined;
    OutgoingBody.finish(this.body, fields);
  }

  drop(): void {
    this.stream[Symbol.dispose]();
    this.body[Symbol.dispose]();
  }
}

function fieldsOf(headers: Readonly<Record<string, string>>): Fields {
  const encoder = new TextEncoder();
  return Fields.fromList(
    Object.entries(headers).map(([name, value]) => [name, encoder.encode(value)]),
  );
}

/** The response, or the name of the error that came instead; undefined while nothing is there. */
export function responseIn(future: FutureIncomingResponse): IncomingResponse | string | undefined {
  const got = future.get();
  if (got === undefined) return undefined;
  if (got.tag === 'err') return 'taken already';
  return got.val.tag === 'ok' ? got.val.val : got.val.val.tag;
}

/** The status and the whole body of a response. */
export function wholeOf(response: IncomingResponse | string | undefined): string {
  if (response === undefined || typeof response === 'string') return String(response);
  const stream = response.consume().stream();
  let body = '';
  for (let part = readFrom(stream, 64); part !== undefined; part = readFrom(stream, 64))
    body += part;
  return `${response.status()} ${body}`;
}

/** What the next read of a stream gives; `undefined` at its end. */
export function readFrom(stream: InputStream, room: number): string | undefined {
  try {
    return new TextDecoder().decode(stream.blockingRead(BigInt(room)));
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    const { tag } = error.payload as { tag: string };
    return tag === 'closed' ? undefined : `(${tag})`;
  }
}
