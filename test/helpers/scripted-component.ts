/** Components whose program is JavaScript in a test: they see what the glue would hand a guest. */
import type { ComponentModule } from '../../simulator/guest/component/core-modules.ts';
import { ComponentError } from '../../simulator/guest/preview2/component-error.ts';
import { Fields } from '../../simulator/guest/preview2/http/fields.ts';
import { OutgoingBody } from '../../simulator/guest/preview2/http/outgoing-body.ts';
import type {
  FutureIncomingResponse,
  IncomingResponse,
} from '../../simulator/guest/preview2/http/outgoing-handler.ts';
import type { OutgoingRequest } from '../../simulator/guest/preview2/http/outgoing-request.ts';
import type { Pollable } from '../../simulator/guest/preview2/pollable.ts';
import type { InputStream, OutputStream } from '../../simulator/guest/preview2/streams.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';

export interface ScriptImports {
  readonly 'wasi:cli/environment': { getArguments(): readonly string[] };
  readonly 'wasi:cli/stdout': { getStdout(): OutputStream };
  readonly 'wasi:clocks/monotonic-clock': { subscribeDuration(nanos: bigint): Pollable };
  readonly 'wasi:http/outgoing-handler': {
    handle(request: OutgoingRequest): FutureIncomingResponse;
  };
  readonly 'wasi:http/types': {
    readonly OutgoingRequest: new (headers: Fields) => OutgoingRequest;
  };
  readonly 'wasi:io/poll': { poll(pollables: readonly Pollable[]): Uint32Array };
}

const RUN = 'wasi:cli/run@0.2.0';
const NO_MODULE = undefined as unknown as ComponentModule;

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

  timer(ms: number): Pollable {
    const nanos = BigInt(ms) * 1_000_000n;
    return this.imports['wasi:clocks/monotonic-clock'].subscribeDuration(nanos);
  }

  begin(method: string, url: string, content: string): FutureIncomingResponse {
    const { host, pathname, search } = new URL(url);
    const request = new this.imports['wasi:http/types'].OutgoingRequest(Fields.fromList([]));
    request.setMethod({ tag: 'other', val: method });
    request.setScheme({ tag: 'HTTP' });
    request.setAuthority(host);
    request.setPathWithQuery(`${pathname}${search}`);
    const body = request.body();
    if (content !== '') {
      const stream = body.write();
      stream.blockingWriteAndFlush(new TextEncoder().encode(content));
      stream[Symbol.dispose]();
    }
    OutgoingBody.finish(body, undefined);
    return this.imports['wasi:http/outgoing-handler'].handle(request);
  }

  /** Indices of those that are ready. */
  poll(pollables: readonly Pollable[]): readonly number[] {
    return [...this.imports['wasi:io/poll'].poll(pollables)];
  }
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
