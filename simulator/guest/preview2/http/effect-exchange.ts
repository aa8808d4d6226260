/** The request that an execution was started to answer, by effects. */
import type { HttpHeaders } from '../../../effects/http.ts';
import type { EffectPort } from '../../../effects/operation.ts';
import {
  REQUEST_INBOX,
  requestBody,
  requestReceive,
  responseBody,
  responseInform,
  responseSend,
} from '../../../effects/request.ts';
import { READ_BYTES_MAX } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import type { ErrorCode } from './error-code.ts';
import { type BodyOrigin, FetchedBody } from './fetched-body.ts';
import { type BodyPiece, HeldBody, pieceArgs } from './held-body.ts';
import type { IncomingExchange, ResponseTarget } from './incoming-handler.ts';

/** What the client gets when the handler gives an error in place of a response. */
const STATUS_OF_ERROR = 500;
const HTTP_URL = /^(https?):\/\/([^/?#]*)([^#]*)/i;

/** Takes the request. */
export function receiveRequest(port: TimerPort): IncomingExchange {
  const { method, url, headers, more, trailers = [], body } = port.effect(requestReceive, {});
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
    body: new FetchedBody(port, body, more === true ? rest : trailers),
    response: new EffectResponse(port),
  };
}

/** A response, by `response.send` and then `response.body`. */
class EffectResponse extends HeldBody implements ResponseTarget {
  private unsent: { readonly status: number; readonly headers: HttpHeaders } | undefined;

  inform(status: number, headers: HttpHeaders): void {
    this.port.effect(responseInform, { informational: status, headers });
  }

  head(status: number, headers: HttpHeaders): void {
    this.unsent = { status, headers };
    this.hold();
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

  protected send(port: EffectPort, piece: BodyPiece): void {
    const { unsent } = this;
    this.unsent = undefined;
    if (unsent === undefined) port.effect(responseBody, pieceArgs(piece));
    else port.effect(responseSend, { ...unsent, ...pieceArgs(piece) });
  }
}
