/**
 * A live simulation that is driven in slices, so that requests are heard while it runs. It owns
 * the pace and the stops; what it drives is a SimulationRun.
 *
 * V1  Nothing is published before it is flushed to the recording.
 * V2  At most one drive is under way; others that want to go on join it.
 */
import type { OutcomeAnswer } from '../engine/http-exchange.ts';
import type { ShownOutput } from '../engine/journal-store.ts';
import type { Awaited, RunResult, UpcomingEffect } from '../engine/simulation.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { teeSinks } from '../journal/history.ts';
import type { InputRow } from '../journal/records.ts';
import type { Choice } from '../kernel/choices.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { ChangeFeed } from './change-feed.ts';
import type { HostEnvironment, HostRecording } from './host-environment.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { PartedRecording, PartLimits } from './parted-recording.ts';
import type { SimulationState } from './protocol.ts';
import type { RealPace } from './real-pace.ts';
import type { ServingFeed } from './serving-feed.ts';
import { type ServiceLoader, SimulationRun } from './simulation-run.ts';
import { effectText } from './text/effect-text.ts';
import { RealUpstreams } from './upstream-real.ts';

export interface LiveSetup {
  readonly loaded: LoadedSimulation;
  readonly plan: FaultPlan;
  readonly loadService: ServiceLoader;
  readonly recording: HostRecording | undefined;
  /** The same recording, where it may go on in another part. */
  readonly parts?: Pick<PartedRecording, 'watch' | 'limitParts' | 'endIfLong'>;
  readonly paceMs: number;
  readonly paused: boolean;
  /** Whether clients want to hear what changes. */
  readonly changes: boolean;
  readonly answer: OutcomeAnswer | undefined;
  readonly choices?: readonly Choice[];
  readonly inputs?: readonly InputRow[];
  /** Outputs of each execution that were shown before, and are not to be shown again. */
  readonly shown?: ReadonlyMap<string, number>;
  /** Its executions are started by clients, so it never ends by itself. */
  readonly serving?: ServingFeed;
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
  /** The real time that waits take; they take none without it. */
  readonly pace?: RealPace;
}

/** Where a drive stops: never, before the next effect, or as soon as possible. */
type StopMode = 'free' | 'next-effect' | 'now';

/** Effects between two flushes at most, so that views fill while a long run goes on. */
const EFFECTS_PER_PUBLISH = 2048;

/** How long outputs are gathered at most before they are shown, in real milliseconds. */
const OUTPUT_DELAY_MS_MAX = 20;

/** How often time is let go on while a real host takes its time, in real milliseconds. */
const REAL_SLICE_MS = 20;

const NOTHING_AWAITED: Awaited = { questions: [], promises: [] };

export class LiveSession {
  readonly run: SimulationRun;
  state: SimulationState = { kind: 'paused' };
  private mode: StopMode = 'free';
  /** The effect before which it stopped last; it is passed when going on. */
  private stoppedAt: UpcomingEffect | undefined;
  private outputs: ShownOutput[] = [];
  private readonly feed: ChangeFeed;
  private readonly upstreams: RealUpstreams;
  private readonly alreadyShown: Map<string, number>;
  private driving: Promise<void> | undefined;
  private untilPublish = EFFECTS_PER_PUBLISH;
  private publishedAt = Number.NEGATIVE_INFINITY;
  private reportedProblems = 0;
  private finished = false;

  constructor(
    private readonly environment: HostEnvironment,
    private readonly setup: LiveSetup,
  ) {
    this.feed = new ChangeFeed(setup.loaded);
    this.alreadyShown = new Map(setup.shown ?? []);
    this.upstreams = new RealUpstreams(environment.realWorld, setup.realServices);
    const { recording, choices, inputs, serving } = setup;
    const watchers = [
      ...(setup.changes ? [this.feed.sink] : []),
      ...(serving === undefined ? [] : [serving.sink]),
    ];
    this.run = new SimulationRun({
      loaded: setup.loaded,
      plan: setup.plan,
      loadService: setup.loadService,
      observer: {
        stopsBefore: (effect) => this.stopsBefore(effect),
        poll: () => environment.hasRequests(),
        onRealRequest: (request) => this.upstreams.ask(request),
        onOutput: (output) => {
          if (serving?.takeOutput(output) !== true) this.takeOutput(output);
        },
        ...(serving === undefined
          ? {}
          : {
              onResponse: (response) => serving.takeResponse(response),
              onTurn: (execution, entries) => environment.beat(execution, entries - 1),
            }),
      },
      ...(watchers.length === 0 ? {} : { watcher: teeSinks(watchers) }),
      ...(recording === undefined ? {} : { recording, readSource: environment.readSource }),
      ...(choices === undefined ? {} : { choices }),
      ...(inputs === undefined ? {} : { inputs }),
      ...(setup.pace === undefined ? {} : { pace: setup.pace }),
    });
    const { history, simulation } = this.run;
    setup.parts?.watch({ history, steps: () => simulation.agenda.steps });
    this.feed.watch(history);
  }

  /** Services whose real hosts may be asked. */
  get realServices(): ReadonlySet<string> {
    return this.setup.realServices;
  }

  /** Begins: runs on, unless it is to begin paused. */
  begin(): void {
    if (!this.setup.paused) {
      this.goOn('free');
      return;
    }
    this.goOn('next-effect');
  }

  goOn(mode: 'free' | 'next-effect'): void {
    this.mode = mode;
    this.driving ??= this.drive().finally(() => {
      this.driving = undefined;
    });
  }

  pause(): void {
    this.mode = 'now';
    // What comes in next is held, too: it may come when nobody is fast enough to pause.
    if (this.isIdle) this.setState({ kind: 'paused' });
    this.upstreams.nudge();
  }

  /** After an input: a simulation that waits goes on; one that a person paused stays paused. */
  wake(): void {
    if (this.state.kind === 'waiting') this.goOn('free');
    else this.publish();
    this.upstreams.nudge();
  }

  /** From now on its recording goes on in another part when one is that long. */
  limitParts(limits: PartLimits | undefined): void {
    this.setup.parts?.limitParts(limits);
  }

  /** Resolves when nothing drives it any more. */
  async settled(): Promise<void> {
    await this.driving;
  }

  /** Folds the recording; the simulation does not go on after this. */
  async finish(): Promise<void> {
    if (this.finished) return;
    this.finished = true;
    this.setup.pace?.cancel();
    this.upstreams.end(this.run.simulation.inputs);
    this.publish();
    await this.setup.recording?.close();
  }

  /** It serves, and nothing is under way. */
  private get isIdle(): boolean {
    const isResting = this.driving === undefined && this.state.kind === 'waiting';
    return this.setup.serving !== undefined && isResting && !this.finished;
  }

  private async drive(): Promise<void> {
    this.setup.pace?.cancel();
    this.setState({ kind: 'running' });
    for (;;) {
      this.upstreams.deliver(this.run.simulation.inputs);
      const result = this.run.simulation.run();
      this.publish();
      this.endLongPart();
      this.upstreams.begin();
      if (await this.rests(result)) return;
    }
  }

  /** What was published is in the part that ends, and what follows in the next. */
  private endLongPart(): void {
    const number = this.setup.parts?.endIfLong();
    if (number !== undefined) this.environment.emit({ kind: 'part', number });
  }

  /** Whether the drive is over; waits for the pace or for requests otherwise. */
  private async rests(result: RunResult): Promise<boolean> {
    switch (result.kind) {
      case 'ended':
        if (this.setup.serving !== undefined) return this.restsServing();
        await this.finish();
        this.setState({ kind: 'ended' });
        return true;
      case 'waiting':
        return this.restsWaiting(result);
      case 'paced':
        return this.restsPaced(result);
      case 'real':
        return this.restsReal();
      case 'stopped':
        return this.restsStopped(result.at);
    }
  }

  /** It waits for clients; whoever paused it or goes step by step holds the next one, too. */
  private restsServing(): boolean {
    if (this.mode === 'free') return this.restsWaiting(NOTHING_AWAITED);
    this.setState({ kind: 'paused' });
    return true;
  }

  /** It waits for real time to pass, and may be paused meanwhile. */
  private restsPaced(result: RunResult & { kind: 'paced' }): boolean {
    if (this.mode === 'now') {
      this.setState({ kind: 'paused' });
      return true;
    }
    this.setup.pace?.ringAt(result.dueAt, () =>
      this.goOn(this.mode === 'free' ? 'free' : 'next-effect'),
    );
    return this.restsWaiting(result);
  }

  private restsWaiting({ questions, promises }: Awaited): boolean {
    const { answer } = this.setup;
    if (answer !== undefined && questions.length > 0) {
      for (const { execution, seq } of questions) {
        this.run.simulation.inputs.answer(execution, seq, answer);
      }
      return false;
    }
    const views = questions.map(({ execution, seq }) => {
      const entry = this.run.history.entries(execution)[seq];
      return { execution, seq, call: entry === undefined ? '' : effectText(entry) };
    });
    const serving = this.setup.serving === undefined ? {} : { serving: true as const };
    this.setState({ kind: 'waiting', questions: views, promises, ...serving });
    return true;
  }

  /** A real host is being asked: time goes on with it, unless a person has paused. */
  private async restsReal(): Promise<boolean> {
    if (this.mode !== 'now') {
      const { environment, upstreams } = this;
      await Promise.race([upstreams.changed(), environment.sleep(REAL_SLICE_MS)]);
      environment.beat();
    }
    return this.mode === 'now' && this.restsStopped(undefined);
  }

  private async restsStopped(at: UpcomingEffect | undefined): Promise<boolean> {
    const paced = this.mode === 'free' && this.setup.paceMs > 0;
    if (at !== undefined && paced) await this.environment.sleep(this.setup.paceMs);
    else await this.environment.yieldToRequests();
    if (this.mode === 'free' || (this.mode === 'next-effect' && at === undefined)) return false;
    const place = at === undefined ? {} : { execution: at.execution, seq: at.seq };
    this.setState({ kind: 'paused', ...place });
    return true;
  }

  private stopsBefore(effect: UpcomingEffect): boolean {
    this.environment.beat(effect.execution, effect.seq);
    if (--this.untilPublish <= 0) this.publish();
    const stepwise = this.mode !== 'free' || this.setup.paceMs > 0;
    if (!stepwise) return false;
    const last = this.stoppedAt;
    if (
      last?.execution === effect.execution &&
      last.seq === effect.seq &&
      last.attempt === effect.attempt &&
      this.mode !== 'now'
    ) {
      return false;
    }
    this.stoppedAt = effect;
    return true;
  }

  private get secondsBetweenEffects(): number {
    const { workflows } = this.setup.loaded;
    return Math.max(...workflows.map(({ config }) => config.limits.secondsBetweenEffects));
  }

  /** A program may compute for long after it has printed, so outputs do not wait for that. */
  private takeOutput(output: ShownOutput): void {
    this.outputs.push(output);
    if (this.environment.now() - this.publishedAt >= OUTPUT_DELAY_MS_MAX) this.publish();
  }

  /** Makes everything durable, then tells the clients. */
  private publish(): void {
    this.untilPublish = EFFECTS_PER_PUBLISH;
    this.publishedAt = this.environment.now();
    this.setup.recording?.flush();
    for (const output of this.newOutputs()) this.environment.emit({ kind: 'output', ...output });
    const served = this.setup.serving?.publish(this.run.simulation, this.run.history);
    if (served !== undefined) this.environment.emit(served);
    const change = this.feed.take();
    if (change !== undefined) this.environment.emit(change);
    const { problems } = this.run.simulation.engine;
    for (; this.reportedProblems < problems.length; this.reportedProblems++) {
      const problem = this.environment.describe(problems[this.reportedProblems]);
      this.environment.emit({ kind: 'problem', problem });
    }
  }

  /** What is to be shown now, with outputs that follow one another joined. */
  private newOutputs(): ShownOutput[] {
    const { outputs } = this;
    this.outputs = [];
    const fresh = outputs.filter(({ execution }) => {
      const before = this.alreadyShown.get(execution) ?? 0;
      if (before > 0) this.alreadyShown.set(execution, before - 1);
      return before === 0;
    });
    const groups: ShownOutput[][] = [];
    for (const output of fresh) {
      const group = groups.at(-1);
      const [first] = group ?? [];
      const joins = first?.execution === output.execution && first.stream === output.stream;
      if (group !== undefined && joins) group.push(output);
      else groups.push([output]);
    }
    return groups.flatMap((group) => {
      const [first] = group;
      return first === undefined
        ? []
        : [{ ...first, bytes: concatBytes(group.map(({ bytes }) => bytes)) }];
    });
  }

  private setState(state: SimulationState): void {
    this.state = state;
    // A person who looks at something is not to miss what would have come meanwhile.
    if (state.kind === 'paused') this.setup.pace?.stop();
    else this.setup.pace?.goOn();
    const { now } = this.run.simulation.agenda;
    const { secondsBetweenEffects } = this;
    this.environment.emit({ kind: 'state', state, now, secondsBetweenEffects });
  }
}
