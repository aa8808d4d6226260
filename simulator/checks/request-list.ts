/** The requests of a run, so that those of two runs can be compared one by one. */
import { type HttpRequestArgs, isSafeMethod } from '../effects/http.ts';
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';

export interface SentRequest {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  /** Its name. */
  readonly effect: string;
  readonly method: string;
  readonly url: string;
  /** The idempotency key that the program gave it; undefined when it gave none. */
  readonly key: string | undefined;
  /** Name and value of each other header, a line each. */
  readonly headers: string;
  readonly body: string;
  readonly isUnsafe: boolean;
}

const SENDING: ReadonlySet<string> = new Set(['http.request', 'http.send']);
const KEY_HEADER = 'idempotency-key';

/** The requests of an execution, in the order in which it sent them. */
export function requestsOf(history: History, execution: ExecutionId): readonly SentRequest[] {
  return history
    .entries(execution)
    .filter(({ operation }) => SENDING.has(operation.name))
    .map(({ seq, operation, args }) => {
      const { method, url, headers, body } = args as HttpRequestArgs;
      const others = headers.filter(([name]) => name !== KEY_HEADER);
      return {
        execution,
        seq,
        effect: operation.name,
        method,
        url,
        key: headers.find(([name]) => name === KEY_HEADER)?.[1],
        headers: others.map((header) => header.join(': ')).join('\n'),
        body: new TextDecoder().decode(body),
        isUnsafe: !isSafeMethod(method),
      };
    });
}

/** What of a request can depend on something, in the order in which it matters. */
export type RequestPart = 'idempotency key' | 'method' | 'URL' | 'body' | 'headers';

/** The first part in which two requests differ, with both values; undefined when they are equal. */
export function differingPart(
  one: SentRequest,
  other: SentRequest,
): { readonly part: RequestPart; readonly was: string; readonly is: string } | undefined {
  const parts: readonly (readonly [RequestPart, string, string])[] = [
    ['idempotency key', one.key ?? '', other.key ?? ''],
    ['method', one.method, other.method],
    ['URL', one.url, other.url],
    ['body', one.body, other.body],
    ['headers', one.headers, other.headers],
  ];
  const differing = parts.find(([, was, is]) => was !== is);
  return differing && { part: differing[0], was: differing[1], is: differing[2] };
}
