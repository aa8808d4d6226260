/**
 * The HTTP exchanges that an attempt has open. After a crash they are begun again from the journal,
 * with the same keys; what the program has seen of a response is not shown to it twice.
 *
 * X1  An exchange that the journal shows as open is open in every attempt that performs effects.
 * X2  The program never sees two responses mixed: where a new one differs from what it has seen,
 *     the exchange fails as reset.
 */
import {
  type ExchangeArgs,
  type HttpAnswer,
  type HttpBodyArgs,
  type HttpBodyPart,
  type HttpBodyResult,
  type HttpResult,
  httpBody,
  httpCancel,
  httpRequest,
  httpResponse,
  httpSend,
} from '../effects/http.ts';
import type { Entry } from '../journal/entry.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import type { Attempt } from './attempt.ts';
import { HttpExchange, type SeenResponse, takeResponse } from './http-exchange.ts';

/** What a program that polls is told of an inbox. */
export interface InboxState {
  readonly available: number;
  readonly ended: boolean;
}

/** An exchange that the journal shows as begun and not ended. */
interface OpenExchange {
  readonly entry: Entry;
  status: number | undefined;
  readonly parts: Uint8Array[];
}

export class Exchanges {
  private readonly open = new Map<number, HttpExchange>();
  private resumed = false;

  constructor(private readonly attempt: Attempt) {}

  /** Whether something is still to arrive at this node. */
  get expectMore(): boolean {
    for (const exchange of this.open.values()) if (!exchange.ended) return true;
    return false;
  }

  /** The exchange of an entry that this attempt performs. */
  begin(entry: Entry): HttpExchange {
    const exchange = new HttpExchange(this.attempt, entry, () => this.attempt.poke());
    this.open.set(entry.seq, exchange);
    return exchange;
  }

  /** Begins again what earlier attempts left open; to be called before anything is performed. */
  resume(): void {
    if (this.resumed) return;
    this.resumed = true;
    for (const { entry, status, parts } of openIn(this.attempt.view)) {
      if (this.open.has(entry.seq)) continue;
      const seen: SeenResponse | undefined =
        status === undefined ? undefined : { status, body: concatBytes(parts) };
      this.begin(entry).takeUp(seen);
    }
  }

  cancel({ exchange }: ExchangeArgs): void {
    this.open.get(exchange)?.abandon();
    this.open.delete(exchange);
  }

  abandonAll(): void {
    for (const exchange of this.open.values()) exchange.abandon();
    this.open.clear();
  }

  /** The result of `http.response`; undefined while there is none. */
  response({ exchange: seq }: ExchangeArgs): HttpResult | undefined {
    const exchange = this.open.get(seq);
    if (exchange === undefined) return unknown(seq);
    if (exchange.head === undefined && exchange.failure === undefined) return undefined;
    return this.take(seq, exchange);
  }

  /** What has arrived of a response; one that is there to its end is open no longer. */
  take(seq: number, exchange: HttpExchange): HttpResult {
    const result = takeResponse(exchange, seq);
    if ('failure' in result || result.more === undefined) this.open.delete(seq);
    return result;
  }

  /** The result of `http.body`; undefined while there is none. */
  bodyPart({ exchange: seq, length }: HttpBodyArgs): HttpBodyResult | undefined {
    const exchange = this.open.get(seq);
    if (exchange === undefined) return unknown(seq);
    const { body, failure } = exchange;
    // After a crash the program has seen bytes that have not arrived again yet.
    const isEmpty = exchange.taken >= body.length;
    if (isEmpty && failure !== undefined) return failure;
    if (isEmpty && !body.ended) return undefined;
    const part = body.read(exchange.taken, length);
    exchange.taken += part.length;
    const ended = body.ended && exchange.taken === body.length;
    if (ended) this.open.delete(seq);
    return { ended, body: part };
  }

  /** What is to be read of an inbox now; undefined when a reader would have to wait. */
  inbox(name: string): InboxState | undefined {
    const [, part, seq] = EXCHANGE_INBOX.exec(name) ?? [];
    const exchange = this.open.get(Number(seq));
    if (exchange === undefined) return { available: 0, ended: true };
    const available = Math.max(exchange.body.length - exchange.taken, 0);
    const isThere =
      part === 'response'
        ? exchange.head !== undefined || exchange.failure !== undefined
        : available > 0 || exchange.ended;
    return isThere ? { available, ended: exchange.ended } : undefined;
  }
}

/** The names that `responseInbox` and `bodyInbox` make. */
const EXCHANGE_INBOX = /^(response|body):(\d+)$/;

/** Whether an inbox belongs to an exchange. */
export function isExchangeInbox(name: string): boolean {
  return EXCHANGE_INBOX.test(name);
}

/** A program can name any number; what it never began is not there. */
function unknown(seq: number): HttpResult & HttpBodyResult {
  return { failure: 'reset', detail: `there is no exchange ${seq}` };
}

/** The exchanges that a journal shows as begun and not ended, in the order of their beginning. */
function openIn(view: readonly Entry[]): Iterable<OpenExchange> {
  const open = new Map<number, OpenExchange>();
  for (const entry of view) {
    const read = READERS[entry.operation.name];
    if (entry.result !== undefined && read !== undefined) read(open, entry);
  }
  return open.values();
}

const READERS: Readonly<Record<string, (open: Map<number, OpenExchange>, entry: Entry) => void>> = {
  [httpSend.name]: (open, entry) => {
    open.set(entry.seq, { entry, status: undefined, parts: [] });
  },
  [httpRequest.name]: (open, entry) => {
    const result = entry.result as HttpResult;
    if ('failure' in result || result.more === undefined) return;
    open.set(entry.seq, { entry, status: result.status, parts: [result.body] });
  },
  [httpResponse.name]: (open, entry) => {
    const { exchange } = entry.args as ExchangeArgs;
    const result = entry.result as HttpAnswer | { failure: string };
    if ('failure' in result || result.more === undefined) open.delete(exchange);
    else addPart(open.get(exchange), result.status, result.body);
  },
  [httpBody.name]: (open, entry) => {
    const { exchange } = entry.args as HttpBodyArgs;
    const result = entry.result as HttpBodyPart | { failure: string };
    if ('failure' in result || result.ended) open.delete(exchange);
    else addPart(open.get(exchange), undefined, result.body);
  },
  [httpCancel.name]: (open, entry) => {
    open.delete((entry.args as ExchangeArgs).exchange);
  },
};

function addPart(
  exchange: OpenExchange | undefined,
  status: number | undefined,
  body: Uint8Array,
): void {
  if (exchange === undefined) return;
  if (status !== undefined) exchange.status = status;
  exchange.parts.push(body);
}
