/**
 * Real hosts as upstreams of a live simulation: it sends what the simulation asks for and hands it
 * the answers. It owns what is under way.
 *
 * W1  A request leaves only after everything before it is durable: whoever drives calls `begin`
 *     after a flush.
 * W2  Nobody real is asked for a service that is not permitted; the simulation is told so.
 */
import type { WorldConfig } from '../config/config.ts';
import type { Inputs } from '../engine/inputs.ts';
import type { RealAnswer, RealRequest } from '../engine/real-requests.ts';
import type { HostEnvironment } from './host-environment.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';

/** A request that is under way. */
export interface RealSending {
  /** Never rejects. */
  readonly answer: Promise<RealAnswer>;
  /** Real time since it was sent; 0 while it waits for its turn. */
  elapsedNanos(): bigint;
  /** Breaks it off; its answer says so. */
  cancel(): void;
}

/** What asks real hosts; given by the host's machine. */
export interface RealWorld {
  send(request: RealRequest): RealSending;
}

/** The services of a world whose hosts are real. */
export function realServices({ services }: WorldConfig): ReadonlySet<string> {
  return new Set(services.flatMap((service) => ('real' in service ? [service.name] : [])));
}

/** The real services of a recording that may be asked, by the configuration around it now. */
export async function permittedServices(
  environment: Pick<HostEnvironment, 'permittedServices'>,
  recording: string,
  { world }: LoadedSimulation,
): Promise<ReadonlySet<string>> {
  if (realServices(world).size === 0) return new Set();
  return (await environment.permittedServices?.(recording, world)) ?? new Set();
}

type Asked = Pick<Inputs, 'answerReal' | 'realTimePassed'>;

export class RealUpstreams {
  private readonly unsent: RealRequest[] = [];
  private readonly underWay = new Map<number, RealSending>();
  private readonly answers: { readonly number: number; readonly answer: RealAnswer }[] = [];
  private wake: (() => void) | undefined;

  /**
   * @param world undefined when nobody real can be asked here
   * @param permitted the services that may be asked
   */
  constructor(
    private readonly world: RealWorld | undefined,
    private readonly permitted: ReadonlySet<string>,
  ) {}

  /** Takes a request that is to be sent. */
  ask(request: RealRequest): void {
    this.unsent.push(request);
  }

  /** Sends what was asked for; everything before it is durable. */
  begin(): void {
    for (const request of this.unsent.splice(0)) {
      const { number, service } = request;
      if (this.world === undefined || !this.permitted.has(service)) {
        this.answers.push({ number, answer: refusal(service) });
        continue;
      }
      const sending = this.world.send(request);
      this.underWay.set(number, sending);
      void sending.answer.then((answer) => {
        if (!this.underWay.delete(number)) return;
        this.answers.push({ number, answer });
        this.nudge();
      });
    }
  }

  /** Hands over the answers that have come, and how long the others have taken so far. */
  deliver(inputs: Asked): void {
    for (const { number, answer } of this.answers.splice(0)) inputs.answerReal(number, answer);
    for (const [number, sending] of this.underWay) {
      inputs.realTimePassed(number, sending.elapsedNanos());
    }
  }

  /** Resolves when an answer has come, or when somebody nudges. */
  changed(): Promise<void> {
    if (this.answers.length > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** Something else has happened that whoever waits here is to look at. */
  nudge(): void {
    const { wake } = this;
    this.wake = undefined;
    wake?.();
  }

  /** Breaks off what is under way: what became of it is not known, and is recorded so. */
  end(inputs: Asked): void {
    this.unsent.length = 0;
    this.deliver(inputs);
    for (const [number, sending] of this.underWay) {
      const realNanos = sending.elapsedNanos();
      sending.cancel();
      const detail = 'the simulation was ended before the response came';
      inputs.answerReal(number, { kind: 'failed', failure: 'reset', detail, realNanos });
    }
    this.underWay.clear();
  }
}

function refusal(service: string): RealAnswer {
  const detail =
    `the recording has no answer to this request, and service ${service} may not be asked: ` +
    'the backstitch.json around the recording does not say that these hosts are real';
  return { kind: 'failed', failure: 'refused', detail, realNanos: 0n };
}
