import type { HttpHeaders } from '../effects/http.ts';

/** What a service that is no real host is made of: all that a run takes of it from the disk. */
export type ServiceSource = ScriptSource | RecordedSource | ComponentSource;

/** The script of a service with all files that it imports. */
export interface ScriptSource {
  /** The path of its first file, a key of `files`. */
  readonly entry: string;
  /** JavaScript or TypeScript texts by path; relative imports lead from one to another. */
  readonly files: ReadonlyMap<string, string>;
}

/** What a service answered in an earlier simulation. */
export interface RecordedSource {
  /** The recording's path, for messages. */
  readonly recording: string;
  /** In the order in which the service saw them. */
  readonly exchanges: readonly RecordedExchange[];
}

export interface RecordedExchange {
  /** Of its row in the ledger, from 1. */
  readonly number: number;
  readonly method: string;
  readonly url: string;
  /** Content hash of the request's body, and its length in bytes. */
  readonly bodyHash: string;
  readonly bodyLength: number;
  /** The Idempotency-Key it came with. */
  readonly key: string | undefined;
  /** Undefined when the service failed instead of answering. */
  readonly status: number | undefined;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  readonly note: string | undefined;
}

/** A component that exports wasi:http/incoming-handler. */
export interface ComponentSource {
  readonly wasm: Uint8Array;
  /** Where it came from, for messages: absolute. */
  readonly origin: string;
}
