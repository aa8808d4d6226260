/** wasi:http/outgoing-handler, and what comes back from it. */
import { OPEN_RESPONSES_MAX } from '../../preview1/http.ts';
import { fail } from '../component-error.ts';
import { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import { failHttp } from './error-code.ts';
import { Fields } from './fields.ts';
import { type FutureResult, IncomingBody } from './incoming-body.ts';
import { OutgoingExchange, type ResponseParts } from './outgoing-exchange.ts';
import type { OutgoingRequest, RequestOptions } from './outgoing-request.ts';

/** The requests that one program sends. */
export class OutgoingHandler {
  /** Exchanges that the engine has still to do with, or will have. */
  private open = 0;

  constructor(private readonly port: TimerPort) {}

  handle(request: OutgoingRequest, options: RequestOptions | undefined): FutureIncomingResponse {
    if (this.open >= OPEN_RESPONSES_MAX) failHttp({ tag: 'connection-limit-reached' });
    const { head, buffer } = request.take(options);
    this.open++;
    const exchange = new OutgoingExchange(this.port, head, buffer, () => {
      this.open--;
    });
    buffer.onEnd = () => exchange.bodyEnded();
    return new FutureIncomingResponse(this.port, exchange);
  }
}

export class FutureIncomingResponse {
  private isTaken = false;

  constructor(
    private readonly port: TimerPort,
    private readonly exchange: OutgoingExchange,
  ) {}

  subscribe(): Pollable {
    return new Pollable(this.port, this.exchange);
  }

  get(): FutureResult<IncomingResponse> | undefined {
    if (this.isTaken) return { tag: 'err', val: undefined };
    const outcome = this.exchange.outcome();
    if (outcome === undefined) return undefined;
    this.isTaken = true;
    if (outcome.tag === 'err') return { tag: 'ok', val: outcome };
    const response = new IncomingResponse(this.port, outcome.val);
    return { tag: 'ok', val: { tag: 'ok', val: response } };
  }

  [Symbol.dispose](): void {
    if (!this.isTaken) this.exchange.abandon();
  }
}

export class IncomingResponse {
  private isConsumed = false;

  constructor(
    private readonly port: TimerPort,
    private readonly parts: ResponseParts,
  ) {}

  status(): number {
    return this.parts.status;
  }

  headers(): Fields {
    return Fields.received(this.parts.headers);
  }

  /** Once. */
  consume(): IncomingBody {
    if (this.isConsumed) fail(undefined);
    this.isConsumed = true;
    return new IncomingBody(this.port, this.parts.body);
  }

  [Symbol.dispose](): void {
    if (!this.isConsumed) this.parts.body.abandon();
  }
}
