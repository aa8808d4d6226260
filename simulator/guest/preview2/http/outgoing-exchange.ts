/**
 * One request of a program and what comes back, in as few effects as the program's waiting allows.
 *
 * G1  A program that writes all of the body at once, waits for this response alone, and does nothing
 *     else in between, causes one `http.request`. Anything else that happens is preceded by
 *     `http.send`, with what is written of the body; the rest follows by `http.write`.
 * G2  What was begun at the engine is ended there: by its last byte, its failure, or `http.cancel`.
 */
import {
  bodyInbox,
  type HttpRequestArgs,
  type HttpResult,
  httpBody,
  httpCancel,
  httpRequest,
  httpResponse,
  httpSend,
  responseInbox,
} from '../../../effects/http.ts';
import type { EffectPort } from '../../../effects/operation.ts';
import { type Conversation, conversationFor, isReserved } from '../../conversation.ts';
import type { Interest } from '../../waiting.ts';
import { Pollable, type Waitable } from '../pollable.ts';
import { READ_BYTES_MAX } from '../streams.ts';
import type { Beginning, TimerPort } from '../timer.ts';
import { codeOfFailure, type ErrorCode, internalError } from './error-code.ts';
import { type BodyOrigin, FetchedBody } from './fetched-body.ts';
import type { Result } from './incoming-body.ts';
import type { BodyBuffer } from './outgoing-body.ts';
import { UploadBody } from './upload-body.ts';

const READY: Interest = { kind: 'ready' };
const NEVER: Interest = { kind: 'never' };

const UNFINISHED = internalError(
  'the response was waited for before the body of the request was finished; requests to ' +
    'executions.backstitch and promises.backstitch are taken as a whole',
);
const DROPPED = internalError(
  'the body of the request was dropped before it was finished; finish it with outgoing-body.finish',
);

/** A request without its body, with the limits that the program has set. */
export interface RequestHead extends Omit<HttpRequestArgs, 'body' | 'stream'> {
  readonly betweenBytesNanos: bigint | undefined;
}

export interface ResponseParts {
  readonly status: number;
  readonly headers: HttpRequestArgs['headers'];
  readonly body: FetchedBody;
}

/** What was begun, and how its response is had. */
interface Pending {
  /** Readable when `fetch` would not wait. */
  readonly inbox: string;
  fetch(): HttpResult;
  cancel(): void;
}

type State =
  /** Nothing was performed. `wasAsked`: the program has looked for the response. */
  | { readonly kind: 'unsent'; wasAsked: boolean }
  | { readonly kind: 'sent'; readonly pending: Pending; isReadable: boolean }
  | { readonly kind: 'answered'; readonly outcome: Result<ResponseParts, ErrorCode> }
  | { readonly kind: 'abandoned' };

export class OutgoingExchange implements Waitable, Beginning {
  private state: State = { kind: 'unsent', wasAsked: false };
  /** Where the rest of the request's body goes; undefined while nothing was sent, or all was. */
  private upload: UploadBody | undefined;

  /** @param onEnd called once, when the engine has nothing more to do with it */
  constructor(
    private readonly port: TimerPort,
    private readonly head: RequestHead,
    private readonly body: BodyBuffer,
    private readonly onEnd: () => void,
  ) {
    if (body.state === 'aborted') this.failWith(DROPPED);
    else this.port.hold(this);
  }

  /** To be called when no more of the request's body will be written. */
  bodyEnded(): void {
    if (this.state.kind !== 'unsent') return;
    this.port.release(this);
    if (this.body.state === 'aborted') this.failWith(DROPPED);
    else this.port.hold(this);
  }

  interest(): Interest {
    // Whoever asks is about to wait for several things, or to look; where one of them is that more
    // of the body can be written, it need not be sent in parts.
    if (this.state.kind === 'unsent' && this.body.state !== 'open') this.port.beginAll();
    const { state } = this;
    if (state.kind === 'unsent') return NEVER;
    if (state.kind !== 'sent' || state.isReadable) return READY;
    return { kind: 'inbox', inbox: state.pending.inbox };
  }

  waitAlone(): void {
    if (this.state.kind === 'unsent' && this.body.state === 'open') this.port.beginAll();
    const { state } = this;
    if (state.kind === 'sent') this.answer(state.pending.fetch());
    if (state.kind !== 'unsent') return;
    this.port.release(this);
    if (this.body.state === 'open') {
      this.failWith(UNFINISHED);
      return;
    }
    const args = this.args();
    this.answer(conversationFor(args)?.perform(this.port) ?? this.port.effect(httpRequest, args));
  }

  settle(): void {
    if (this.state.kind === 'sent') this.state.isReadable = true;
  }

  begin(port: EffectPort): void {
    const isOpen = this.body.state === 'open';
    // Such a request is one effect, which is begun once all of the body is there.
    if (isOpen && isReserved(this.head.url)) return;
    const args = this.args();
    const conversation = conversationFor(args);
    if (conversation !== undefined && conversation.inbox === undefined) {
      this.answer(conversation.perform(port));
      return;
    }
    const pending =
      conversation?.inbox === undefined
        ? this.sent(port.effect(httpSend, args).exchange)
        : this.awaited(conversation, conversation.inbox);
    this.state = { kind: 'sent', pending, isReadable: false };
  }

  private sent(exchange: number): Pending {
    if (this.body.state === 'open') {
      this.upload = new UploadBody(this.port, exchange, () => this.uploadAborted());
      this.body.sendTo(this.upload);
    }
    return {
      inbox: responseInbox(exchange),
      fetch: () => this.port.effect(httpResponse, { exchange }),
      cancel: () => this.port.effect(httpCancel, { exchange }),
    };
  }

  /** Nothing is on its way to anybody: waiting for another execution is an effect of its own. */
  private awaited(conversation: Conversation, inbox: string): Pending {
    return { inbox, fetch: () => conversation.perform(this.port), cancel: () => {} };
  }

  /** What has come back; undefined while nothing has. */
  outcome(): Result<ResponseParts, ErrorCode> | undefined {
    if (this.state.kind === 'unsent' && !this.state.wasAsked) {
      // Nothing has happened since it began, so nothing can be there; most programs then wait.
      this.state.wasAsked = true;
      return undefined;
    }
    if (!new Pollable(this.port, this).ready()) return undefined;
    if (this.state.kind === 'sent') this.answer(this.state.pending.fetch());
    return this.state.kind === 'answered' ? this.state.outcome : undefined;
  }

  /** The program no longer wants the response. One that was not sent never will be. */
  abandon(): void {
    const { state } = this;
    this.state = { kind: 'abandoned' };
    if (state.kind === 'unsent') this.port.release(this);
    if (state.kind === 'unsent' || state.kind === 'sent') this.ended();
    if (state.kind === 'sent') state.pending.cancel();
    if (state.kind === 'answered' && state.outcome.tag === 'ok') state.outcome.val.body.abandon();
  }

  /** The keys in their order, which the journal's hash depends on. */
  private args(): HttpRequestArgs {
    const { method, url, headers, timeoutNanos } = this.head;
    const { state, trailers } = this.body;
    const open = state === 'open' ? { open: true as const } : {};
    const end = trailers.length > 0 ? { trailers } : {};
    const body = this.body.take();
    return { method, url, headers, timeoutNanos, stream: true, ...open, ...end, body };
  }

  /** The program gave up a request of which a part has been sent. */
  private uploadAborted(): void {
    const { state } = this;
    if (state.kind === 'answered' && state.outcome.tag === 'ok') state.outcome.val.body.abandon();
    if (state.kind !== 'sent') return;
    this.failWith(DROPPED);
    state.pending.cancel();
  }

  private answer(result: HttpResult): void {
    if ('failure' in result) {
      this.failWith(codeOfFailure(result));
      return;
    }
    const { status, headers, more, trailers = [] } = result;
    const rest = more === undefined ? trailers : this.restOf(more);
    const body = new FetchedBody(this.port, result.body, rest, () => this.ended());
    this.state = { kind: 'answered', outcome: { tag: 'ok', val: { status, headers, body } } };
  }

  private restOf(exchange: number): BodyOrigin {
    return {
      inbox: bodyInbox(exchange),
      more: () => this.port.effect(httpBody, { exchange, length: READ_BYTES_MAX }),
      cancel: () => this.port.effect(httpCancel, { exchange }),
      betweenBytesNanos: this.head.betweenBytesNanos,
    };
  }

  private failWith(code: ErrorCode): void {
    this.state = { kind: 'answered', outcome: { tag: 'err', val: code } };
    this.ended();
  }

  /** The engine has nothing more to do with it. */
  private ended(): void {
    this.upload?.close();
    this.onEnd();
  }
}
