/** What goes between the clients of a program that is served and the host that serves it. */
import type { HttpHeaders } from '../effects/http.ts';
import type { RequestHead, ResponsePart } from '../effects/request.ts';
import type { ExecutionStatus } from '../journal/records.ts';

/** How a simulation that serves began. */
export interface ServingStart {
  /** The n-th request or connection is the execution `<workflow>-<n>`. */
  readonly workflow: string;
  readonly handler: 'http' | 'connection';
  /** The last delivery that the recording holds; 0 when there is none. */
  readonly delivered: number;
  /** Real seconds that the program may compute without an effect. */
  readonly secondsBetweenEffects: number;
}

/** Something that came in. `delivery` counts up from 1, and is recorded with it. */
export type Delivery =
  | {
      readonly kind: 'request';
      readonly delivery: number;
      readonly head: RequestHead;
      readonly body: Uint8Array;
      readonly ends: boolean;
      readonly trailers?: HttpHeaders;
    }
  | {
      readonly kind: 'connect';
      readonly delivery: number;
      readonly body: Uint8Array;
      readonly ends: boolean;
    }
  /** More of a request's body or of a connection's input; dropped when its execution has ended. */
  | {
      readonly kind: 'more';
      readonly delivery: number;
      readonly execution: string;
      readonly body: Uint8Array;
      readonly ends: boolean;
      readonly trailers?: HttpHeaders;
    }
  /** The request never came whole; its execution is cancelled unless it has ended. */
  | { readonly kind: 'drop'; readonly delivery: number; readonly execution: string };

/** What an execution gives to the client that it was started for; durable. */
export interface ServedPart {
  readonly execution: string;
  readonly seq: number;
  /** Part of an HTTP response, or bytes for a raw connection. */
  readonly part: ResponsePart | { readonly bytes: Uint8Array };
}

/** An execution that was started by a delivery has ended. */
export interface ServedEnd {
  readonly execution: string;
  readonly status: ExecutionStatus;
  readonly exitCode?: number;
  readonly reason?: string;
  /** Times it was taken over from a node that was lost. */
  readonly recoveries: number;
  readonly attempts: number;
  readonly effects: number;
  /** From its start to its end. */
  readonly virtualNanos: bigint;
}
