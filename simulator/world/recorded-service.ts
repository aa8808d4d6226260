/**
 * A service that answers as one did in an earlier simulation. It owns which of the recorded answers
 * have been given.
 *
 * R1  A request is answered only with what was answered to an equal one: the same method, URL and
 *     body. Among equal ones, one that came with the same key goes first, then the earliest.
 * R2  Each recorded answer is given once. Afterwards a request that comes again - with a key that
 *     was answered before, or safe - gets the last answer that its like got.
 */
import { isSafeMethod } from '../effects/http.ts';
import { contentHash } from '../guest/content-hash.ts';
import {
  type ServiceContext,
  ServiceError,
  type ServiceProgram,
  type ServiceRequest,
  type ServiceResponse,
} from './service.ts';
import type { RecordedExchange, RecordedSource } from './service-source.ts';

export class RecordedService implements ServiceProgram {
  private readonly equal = new Map<string, RecordedExchange[]>();
  private readonly given = new Set<RecordedExchange>();
  /** The last answer given to each request, and to each request with its key. */
  private readonly last = new Map<string, RecordedExchange>();

  constructor(
    private readonly name: string,
    private readonly source: RecordedSource,
  ) {
    for (const exchange of source.exchanges) {
      const like = identityOf(exchange.method, exchange.url, exchange.bodyHash);
      const others = this.equal.get(like);
      if (others === undefined) this.equal.set(like, [exchange]);
      else others.push(exchange);
    }
  }

  /** Throws ServiceError when there is no recorded answer, or when it failed at the time. */
  handle(request: ServiceRequest, { key }: ServiceContext): ServiceResponse {
    const like = identityOf(request.method, request.url, contentHash(request.body));
    const exchange = this.choose(like, request, key);
    if (exchange === undefined) throw this.noAnswer(like, request);
    this.given.add(exchange);
    this.last.set(like, exchange);
    if (key !== undefined) this.last.set(`${like}\n${key}`, exchange);
    const { status, headers, body, note, number } = exchange;
    if (status === undefined) {
      throw this.failure(`request ${number} failed in ${this.source.recording}, too`);
    }
    const pieces = body.length === 0 ? [] : [{ bytes: body, delayNanos: 0n }];
    return { status, headers, pieces, delayNanos: 0n, note };
  }

  private choose(
    like: string,
    { method }: ServiceRequest,
    key: string | undefined,
  ): RecordedExchange | undefined {
    const fresh = (this.equal.get(like) ?? []).filter((exchange) => !this.given.has(exchange));
    if (key !== undefined) {
      const sameKey = fresh.find((exchange) => exchange.key === key);
      const repeated = sameKey ?? this.last.get(`${like}\n${key}`);
      if (repeated !== undefined) return repeated;
    }
    return fresh[0] ?? (isSafeMethod(method) ? this.last.get(like) : undefined);
  }

  private noAnswer(like: string, { method, url, body }: ServiceRequest): ServiceError {
    const { recording, exchanges } = this.source;
    const what = `${method} ${url} with a body of ${body.length} bytes`;
    const used = this.equal.get(like)?.length ?? 0;
    if (used > 0) {
      const times = used === 1 ? 'once' : `${used} times`;
      return this.failure(`${recording} answers ${what} only ${times}`);
    }
    const nearest = nearestOf(exchanges, method, url);
    const hint =
      nearest === undefined
        ? 'it holds no requests'
        : `the nearest is request ${nearest.number}, ${describe(nearest, method, url)}`;
    return this.failure(`${recording} has no answer to ${what}; ${hint}`);
  }

  private failure(message: string): ServiceError {
    const next = 'record it anew, or let something else answer this service';
    return new ServiceError(this.name, `${message}; ${next}`, undefined);
  }
}

function identityOf(method: string, url: string, bodyHash: string): string {
  return `${method.toUpperCase()} ${url}\n${bodyHash}`;
}

function describe(exchange: RecordedExchange, method: string, url: string): string {
  const text = `${exchange.method} ${exchange.url}`;
  const length = `a body of ${exchange.bodyLength} bytes`;
  const isSame = exchange.url === url && exchange.method.toUpperCase() === method.toUpperCase();
  return isSame
    ? `${text} with another body, of ${exchange.bodyLength} bytes`
    : `${text} with ${length}`;
}

/** The exchange whose method and URL agree most; the earliest of these. */
function nearestOf(
  exchanges: readonly RecordedExchange[],
  method: string,
  url: string,
): RecordedExchange | undefined {
  let nearest: RecordedExchange | undefined;
  let best = -1;
  for (const exchange of exchanges) {
    const isSameMethod = exchange.method.toUpperCase() === method.toUpperCase();
    const score = 2 * commonPrefix(exchange.url, url) + (exchange.url === url ? 2 : 0);
    const total = score + (isSameMethod ? 1 : 0);
    if (total > best) {
      best = total;
      nearest = exchange;
    }
  }
  return nearest;
}

function commonPrefix(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) if (left[at] !== right[at]) return at;
  return length;
}
