/**
 * A simulated outside system. It writes its ledger: every request that it saw, which is the truth
 * about duplicate side effects. What it answers is decided by its program.
 *
 * S1  The ledger has one row for each request that arrived, numbered in the order of arrival. The row
 *     of a real host, or of a request that comes in pieces, is written when it is known how it ended.
 * S2  The program gets its time and random numbers from here and nowhere else.
 */
import type { HttpHeaders } from '../effects/http.ts';
import { isSafeMethod } from '../effects/http.ts';
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { LedgerRow } from '../journal/records.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import { type AnsweredWith, type AskedRow, answered } from './ledger-row.ts';
import { OpenRequest } from './open-request.ts';
import {
  asRequest,
  asResponse,
  type DatagramAnswer,
  type ServiceDatagram,
} from './service-datagram.ts';

export interface ServiceRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  /** Present and not empty when trailers followed the body. */
  readonly trailers?: HttpHeaders;
}

/** A run of a response's body. */
export interface ResponsePiece {
  readonly bytes: Uint8Array;
  /** How long after the piece before it, or after the head, it is sent; virtual nanoseconds. */
  readonly delayNanos: bigint;
}

export interface ServiceResponse {
  /** 100 to 599. */
  readonly status: number;
  readonly headers: HttpHeaders;
  /** The body, in the pieces in which it is sent; none for an empty body. */
  readonly pieces: readonly ResponsePiece[];
  /** Present and not empty when trailers follow the body. */
  readonly trailers?: HttpHeaders;
  /** How long the service takes to answer, in virtual nanoseconds. */
  readonly delayNanos: bigint;
  /** For the ledger: what the request did, such as `charged 4200`. */
  readonly note: string | undefined;
}

/** What a service program may know besides the request. */
export interface ServiceContext {
  /** Wall time in nanoseconds since 1970, as virtual time has it. */
  readonly wallNanos: bigint;
  /** A number from 0 to 1, 1 excluded, from the service's own stream. */
  random(): number;
  readonly key: string | undefined;
}

/** A run of a request's body, as it has come. */
export interface RequestPiece {
  readonly bytes: Uint8Array;
  /** Nothing comes after it. */
  readonly ended: boolean;
  /** Present and not empty when the body has ended and trailers followed it. */
  readonly trailers?: HttpHeaders;
}

/** What a program does about a piece of a request that it takes as it comes. */
export interface StreamStep {
  /** Set once, before or with the first piece. */
  readonly head?: { readonly status: number; readonly headers: HttpHeaders };
  readonly pieces: readonly ResponsePiece[];
  /** The response is over, whether the request is or not. */
  readonly ended: boolean;
  readonly trailers?: HttpHeaders;
  /** How long it takes until the first of `head` and `pieces` is sent, in virtual nanoseconds. */
  readonly delayNanos: bigint;
  readonly note: string | undefined;
}

/** A program in the middle of a request. */
export interface ServiceStream {
  /** Throws ServiceError as `handle` does. */
  receive(piece: RequestPiece, context: ServiceContext): StreamStep;
}

/** Decides what a service answers; it keeps the service's state. Deterministic. */
export interface ServiceProgram {
  /** Throws ServiceError when the program throws, loops, or answers nonsense. */
  handle(request: ServiceRequest, context: ServiceContext): ServiceResponse;
  /** Left out by a program that takes every request whole. The request has an empty body. */
  stream?(request: ServiceRequest): ServiceStream;
  /** Left out by a program that has no port for datagrams. Throws ServiceError as `handle` does. */
  takeDatagram?(datagram: ServiceDatagram, context: ServiceContext): DatagramAnswer;
  /** Its state as JSON text, to be compared; undefined, or left out, when it cannot be seen. */
  stateText?(): string | undefined;
  /**
   * Begins anew as when it was loaded, for another simulation; false when it cannot. Left out by a
   * program that has to be loaded again. Throws ServiceError as `handle` does.
   */
  renew?(): boolean;
}

/** A service's program went wrong: an error of the workspace, not of the simulator. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code = 'service';
  /** @param where file and line in the service's source, when known */
  constructor(
    readonly service: string,
    message: string,
    readonly where: string | undefined,
    options?: ErrorOptions,
  ) {
    super(
      `service ${service} failed${where === undefined ? '' : ` at ${where}`}: ${message}`,
      options,
    );
  }
}

const ONLY_HTTP =
  'its hosts are real, and can be asked only with HTTP effects, not through sockets';

const NO_DATAGRAMS = 'it has no port for datagrams';

/** The caller, as the simulation knows it; a real service would see only the request. */
export interface Caller {
  readonly execution: ExecutionId;
  readonly seq: Seq;
}

/** How a service is asked whose hosts are real. */
export interface RealHosts {
  /** How long one try waits for the whole response. */
  readonly timeoutNanos: bigint;
  /** Requests a real second at most; undefined for any number. */
  readonly rateLimit: number | undefined;
}

/** What a real host answered: a response, or why there is none. */
export interface RealOutcome {
  readonly response: Omit<ServiceResponse, 'note'> | undefined;
  readonly note: string;
}

export interface ServiceSetup {
  readonly name: string;
  readonly hosts: readonly string[];
  /** Undefined when its hosts are real. */
  readonly program: ServiceProgram | undefined;
  /** Set when its hosts are real. */
  readonly real?: RealHosts;
  random(): number;
  onLedgerRow(row: LedgerRow): void;
}

export class Service {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly real: RealHosts | undefined;
  /** How many requests it has seen. */
  private requests = 0;
  private readonly firstByKey = new Map<string, number>();
  private readonly unfinished = new Set<OpenRequest>();
  private readonly firstByCall = new Map<string, number>();

  constructor(private readonly setup: ServiceSetup) {
    this.name = setup.name;
    this.hosts = setup.hosts;
    this.real = setup.real;
  }

  /** Handles one request and writes its ledger row; throws ServiceError, also after writing it. */
  handle(
    at: VirtualNanos,
    wallNanos: bigint,
    request: ServiceRequest,
    caller: Caller,
  ): ServiceResponse {
    const { program, random } = this.setup;
    if (program === undefined) throw new ServiceError(this.name, ONLY_HTTP, undefined);
    const key = headerValue(request.headers, 'idempotency-key');
    const row = this.newRow(at, request, caller, key);
    let response: ServiceResponse | undefined;
    try {
      response = program.handle(request, { wallNanos, random, key });
      return response;
    } finally {
      this.setup.onLedgerRow(answered(row, whole(response), response?.note));
    }
  }

  get takesDatagrams(): boolean {
    return this.setup.program?.takeDatagram !== undefined;
  }

  /** Takes one datagram and writes its ledger row; throws ServiceError, also after writing it. */
  takeDatagram(
    at: VirtualNanos,
    wallNanos: bigint,
    datagram: ServiceDatagram,
    { key, ...caller }: Caller & { readonly key: string | undefined },
  ): DatagramAnswer {
    const { program, random, onLedgerRow } = this.setup;
    const row = this.newRow(at, asRequest(datagram), caller, key);
    let answer: DatagramAnswer | undefined;
    try {
      answer = program?.takeDatagram?.(datagram, { wallNanos, random, key });
      if (answer === undefined) throw new ServiceError(this.name, NO_DATAGRAMS, undefined);
      return answer;
    } finally {
      onLedgerRow(answered(row, answer && asResponse(answer), answer?.note));
    }
  }

  /** Begins a request whose body comes in pieces; undefined when its program takes it whole. */
  open(at: VirtualNanos, request: ServiceRequest, caller: Caller): OpenRequest | undefined {
    const stream = this.setup.program?.stream?.(request);
    if (stream === undefined) return undefined;
    const key = headerValue(request.headers, 'idempotency-key');
    const row = this.newRow(at, request, caller, key);
    const { random, onLedgerRow } = this.setup;
    const open: OpenRequest = new OpenRequest(stream, row, random, (finished) => {
      this.unfinished.delete(open);
      onLedgerRow(finished);
    });
    this.unfinished.add(open);
    return open;
  }

  /** Nothing more comes of any request. */
  close(): void {
    for (const open of this.unfinished) open.breakOff();
  }

  /** A request has come to its real host; what is returned writes the row once its end is known. */
  arriveReal(
    at: VirtualNanos,
    request: ServiceRequest,
    caller: Caller,
  ): (outcome: RealOutcome) => void {
    const key = headerValue(request.headers, 'idempotency-key');
    const row = this.newRow(at, request, caller, key);
    return ({ response, note }) => this.setup.onLedgerRow(answered(row, whole(response), note));
  }

  private newRow(
    at: VirtualNanos,
    request: ServiceRequest,
    caller: Caller,
    key: string | undefined,
  ): AskedRow {
    const number = ++this.requests;
    const unsafe = !isSafeMethod(request.method);
    const call = `${caller.execution}/${caller.seq} ${request.method} ${request.url}`;
    const byKey = key === undefined ? undefined : this.firstByKey.get(key);
    const isPlain = unsafe && key === undefined;
    const byCall = isPlain ? this.firstByCall.get(call) : undefined;
    if (key !== undefined && byKey === undefined) this.firstByKey.set(key, number);
    if (isPlain && byCall === undefined) this.firstByCall.set(call, number);
    return {
      service: this.name,
      number,
      at,
      execution: caller.execution,
      seq: caller.seq,
      key,
      method: request.method,
      url: request.url,
      headers: request.headers,
      body: request.body,
      duplicateOf: byKey ?? byCall,
      duplicateBy: byKey !== undefined ? 'key' : byCall !== undefined ? 'content' : undefined,
    };
  }
}

function whole(response: Omit<ServiceResponse, 'note'> | undefined): AnsweredWith | undefined {
  return response && { ...response, body: wholeBody(response.pieces) };
}

/** The pieces of a body in one. */
export function wholeBody(pieces: readonly ResponsePiece[]): Uint8Array {
  return concatBytes(pieces.map(({ bytes }) => bytes));
}

/** The value of a header, whatever the case of its name; undefined when there is none. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers.find(([header]) => header.toLowerCase() === wanted)?.[1];
}
