/**
 * The request that an execution was started to answer, by effects. What the handler writes of its
 * response is held until something else happens, so that a response written at once is one effect.
 */
import type { HttpHeaders } from '../../../effects/http.ts';
import type { EffectPort } from '../../../effects/operation.ts';
import {
  REQUEST_INBOX,
  requestBody,
  requestReceive,
  responseBody,
  responseSend,
} from '../../../effects/request.ts';
import { concatBytes } from '../../../kernel/concat-bytes.ts';
import type { Interest } from '../../waiting.ts';
import { READ_BYTES_MAX, WRITE_BYTES_MAX } from '../streams.ts';
import type { Beginning, TimerPort } from '../timer.ts';
import type { ErrorCode } from './error-code.ts';
import { type BodyOrigin, FetchedBody } from './fetched-body.ts';
import type { IncomingExchange, ResponseTarget } from './incoming-handler.ts';

const READY: Interest = { kind: 'ready' };
/** What the client gets when the handler gives an error in place of a response. */
const STATUS_OF_ERROR = 500;
const HTTP_URL = /^(https?):\/\/([^/?#]*)([^#]*)/i;

/** Takes the request. */
export function receiveRequest(port: TimerPort): IncomingExchange {
  const { method, url, headers, more, body } = port.effect(requestReceive, {});
  const [, scheme, authority, pathWithQuery] = HTTP_URL.exec(url) ?? [];
  const rest: BodyOrigin = {
    inbox: REQUEST_INBOX,
    more: () => port.effect(requestBody, { length: READ_BYTES_MAX }),
    // The connection is the response's as well, so the rest just stays where it is.
    cancel: () => undefined,
  };
  return {
    method,
    scheme,
    authority,
    pathWithQuery,
    headers,
    body: new FetchedBody(port, body, more === true ? rest : []),
    response: new EffectResponse(port),
  };
}

/** A response, by `response.send` and then `response.body`. */
class EffectResponse implements ResponseTarget, Beginning {
  private unsent: { readonly status: number; readonly headers: HttpHeaders } | undefined;
  private parts: Uint8Array[] = [];
  private size = 0;
  private isHeld = false;

  constructor(private readonly port: TimerPort) {}

  head(status: number, headers: HttpHeaders): void {
    this.unsent = { status, headers };
    this.hold();
  }

  interest(): Interest {
    return READY;
  }

  room(): number {
    return WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.parts.push(bytes);
    this.size += bytes.length;
    if (this.size >= WRITE_BYTES_MAX) this.sendNow();
    else this.hold();
  }

  /** It is sent before anything else happens, which is as good as at once. */
  flush(): void {}

  finish(trailers: HttpHeaders): void {
    this.release();
    this.send(this.port, true, trailers);
  }

  /** What there is of it is sent; the client sees that it has no end. */
  abort(): void {
    this.sendNow();
  }

  fail(code: ErrorCode): void {
    const text = code.tag === 'internal-error' ? `${code.tag}: ${code.val}` : code.tag;
    this.head(STATUS_OF_ERROR, [['content-type', 'text/plain; charset=utf-8']]);
    this.write(new TextEncoder().encode(`${text}\n`));
    this.finish([]);
  }

  begin(port: EffectPort): void {
    this.isHeld = false;
    this.send(port, false, []);
  }

  private hold(): void {
    if (!this.isHeld) this.port.hold(this);
    this.isHeld = true;
  }

  private release(): void {
    if (this.isHeld) this.port.release(this);
    this.isHeld = false;
  }

  private sendNow(): void {
    if (this.unsent === undefined && this.parts.length === 0) return;
    this.release();
    this.send(this.port, false, []);
  }

  /** The keys in their order, which the journal's hash depends on. */
  private send(port: EffectPort, ended: boolean, trailers: HttpHeaders): void {
    const { unsent } = this;
    const body = concatBytes(this.parts);
    this.unsent = undefined;
    this.parts = [];
    this.size = 0;
    const end = trailers.length > 0 ? { ended, trailers, body } : { ended, body };
    if (unsent === undefined) port.effect(responseBody, end);
    else port.effect(responseSend, { ...unsent, ...end });
  }
}
