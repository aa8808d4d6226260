import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ComponentModule } from '../../simulator/guest/component/core-modules.ts';
import { Fields } from '../../simulator/guest/preview2/http/fields.ts';
import {
  type IncomingRequest,
  type OutgoingResponse,
  ResponseOutparam,
} from '../../simulator/guest/preview2/http/incoming-handler.ts';
import { OutgoingBody } from '../../simulator/guest/preview2/http/outgoing-body.ts';
import type { OutgoingRequest } from '../../simulator/guest/preview2/http/outgoing-request.ts';
import type { Pollable } from '../../simulator/guest/preview2/pollable.ts';
import type { InputStream, OutputStream } from '../../simulator/guest/preview2/streams.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ComponentService, readyComponent } from '../../simulator/host/upstream-component.ts';
import { SERVICE_EFFECTS_MAX } from '../../simulator/host/upstream-port.ts';
import { ServiceError, type ServiceRequest, wholeBody } from '../../simulator/world/service.ts';

const WALL_NANOS = 1_700_000_000_000_000_000n;
const SECOND = 1_000_000_000n;

interface Imports {
  readonly 'wasi:cli/stdout': { getStdout(): OutputStream };
  readonly 'wasi:clocks/wall-clock': { now(): { seconds: bigint; nanoseconds: number } };
  readonly 'wasi:clocks/monotonic-clock': {
    now(): bigint;
    subscribeDuration(nanos: bigint): Pollable;
  };
  readonly 'wasi:random/random': { getRandomBytes(length: bigint): Uint8Array };
  readonly 'wasi:http/outgoing-handler': {
    handle(request: OutgoingRequest): {
      subscribe(): Pollable;
      get(): { val: { val: { tag: string } } } | undefined;
    };
  };
  readonly 'wasi:http/types': {
    readonly OutgoingRequest: new (headers: Fields) => OutgoingRequest;
  };
}

type Handler = (request: IncomingRequest, out: ResponseOutparam, imports: Imports) => void;

const NO_MODULE = undefined as unknown as ComponentModule;

/** A component whose code is JavaScript here: it sees what the glue would hand it. */
function handlerProgram(handler: Handler): GuestProgram {
  return {
    kind: 'component',
    bytes: new Uint8Array(0),
    hash: 'scripted',
    memoryPagesMax: 1,
    modules: [],
    main: NO_MODULE,
    modulesByName: new Map(),
    instantiate: (_coreModule, imports) => ({
      'wasi:http/incoming-handler@0.2.0': {
        handle: (request: IncomingRequest, out: ResponseOutparam) =>
          handler(request, out, imports as unknown as Imports),
      },
    }),
    direct: false,
    interface: { imports: [], exports: new Map(), problem: undefined },
    runExport: undefined,
  };
}

interface Answering {
  readonly status?: number;
  /** Written one after another, with what happens before each. */
  readonly parts: readonly (string | (() => string))[];
  readonly unfinished?: true;
}

/** Sends a response as a guest does. */
function answer(
  out: ResponseOutparam,
  imports: Imports,
  { status = 200, parts, unfinished }: Answering,
): void {
  const types = imports['wasi:http/types'] as unknown as {
    readonly OutgoingResponse: new (headers: Fields) => OutgoingResponse;
  };
  const response = new types.OutgoingResponse(Fields.received([['content-type', 'text/plain']]));
  response.setStatusCode(status);
  const body = response.body();
  ResponseOutparam.set(out, { tag: 'ok', val: response });
  const stream = body.write();
  for (const part of parts) {
    const text = typeof part === 'string' ? part : part();
    stream.blockingWriteAndFlush(new TextEncoder().encode(text));
  }
  stream[Symbol.dispose]();
  if (unfinished === true) body[Symbol.dispose]();
  else OutgoingBody.finish(body, undefined);
}

function sleep(imports: Imports, nanos: bigint): void {
  imports['wasi:clocks/monotonic-clock'].subscribeDuration(nanos).block();
}

function serviceOf(handler: Handler, logs: string[] = []): ComponentService {
  return new ComponentService('rates', '/w/rates.wasm', handlerProgram(handler), (text) =>
    logs.push(text),
  );
}

function ask(service: ComponentService, path = '/x', body = '', random = 0.25) {
  const request: ServiceRequest = {
    method: 'POST',
    url: `https://rates.example${path}`,
    headers: [['x-from', 'test']],
    body: new TextEncoder().encode(body),
  };
  const context = { wallNanos: WALL_NANOS, random: () => random, key: undefined };
  const response = service.handle(request, context);
  return { ...response, text: new TextDecoder().decode(wholeBody(response.pieces)) };
}

function refuses(handler: Handler, says: RegExp): void {
  assert.throws(
    () => ask(serviceOf(handler)),
    (error) => {
      assert.ok(error instanceof ServiceError, String(error));
      assert.match(error.message, says);
      assert.match(error.message, /service rates failed at \/w\/rates\.wasm/);
      return true;
    },
  );
}

describe('a component that answers as a service', () => {
  it('sees the request and gives its response', () => {
    const service = serviceOf((request, out, imports) => {
      const stream: InputStream = request.consume().stream();
      const sent = new TextDecoder().decode(stream.blockingRead(100n));
      const { tag } = request.method();
      const from = new TextDecoder().decode(request.headers().get('x-from')[0]);
      const text = `${tag} ${request.authority()} ${request.pathWithQuery()} ${from} ${sent}`;
      answer(out, imports, { status: 203, parts: [text] });
    });
    const { status, headers, text } = ask(service, '/quote?of=tea', 'green');
    assert.deepEqual(
      [status, headers, text],
      [203, [['content-type', 'text/plain']], 'post rates.example /quote?of=tea test green'],
    );
  });

  it('has virtual time, and random numbers from the stream of the service', () => {
    const service = serviceOf((_request, out, imports) => {
      const { seconds } = imports['wasi:clocks/wall-clock'].now();
      const bytes = imports['wasi:random/random'].getRandomBytes(4n);
      answer(out, imports, { parts: [`${seconds} ${bytes.join()}`] });
    });
    const first = ask(service);
    assert.match(first.text, /^1700000000 (\d+,){3}\d+$/);
    assert.equal(ask(service).text, first.text);
    assert.notEqual(ask(service, '/x', '', 0.5).text, first.text);
  });

  it('takes virtual time by waiting, before its head and between the pieces of its body', () => {
    const service = serviceOf((_request, out, imports) => {
      sleep(imports, 3n * SECOND);
      const later = (): string => {
        sleep(imports, 60n * SECOND);
        return 'two';
      };
      answer(out, imports, { parts: ['one', later] });
    });
    const { delayNanos, pieces } = ask(service);
    assert.equal(delayNanos / SECOND, 3n);
    assert.deepEqual(
      pieces.map((piece) => [new TextDecoder().decode(piece.bytes), piece.delayNanos / SECOND]),
      [
        ['one', 0n],
        ['two', 60n],
      ],
    );
  });

  it('logs what it prints, also when it fails', () => {
    const logs: string[] = [];
    const service = serviceOf((request, out, imports) => {
      const stdout = imports['wasi:cli/stdout'].getStdout();
      stdout.blockingWriteAndFlush(new TextEncoder().encode('asked\n'));
      if (request.pathWithQuery() === '/trap') throw new WebAssembly.RuntimeError('unreachable');
      answer(out, imports, { parts: [] });
    }, logs);
    ask(service);
    assert.throws(() => ask(service, '/trap'), ServiceError);
    assert.deepEqual(logs, ['asked', 'asked']);
  });

  it('reaches no other host', () => {
    const service = serviceOf((_request, out, imports) => {
      const request = new imports['wasi:http/types'].OutgoingRequest(Fields.received([]));
      request.setScheme({ tag: 'HTTP' });
      request.setAuthority('bank.example');
      const future = imports['wasi:http/outgoing-handler'].handle(request);
      future.subscribe().block();
      answer(out, imports, { parts: [JSON.stringify(future.get()?.val.val)] });
    });
    assert.match(ask(service).text, /"tag":"(destination-not-found|DNS-error)"/);
  });

  it('answers 500 when it drops what its response was to be set with', () => {
    // The glue disposes of a resource that the guest drops.
    const { status, text } = ask(serviceOf((_request, out) => out[Symbol.dispose]()));
    assert.equal(status, 500);
    assert.match(text, /the handler dropped response-outparam/);
  });

  it('fails when it traps, gives no response, or does not finish it', () => {
    refuses(() => {
      throw new WebAssembly.RuntimeError('unreachable');
    }, /trapped: unreachable/);
    refuses(() => {}, /it gave no response/);
    refuses(
      (_request, out, imports) => answer(out, imports, { parts: ['half'], unfinished: true }),
      /did not finish the body of its response/,
    );
  });

  it('fails when it makes more effects than a service may', () => {
    let calls = 0;
    refuses((_request, _out, imports) => {
      for (;;) {
        calls++;
        imports['wasi:clocks/monotonic-clock'].now();
      }
    }, /more than 100000 effects/);
    assert.ok(calls <= SERVICE_EFFECTS_MAX);
  });

  it('is refused when it is no HTTP handler', async () => {
    const transpiler = {
      transpile: async () => ({
        source: '',
        coreModules: new Map(),
        imports: [],
        exports: ['wasi:cli/run@0.2.6'],
      }),
    };
    const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
    const source = { wasm: header, origin: '/w/run.wasm' };
    await assert.rejects(
      readyComponent('rates', source, transpiler),
      /exports no wasi:http\/incoming-handler/,
    );
  });
});
