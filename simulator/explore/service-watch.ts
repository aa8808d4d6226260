/**
 * Watches what the services of one run are told and what becomes of their state. What it saw can be
 * told to the services of another run, so that their own clocks and random numbers are the same.
 */
import type { StateChange } from '../checks/observed.ts';
import type { LedgerRow } from '../journal/records.ts';
import { hashText } from '../kernel/hash.ts';
import type { ServiceContext, ServiceProgram, ServiceRequest } from '../world/service.ts';

/** What a service was told besides a request. */
interface Told {
  readonly wallNanos: bigint;
  readonly draws: number[];
}

/** By service and request, in the order in which equal requests came. */
type ToldByRequest = Map<string, Told[]>;

export class ServiceWatch {
  /** What requests did to the states of services that can be seen. */
  readonly changes = new Map<LedgerRow, StateChange>();
  private readonly told: ToldByRequest = new Map();
  /** The change by the request that was handled last, until its row is written. */
  private latest: StateChange | undefined;
  /** The states of services now, as text. */
  private readonly states = new Map<string, string | undefined>();
  private readonly script: ToldByRequest;

  /** @param like the run in which services had the same clocks and random numbers */
  constructor(like?: ServiceWatch) {
    this.script = new Map([...(like?.told ?? [])].map(([request, told]) => [request, [...told]]));
  }

  /** A program of a service that is watched. */
  watched(name: string, program: ServiceProgram): ServiceProgram {
    this.states.set(name, program.stateText?.());
    const { stream, takeDatagram } = program;
    const plain: ServiceProgram = {
      handle: (request, context) => {
        const telling = this.telling(name, requestText(request), context);
        return this.noting(name, program, () => program.handle(request, telling));
      },
    };
    if (stream !== undefined) {
      plain.stream = (request) => {
        const open = stream.call(program, request);
        const text = requestText(request);
        const before = this.states.get(name);
        return {
          receive: (piece, context) => {
            const telling = this.telling(name, text, context);
            const step = this.noting(name, program, () => open.receive(piece, telling));
            // Its row is written when it is over.
            this.latest = step.ended ? changeOf(before, this.states.get(name)) : undefined;
            return step;
          },
        };
      };
    }
    if (takeDatagram !== undefined) {
      plain.takeDatagram = (datagram, context) => {
        const text = `${datagram.host}:${datagram.port} ${hashOf(datagram.body)}`;
        const telling = this.telling(name, text, context);
        return this.noting(name, program, () => takeDatagram.call(program, datagram, telling));
      };
    }
    return plain;
  }

  /** Hears of a row that was written, right after its request was handled. */
  noteRow(row: LedgerRow): void {
    if (this.latest !== undefined) this.changes.set(row, this.latest);
    this.latest = undefined;
  }

  private noting<T>(name: string, program: ServiceProgram, handle: () => T): T {
    try {
      return handle();
    } finally {
      const before = this.states.get(name);
      const after = program.stateText?.();
      this.states.set(name, after);
      this.latest = changeOf(before, after);
    }
  }

  private telling(name: string, request: string, context: ServiceContext): ServiceContext {
    const id = `${name} ${request}`;
    const scripted = this.script.get(id)?.shift();
    const told: Told = { wallNanos: scripted?.wallNanos ?? context.wallNanos, draws: [] };
    const all = this.told.get(id);
    if (all === undefined) this.told.set(id, [told]);
    else all.push(told);
    const random = (): number => {
      const drawn = context.random();
      const number = scripted?.draws[told.draws.length] ?? drawn;
      told.draws.push(number);
      return number;
    };
    return { ...context, wallNanos: told.wallNanos, random };
  }
}

function changeOf(before: string | undefined, after: string | undefined): StateChange | undefined {
  return before === undefined || after === undefined ? undefined : { before, after };
}

function requestText({ method, url, body, headers }: ServiceRequest): string {
  const key = headers.find(([header]) => header === 'idempotency-key')?.[1] ?? '';
  return `${method} ${url} ${key} ${hashOf(body)}`;
}

function hashOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? '' : `${hashText(new TextDecoder().decode(bytes))}`;
}
