import type { ClockResult } from '../../../../simulator/effects/clock.ts';
import type { HttpAnswer } from '../../../../simulator/effects/http.ts';
import type { PollArgs, PollResult } from '../../../../simulator/effects/wait.ts';
import { ComponentError } from '../../../../simulator/guest/preview2/component-error.ts';
import type { ErrorCode } from '../../../../simulator/guest/preview2/http/error-code.ts';
import { Fields } from '../../../../simulator/guest/preview2/http/fields.ts';
import type { IncomingBody } from '../../../../simulator/guest/preview2/http/incoming-body.ts';
import { OutgoingBody } from '../../../../simulator/guest/preview2/http/outgoing-body.ts';
import type {
  FutureIncomingResponse,
  IncomingResponse,
} from '../../../../simulator/guest/preview2/http/outgoing-handler.ts';
import type {
  OutgoingRequest,
  RequestOptions,
} from '../../../../simulator/guest/preview2/http/outgoing-request.ts';
import type { Pollable } from '../../../../simulator/guest/preview2/pollable.ts';
import { createPreview2 } from '../../../../simulator/guest/preview2/preview2.ts';
import type { InputStream, OutputStream } from '../../../../simulator/guest/preview2/streams.ts';
import { type Answer, FakePort } from '../../preview1/fake-port.ts';

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

export function text(body: Uint8Array): string {
  return new TextDecoder().decode(body);
}

export const ANSWER: HttpAnswer = {
  status: 200,
  headers: [['content-type', 'text/plain']],
  body: bytes('hello'),
};

/** Everything is there at once; an exchange is named by its place among the effects. */
function defaultAnswers(guest: () => FakePort): Record<string, Answer> {
  return {
    'clock.read': (): ClockResult => ({ nanos: '1000' }),
    'stdout.write': () => ({}),
    'http.request': () => ANSWER,
    'http.send': () => ({ exchange: guest().asked.length }),
    'http.write': () => ({}),
    'http.response': () => ANSWER,
    'http.cancel': () => ({}),
    'wait.poll': ({ deadlines, inboxes }: PollArgs): PollResult => ({
      passed: deadlines.map((_, index) => index),
      readable: inboxes.map((_, inbox) => ({ inbox, available: 1, ended: false })),
    }),
  };
}

interface Imports {
  readonly 'wasi:http/types': {
    readonly OutgoingRequest: new (headers: Fields) => OutgoingRequest;
    readonly RequestOptions: new () => RequestOptions;
  };
  readonly 'wasi:http/outgoing-handler': {
    handle(request: OutgoingRequest, options?: RequestOptions): FutureIncomingResponse;
  };
  readonly 'wasi:io/poll': { poll(pollables: readonly Pollable[]): Uint32Array };
  readonly 'wasi:clocks/monotonic-clock': { subscribeDuration(nanos: bigint): Pollable };
  readonly 'wasi:cli/stdout': { getStdout(): OutputStream };
}

export interface Wanted {
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  /** Not given: the body is never asked for. */
  readonly body?: string;
  readonly options?: RequestOptions;
}

/** What a component does with wasi:http, over a port that answers from a table. */
export class HttpGuest {
  readonly port: FakePort;
  readonly imports: Imports;

  constructor(answers: Readonly<Record<string, Answer>> = {}) {
    this.port = new FakePort({ ...defaultAnswers(() => this.port), ...answers });
    const host = { port: this.port, args: [], env: {}, preopens: [] };
    this.imports = createPreview2(host) as unknown as Imports;
  }

  request({ path = '/', headers = [] }: Wanted = {}): OutgoingRequest {
    const fields = Fields.fromList(headers.map(([name, value]) => [name, bytes(value)]));
    const request = new this.imports['wasi:http/types'].OutgoingRequest(fields);
    request.setScheme({ tag: 'HTTP' });
    request.setAuthority('shop');
    request.setPathWithQuery(path);
    return request;
  }

  handle(request: OutgoingRequest, options?: RequestOptions): FutureIncomingResponse {
    return this.imports['wasi:http/outgoing-handler'].handle(request, options);
  }

  /** A request with its whole body, begun. */
  send(wanted: Wanted = {}): FutureIncomingResponse {
    const request = this.request(wanted);
    if (wanted.body !== undefined) writeBody(request.body(), wanted.body);
    return this.handle(request, wanted.options);
  }

  /** The same with what comes back. */
  fetch(wanted: Wanted = {}): IncomingResponse {
    const future = this.send(wanted);
    future.subscribe().block();
    return responseOf(future);
  }

  poll(...pollables: Pollable[]): number[] {
    return [...this.imports['wasi:io/poll'].poll(pollables)];
  }

  timer(nanos: bigint): Pollable {
    return this.imports['wasi:clocks/monotonic-clock'].subscribeDuration(nanos);
  }

  print(line: string): void {
    this.imports['wasi:cli/stdout'].getStdout().blockingWriteAndFlush(bytes(line));
  }
}

export function writeBody(body: OutgoingBody, content: string): void {
  const stream = body.write();
  stream.blockingWriteAndFlush(bytes(content));
  stream[Symbol.dispose]();
  OutgoingBody.finish(body, undefined);
}

export function responseOf(future: FutureIncomingResponse): IncomingResponse {
  const got = future.get();
  if (got?.tag !== 'ok' || got.val.tag !== 'ok') throw new Error(`no response: ${show(got)}`);
  return got.val.val;
}

export function errorOf(future: FutureIncomingResponse): ErrorCode {
  const got = future.get();
  if (got?.tag !== 'ok' || got.val.tag !== 'err') throw new Error(`no error: ${show(got)}`);
  return got.val.val;
}

/** All of a stream, read with reads that wait. */
export function readAll(stream: InputStream, room = 1000n): string {
  let all = '';
  for (;;) {
    const got = result(() => stream.blockingRead(room));
    if (got.tag === 'ok') all += text(got.val);
    else if ((got.val as { tag: string }).tag === 'closed') return all;
    else throw new Error(`after ${all}: ${show(got.val)}`);
  }
}

export function bodyText(body: IncomingBody): string {
  const stream = body.stream();
  const all = readAll(stream);
  stream[Symbol.dispose]();
  return all;
}

/** As the glue sees the result of a function. */
export function result<T>(call: () => T): { tag: 'ok'; val: T } | { tag: 'err'; val: unknown } {
  try {
    return { tag: 'ok', val: call() };
  } catch (error) {
    if (!(error instanceof ComponentError)) throw error;
    return { tag: 'err', val: error.payload };
  }
}

/** The error case of a function whose result has one. */
export function payloadOf(call: () => unknown): unknown {
  const got = result(call);
  if (got.tag === 'ok') throw new Error('it did not fail');
  return got.val;
}

function show(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    typeof item === 'bigint' ? String(item) : item,
  );
}
