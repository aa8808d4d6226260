/**
 * The requests that a wasi:http/incoming-handler serves. A host makes an IncomingExchange of a
 * request, hands `incomingRequest(...)` to the handler, and takes the response from its target.
 */
import type { HttpHeaders } from '../../../effects/http.ts';
import { fail } from '../component-error.ts';
import type { TimerPort } from '../timer.ts';
import { type ErrorCode, failHttp, internalError } from './error-code.ts';
import { Fields } from './fields.ts';
import { IncomingBody, type MessageBody, type Result } from './incoming-body.ts';
import { type Method, methodOf, type Scheme, schemeOf } from './message-head.ts';
import { BodyBuffer, type BodyTarget, OutgoingBody } from './outgoing-body.ts';

/** A request that came in, and where its response goes. */
export interface IncomingExchange {
  readonly method: string;
  readonly pathWithQuery: string | undefined;
  readonly scheme: string | undefined;
  readonly authority: string | undefined;
  readonly headers: HttpHeaders;
  readonly body: MessageBody;
  readonly response: ResponseTarget;
}

/** Takes one response: `head` and then the body, or `fail`. */
export interface ResponseTarget extends BodyTarget {
  /** An informational response, before the response. */
  inform(status: number, headers: HttpHeaders): void;
  head(status: number, headers: HttpHeaders): void;
  /** There is no response. */
  fail(code: ErrorCode): void;
}

/** The arguments of incoming-handler.handle; the handler owns both. */
export function incomingRequest(
  port: TimerPort,
  exchange: IncomingExchange,
): [IncomingRequest, ResponseOutparam] {
  return [new IncomingRequest(port, exchange), new ResponseOutparam(exchange.response)];
}

export class IncomingRequest {
  private isConsumed = false;

  constructor(
    private readonly port: TimerPort,
    private readonly exchange: IncomingExchange,
  ) {}

  method(): Method {
    return methodOf(this.exchange.method);
  }

  pathWithQuery(): string | undefined {
    return this.exchange.pathWithQuery;
  }

  scheme(): Scheme | undefined {
    const { scheme } = this.exchange;
    return scheme === undefined ? undefined : schemeOf(scheme);
  }

  authority(): string | undefined {
    return this.exchange.authority;
  }

  headers(): Fields {
    return Fields.received(this.exchange.headers);
  }

  /** Once. */
  consume(): IncomingBody {
    if (this.isConsumed) fail(undefined);
    this.isConsumed = true;
    return new IncomingBody(this.port, this.exchange.body);
  }

  [Symbol.dispose](): void {
    if (!this.isConsumed) this.exchange.body.abandon();
  }
}

const STATUS_MIN = 100;
const STATUS_MAX = 599;
const STATUS_OK = 200;

export class OutgoingResponse {
  private readonly buffer: BodyBuffer;
  private isBodyTaken = false;
  private status = STATUS_OK;

  constructor(
    private readonly port: TimerPort,
    private readonly fields: Fields,
  ) {
    this.buffer = new BodyBuffer('HTTP-response-body-size', fields.declaredLength());
  }

  statusCode(): number {
    return this.status;
  }

  setStatusCode(status: number): void {
    if (status < STATUS_MIN || status > STATUS_MAX) fail(undefined);
    this.status = status;
  }

  headers(): Fields {
    return this.fields.frozen();
  }

  /** Once. */
  body(): OutgoingBody {
    if (this.isBodyTaken) fail(undefined);
    this.isBodyTaken = true;
    return new OutgoingBody(this.port, this.buffer);
  }

  /** Sends the head, and from now on the body as it is written. */
  sendTo(target: ResponseTarget): void {
    target.head(this.status, this.fields.toHeaders());
    // A head that declares a body which it does not have is one for HEAD, or for status 304.
    if (this.isBodyTaken) this.buffer.sendTo(target);
    else target.finish([]);
  }
}

const INFORMATIONAL_MIN = 100;
const INFORMATIONAL_MAX = 199;
const SWITCHING_PROTOCOLS = 101;
const NO_UPGRADE = internalError(
  'status 101 would end HTTP on this connection; it is not supported',
);

const NO_RESPONSE = internalError('the handler dropped response-outparam and set no response');

export class ResponseOutparam {
  private isSet = false;

  constructor(private readonly target: ResponseTarget) {}

  /** An informational response, of which any number may come before the response. */
  sendInformational(status: number, headers: Fields): void {
    if (status < INFORMATIONAL_MIN || status > INFORMATIONAL_MAX) {
      failHttp({ tag: 'HTTP-protocol-error' });
    }
    if (status === SWITCHING_PROTOCOLS) failHttp(NO_UPGRADE);
    this.target.inform(status, headers.toHeaders());
  }

  static set(param: ResponseOutparam, response: Result<OutgoingResponse, ErrorCode>): void {
    param.isSet = true;
    if (response.tag === 'ok') response.val.sendTo(param.target);
    else param.target.fail(response.val);
  }

  [Symbol.dispose](): void {
    if (!this.isSet) this.target.fail(NO_RESPONSE);
  }
}
