import { Emitter } from '../../../extension/model/emitter.ts';
import type { Host } from '../../../extension/simulations/host.ts';
import type {
  AnswerTo,
  HostEvent,
  HostRequest,
  ProblemReport,
} from '../../../simulator/host/protocol.ts';

type Answers = Partial<Record<HostRequest['kind'], (request: HostRequest) => unknown>>;

/** A host that answers by a table; what the table does not have is never answered. */
export class FakeHost implements Host {
  readonly asked: HostRequest[] = [];
  terminated = false;
  private readonly events = new Emitter<HostEvent>();
  private readonly deaths = new Emitter<ProblemReport>();
  readonly onEvent = this.events.event;
  readonly onDeath = this.deaths.event;
  readonly onSessionsGone = this.deaths.event;

  constructor(private readonly answers: Answers) {}

  request<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    this.asked.push(request);
    const answer = this.answers[request.kind];
    if (answer === undefined) return new Promise(() => {});
    return Promise.resolve().then(() => answer(request) as AnswerTo<R['kind']>);
  }

  emit(event: HostEvent): void {
    this.events.fire(event);
  }

  die(problem: ProblemReport): void {
    this.deaths.fire(problem);
  }

  terminate(): Promise<void> {
    this.terminated = true;
    return Promise.resolve();
  }

  kindsAsked(): readonly string[] {
    return this.asked.map(({ kind }) => kind);
  }
}
