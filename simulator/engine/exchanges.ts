/**
 * The HTTP exchanges that an attempt has open. After a crash they are begun again from the journal,
 * with the same keys; what the program has seen of a response is not shown to it twice.
 *
 * X1  An exchange that the journal shows as open is open in every attempt that performs effects.
 * X2  A piece of a request's body leaves once the effect that writes it is durable, in the order of
 *     the effects. An exchange that is begun again begins with all pieces that the journal holds,
 *     but for those that came too late.
 */
import {
  type ExchangeArgs,
  type HttpAnswer,
  type HttpBodyArgs,
  type HttpBodyPart,
  type HttpBodyResult,
  type HttpResult,
  type HttpWriteArgs,
  type HttpWritten,
  httpBody,
  httpCancel,
  httpRequest,
  httpResponse,
  httpSend,
  httpWrite,
} from '../effects/http.ts';
import type { Entry } from '../journal/entry.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import type { Attempt } from './attempt.ts';
import { type EarlierExchange, HttpExchange } from './http-exchange.ts';

/** What a program that polls is told of an inbox. */
export interface InboxState {
  readonly available: number;
  readonly ended: boolean;
}

/** An exchange that the journal shows as begun and not ended. */
interface OpenExchange {
  readonly entry: Entry;
  readonly writes: Entry[];
  status: number | undefined;
  readonly parts: Uint8Array[];
}

const NOTHING_EARLIER: EarlierExchange = { writes: [], seen: undefined };

export class Exchanges {
  private readonly open = new Map<number, HttpExchange>();
  private resumed = false;

  constructor(private readonly attempt: Attempt) {}

  /** Whether something is still to arrive at this node. */
  get expectMore(): boolean {
    for (const { response } of this.open.values()) if (!response.ended) return true;
    return false;
  }

  /** The exchange of an entry that this attempt performs. */
  begin(entry: Entry, earlier = NOTHING_EARLIER): HttpExchange {
    const exchange = new HttpExchange(this.attempt, entry, earlier, () => this.attempt.poke());
    this.open.set(entry.seq, exchange);
    return exchange;
  }

  /** Begins again what earlier attempts left open; to be called before anything is performed. */
  resume(): void {
    if (this.resumed) return;
    this.resumed = true;
    for (const { entry, writes, status, parts } of openIn(this.performed())) {
      if (this.open.has(entry.seq)) continue;
      const seen = status === undefined ? undefined : { status, body: concatBytes(parts) };
      this.begin(entry, { writes, seen }).takeUp();
    }
  }

  /** The view with what the services have sent, whatever the program was given of it. */
  private performed(): readonly Entry[] {
    const { engine, execution, view } = this.attempt;
    return view.map((entry) => {
      const result = engine.edits.performedOf(execution.id, entry);
      return result === entry.result ? entry : { ...entry, result };
    });
  }

  /** The result of an `http.write`, which leaves when it is durable. */
  write(entry: Entry): HttpWritten {
    const exchange = this.open.get((entry.args as HttpWriteArgs).exchange);
    if (exchange === undefined || exchange.response.ended) return { closed: true };
    this.attempt.commits.whenDurable(() => exchange.write(entry));
    return {};
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
    const { head, failure } = exchange.response;
    return head === undefined && failure === undefined ? undefined : this.take(seq, exchange);
  }

  /** What has arrived of a response; one that is there to its end is open no longer. */
  take(seq: number, { response, takesWhole }: HttpExchange): HttpResult {
    // A part of a response is no response to a program that takes only whole ones.
    const result = (takesWhole ? response.failure : undefined) ?? response.take(seq);
    if ('failure' in result || result.more === undefined) this.open.delete(seq);
    return result;
  }

  /** The result of `http.body`; undefined while there is none. */
  bodyPart({ exchange: seq, length }: HttpBodyArgs): HttpBodyResult | undefined {
    const exchange = this.open.get(seq);
    if (exchange === undefined) return unknown(seq);
    const part = exchange.response.takePart(length);
    if (part !== undefined && !('failure' in part) && part.ended) this.open.delete(seq);
    return part;
  }

  /** What is to be read of an inbox now; undefined when a reader would have to wait. */
  inbox(name: string): InboxState | undefined {
    const [, part, seq] = EXCHANGE_INBOX.exec(name) ?? [];
    const exchange = this.open.get(Number(seq));
    if (exchange === undefined) return { available: 0, ended: true };
    const { head, failure, available, ended } = exchange.response;
    const isThere =
      part === 'response' ? head !== undefined || failure !== undefined : available > 0 || ended;
    return isThere ? { available, ended } : undefined;
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
    open.set(entry.seq, { entry, writes: [], status: undefined, parts: [] });
  },
  [httpWrite.name]: (open, entry) => {
    // A program that was told that nobody takes a piece must not see it taken after all.
    if ((entry.result as HttpWritten).closed) return;
    open.get((entry.args as HttpWriteArgs).exchange)?.writes.push(entry);
  },
  [httpRequest.name]: (open, entry) => {
    const result = entry.result as HttpResult;
    if ('failure' in result || result.more === undefined) return;
    const { status, body } = result;
    open.set(entry.seq, { entry, writes: [], status, parts: [body] });
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
