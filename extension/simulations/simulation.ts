/**
 * One simulation of the Executions view: its model, and the host that holds it while there is one.
 * A simulation that has ended may give up its host; its recording is opened again when something
 * is asked of it.
 *
 * S1  At most one host at a time.
 * S2  Cancelling ends within CANCEL_GRACE_MS, also when the program loops. What serves may finish
 *     what it answers; cancelling it again ends it at once.
 */
import type {
  AnswerTo,
  EffectDetails,
  HostEvent,
  HostRequest,
  ProblemReport,
  ServeOptions,
} from '../../simulator/host/protocol.ts';
import { type Disposable, Emitter } from '../model/emitter.ts';
import type { ListedSimulation } from '../model/execution-rows.ts';
import { type ModelChange, SimulationModel } from '../model/simulation-model.ts';
import { type Host, problemOf, refusal } from './host.ts';
import type { PortHost } from './serving-host.ts';

/** How long a program may take to notice that it is cancelled before its host is ended. */
const CANCEL_GRACE_MS = 300;
/** How long a host may take to fold its recording when it is let go. */
const CLOSE_GRACE_MS = 5_000;
/** The same for what serves, whose clients are answered first and whose recording may be long. */
const SERVING_CLOSE_GRACE_MS = 60_000;
/** Effects whose details are kept. */
const DETAILS_KEPT_MAX = 200;

export interface SimulationIdentity {
  readonly id: number;
  readonly title: string;
  readonly parent?: number;
  /** What a branch began as: the title without its faults. */
  readonly base?: string;
  /** Its programs are debugged: the debugger drives it. */
  readonly debugged?: boolean;
}

export interface SimulationNeeds {
  readonly startHost: () => Host;
  /** Frees a recording whose host was ended without letting it go. */
  readonly freeRecording: (recording: string) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
}

export type BeginRequest = Extract<HostRequest, { kind: 'run' | 'branch' | 'open' | 'resume' }>;

const WHOLE: ModelChange = { all: true, executions: new Set() };

export class Simulation implements ListedSimulation, Disposable {
  readonly id: number;
  readonly title: string;
  readonly base: string;
  readonly parent: number | undefined;
  readonly debugged: boolean;
  readonly model = new SimulationModel();
  private host: Host | undefined;
  private reopening: Promise<Host> | undefined;
  private cancelled = false;
  private attached = false;
  private readonly details = new Map<string, EffectDetails>();
  private readonly changes = new Emitter<ModelChange>();
  private readonly events = new Emitter<HostEvent>();

  readonly onChange = this.changes.event;
  readonly onEvent = this.events.event;

  constructor(
    identity: SimulationIdentity,
    private readonly needs: SimulationNeeds,
  ) {
    this.id = identity.id;
    this.title = identity.title;
    this.base = identity.base ?? identity.title;
    this.parent = identity.parent;
    this.debugged = identity.debugged ?? false;
  }

  /** The debugger drives it: it began it, or has attached to it. */
  get isDriven(): boolean {
    return this.debugged || this.attached;
  }

  get hasHost(): boolean {
    return this.host !== undefined;
  }

  get wasCancelled(): boolean {
    return this.cancelled;
  }

  /**
   * Starts a host and has it begin; resolves when it has begun. Throws HostProblemError when that
   * cannot be done.
   */
  async begin(request: BeginRequest): Promise<void> {
    const host = this.needs.startHost();
    // Known before the host tells, which a program that loops at once keeps from answering.
    this.model.recording = recordingOf(request);
    const running = this.firstState();
    this.adopt(host);
    const answered = host.request(request).then((snapshot) => {
      this.model.applySnapshot(snapshot);
      this.changes.fire(WHOLE);
    });
    try {
      await Promise.race([answered, running]);
    } catch (error) {
      this.model.fail(this.cancelled ? CANCELLED : problemOf(error));
      this.changes.fire(WHOLE);
      await this.letGo();
      throw error;
    }
    // What goes wrong from here on is told by the host's events, or by its death.
    answered.catch(() => {});
  }

  /**
   * Has a host serve; resolves when its port is open. Throws HostProblemError when that cannot be
   * done.
   */
  async serve(host: PortHost, options: ServeOptions): Promise<void> {
    this.model.recording = options.record;
    this.adopt(host);
    try {
      await host.request({ kind: 'serve', options });
      this.model.address = host.address;
      this.model.applySnapshot(await host.request({ kind: 'snapshot' }));
      this.changes.fire(WHOLE);
    } catch (error) {
      this.model.fail(this.cancelled ? CANCELLED : problemOf(error));
      this.changes.fire(WHOLE);
      await this.letGo();
      throw error;
    }
  }

  /** Takes over a host that somebody else has started and drives. */
  adopt(host: Host): void {
    this.host = host;
    host.onEvent((event) => {
      if (this.host === host) this.receive(event);
    });
    host.onDeath((problem) => {
      if (this.host === host) this.lostHost(problem);
    });
  }

  /** Asks the host, opening the recording again when there is none. */
  async request<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    const host = this.host ?? (await this.reopen());
    return host.request(request);
  }

  /** Only for what makes no sense without the running program. */
  async requestLive<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    if (this.host === undefined || !this.model.isLive) {
      throw refusal('not-live', `${this.title} has ended. Run it again, or branch from it.`);
    }
    return this.host.request(request);
  }

  async effect(execution: string, seq: number): Promise<EffectDetails> {
    const key = `${execution}/${seq}`;
    const summary = this.model.executions.get(execution)?.window.at(seq);
    const kept = this.details.get(key);
    if (kept !== undefined && (summary === undefined || kept.state === summary.state)) return kept;
    const details = await this.request({ kind: 'effect', execution, seq });
    this.details.delete(key);
    this.details.set(key, details);
    for (const oldest of this.details.keys()) {
      if (this.details.size <= DETAILS_KEPT_MAX) break;
      this.details.delete(oldest);
    }
    this.changes.fire({ all: false, executions: new Set([execution]) });
    return details;
  }

  /** Details that somebody has asked for before. */
  knownEffect(execution: string, seq: number): EffectDetails | undefined {
    return this.details.get(`${execution}/${seq}`);
  }

  /** Fetches more effects of an execution for showing; the first ones when none are held. */
  async loadEffects(execution: string, direction: 'earlier' | 'later'): Promise<void> {
    const found = this.model.executions.get(execution);
    const page = found?.window.pageRequest(direction, found.summary.effects);
    if (found === undefined || page === undefined) return;
    const effects = await this.request({ kind: 'effects', execution, ...page });
    found.window.addPage(effects, found.summary.effects);
    this.changes.fire({ all: false, executions: new Set([execution]) });
  }

  /** Ends what runs: politely, and when nobody listens, at once. */
  async cancel(): Promise<void> {
    const { host } = this;
    if (host === undefined || !this.model.isLive) return;
    if (this.model.address !== undefined) {
      await this.stopServing(host);
      return;
    }
    this.cancelled = true;
    const begun = this.model.phase.kind !== 'starting';
    const asked = begun
      ? host.request({ kind: 'cancel' }).then(
          () => true,
          () => false,
        )
      : Promise.resolve(false);
    const heard = await Promise.race([asked, this.needs.wait(CANCEL_GRACE_MS).then(() => false)]);
    if (heard && (await this.hasEndedWithin(CANCEL_GRACE_MS))) return;
    if (!this.model.isLive) return;
    this.model.stop('cancelled');
    await this.drop(host);
    this.changes.fire(WHOLE);
  }

  /** Ends a running simulation where it is, keeping its recording as it is now. */
  async stopHere(): Promise<void> {
    const { host } = this;
    if (host === undefined) return;
    if (this.model.address !== undefined) await this.stopServing(host);
    else await this.letGo();
    this.model.stop('stopped');
    this.changes.fire(WHOLE);
  }

  /** Closes the port and folds the recording; the host goes on until its clients are answered. */
  private async stopServing(host: Host): Promise<void> {
    if (!this.model.isStopping) {
      this.model.isStopping = true;
      this.changes.fire(WHOLE);
      const closed = host.request({ kind: 'close' }).catch(() => null);
      await Promise.race([closed, this.needs.wait(SERVING_CLOSE_GRACE_MS)]);
      // Ended meanwhile by cancelling it again, and its recording may be somebody else's now.
      if (this.host !== host) return;
    }
    this.model.stop('stopped');
    await this.drop(host);
    this.changes.fire(WHOLE);
  }

  /** Learns what its host holds, where somebody else has had it begin. */
  async refresh(): Promise<void> {
    try {
      const snapshot = await this.host?.request({ kind: 'snapshot' });
      if (snapshot === undefined) return;
      this.model.applySnapshot(snapshot);
      this.changes.fire(WHOLE);
    } catch {
      // It holds nothing yet, or nothing any more; its events tell the rest.
    }
  }

  /**
   * Its host, for a debug session that drives it until `detachDebugger`. Throws HostProblemError when
   * it has ended, or another session drives it.
   */
  attachDebugger(): Host {
    const { host, title } = this;
    if (host === undefined || !this.model.isLive) {
      throw refusal('not-live', `${title} has ended. Debug its recording.`);
    }
    if (this.isDriven) {
      throw refusal('debugged', `${title} is being debugged already. End that session first.`);
    }
    this.attached = true;
    this.changes.fire(WHOLE);
    return host;
  }

  detachDebugger(): void {
    this.attached = false;
    this.changes.fire(WHOLE);
  }

  /** Resolves at the end of the simulation, with its recording. */
  async ended(): Promise<string | undefined> {
    while (this.model.isLive) {
      await new Promise<void>((resolve) => {
        const listening = this.changes.event(() => {
          listening.dispose();
          resolve();
        });
      });
    }
    return this.model.recording;
  }

  /** Gives up the host: it folds its recording and ends. */
  async letGo(): Promise<void> {
    const { host } = this;
    if (host === undefined) return;
    this.host = undefined;
    const closed = host.request({ kind: 'close' }).catch(() => null);
    await Promise.race([closed, this.needs.wait(CLOSE_GRACE_MS)]);
    await this.drop(host);
  }

  dispose(): void {
    const { host } = this;
    this.changes.dispose();
    this.events.dispose();
    if (host !== undefined) void this.drop(host);
  }

  /** Resolves when the simulation has a state of its own. */
  private firstState(): Promise<void> {
    return new Promise((resolve) => {
      const listening = this.events.event((event) => {
        if (event.kind !== 'state') return;
        listening.dispose();
        resolve();
      });
    });
  }

  private async drop(host: Host): Promise<void> {
    if (this.host === host) this.host = undefined;
    await host.terminate();
    if (this.model.recording !== undefined) this.needs.freeRecording(this.model.recording);
  }

  private async hasEndedWithin(milliseconds: number): Promise<boolean> {
    if (!this.model.isLive) return true;
    let listening: Disposable | undefined;
    const ended = new Promise<boolean>((resolve) => {
      listening = this.changes.event(() => {
        if (!this.model.isLive) resolve(true);
      });
    });
    const outcome = await Promise.race([ended, this.needs.wait(milliseconds).then(() => false)]);
    listening?.dispose();
    return outcome;
  }

  private reopen(): Promise<Host> {
    const { recording } = this.model;
    if (recording === undefined) {
      const why = `${this.title} has ended, and was not recorded. Run it again.`;
      return Promise.reject(refusal('not-recorded', why));
    }
    this.reopening ??= this.open(recording).finally(() => {
      this.reopening = undefined;
    });
    return this.reopening;
  }

  private async open(recording: string): Promise<Host> {
    const host = this.needs.startHost();
    try {
      this.model.applySnapshot(await host.request({ kind: 'open', recording }));
    } catch (error) {
      await host.terminate();
      throw error;
    }
    this.adopt(host);
    this.changes.fire(WHOLE);
    return host;
  }

  private receive(event: HostEvent): void {
    const change = this.model.applyEvent(event);
    this.events.fire(event);
    if (change !== undefined) this.changes.fire(change);
  }

  private lostHost(death: ProblemReport): void {
    this.host = undefined;
    if (this.model.recording !== undefined) this.needs.freeRecording(this.model.recording);
    if (!this.model.isLive) return;
    // While it begins, whoever began it is told by the failure of that request.
    const begun = this.model.phase.kind !== 'starting';
    this.model.fail(death);
    if (begun) this.events.fire({ kind: 'problem', problem: death });
    this.changes.fire(WHOLE);
  }
}

/** Where a simulation is recorded that begins so. */
function recordingOf(request: BeginRequest): string | undefined {
  return 'options' in request ? request.options.record : request.recording;
}

const CANCELLED: ProblemReport = {
  severity: 'warning',
  code: 'cancelled',
  message: 'Cancelled before it had begun.',
};
