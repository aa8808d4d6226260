/**
 * A live simulation that is driven in slices, so that requests are heard while it runs. It owns
 * the pace and the stops; what it drives is a SimulationRun.
 *
 * V1  Nothing is published before it is flushed to the recording.
 * V2  At most one drive is under way; others that want to go on join it.
 * V3  While it is lent, whoever has it drives it instead.
 */
import type { ShownOutput } from '../engine/journal-store.ts';
import type { Awaited, RunResult, UpcomingEffect } from '../engine/simulation.ts';
import { teeSinks } from '../journal/history.ts';
import { ChangeFeed } from './change-feed.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LiveSetup } from './live-setup.ts';
import { type AfterLoan, type Borrower, Loan } from './loan.ts';
import { OutputFeed } from './output-feed.ts';
import type { PartLimits } from './parted-recording.ts';
import type { SimulationState } from './protocol.ts';
import { SimulationRun } from './simulation-run.ts';
import { RealUpstreams } from './upstream-real.ts';
import { NOTHING_AWAITED, waitingState } from './waiting-state.ts';

/** Where a drive stops: never, before the next effect, or as soon as possible. */
type StopMode = 'free' | 'next-effect' | 'now';

/** Effects between two flushes at most, so that views fill while a long run goes on. */
const EFFECTS_PER_PUBLISH = 2048;

/** How long outputs are gathered at most before they are shown, in real milliseconds. */
const OUTPUT_DELAY_MS_MAX = 20;

/** How often time is let go on while a real host takes its time, in real milliseconds. */
const REAL_SLICE_MS = 20;

export class LiveSession {
  readonly run: SimulationRun;
  state: SimulationState = { kind: 'paused' };
  private mode: StopMode = 'free';
  /** The effect before which it stopped last; it is passed when going on. */
  private stoppedAt: UpcomingEffect | undefined;
  private readonly outputs: OutputFeed;
  private readonly feed: ChangeFeed;
  private readonly upstreams: RealUpstreams;
  private driving: Promise<void> | undefined;
  private untilPublish = EFFECTS_PER_PUBLISH;
  private publishedAt = Number.NEGATIVE_INFINITY;
  private reportedProblems = 0;
  private finished = false;
  /** Set while it is lent. */
  loan: Loan | undefined;
  private resolveOver: () => void = () => {};
  private rejectOver: (error: unknown) => void = () => {};
  /** Resolves when it has ended and its recording is folded; rejects when it cannot go on. */
  readonly over = new Promise<void>((resolve, reject) => {
    this.resolveOver = resolve;
    this.rejectOver = reject;
  });

  constructor(
    private readonly environment: HostEnvironment,
    private readonly setup: LiveSetup,
  ) {
    this.feed = new ChangeFeed(setup.loaded);
    this.outputs = new OutputFeed(setup.shown);
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
        stopsWithin: (computing) => this.loan?.driver?.stopsWithin?.(computing) === true,
        poll: () => this.loan?.driver?.poll?.() ?? environment.hasRequests(),
        onEnded: (execution) => this.loan?.driver?.onEnded?.(execution),
        onRealRequest: (request) => this.upstreams.ask(request),
        onOutput: (output) => {
          if (serving?.takeOutput(output) !== true) this.takeOutput(output);
          this.loan?.driver?.onOutput?.(output);
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
    // Those whom it concerns hear of it where they wait.
    this.over.catch(() => {});
  }

  /** Services whose real hosts may be asked. */
  get realServices(): ReadonlySet<string> {
    return this.setup.realServices;
  }

  /** Begins: runs on, unless it is to begin paused. */
  begin(): void {
    this.goOn(this.setup.paused ? 'next-effect' : 'free');
  }

  goOn(mode: 'free' | 'next-effect'): void {
    this.mode = mode;
    if (this.driving !== undefined || this.loan !== undefined) return;
    this.driving = this.drive().finally(() => {
      this.driving = undefined;
    });
    this.driving.catch(this.rejectOver);
  }

  pause(): void {
    this.mode = 'now';
    // What comes in next is held, too: it may come when nobody is fast enough to pause.
    if (this.isIdle) this.setState({ kind: 'paused' });
    this.upstreams.nudge();
  }

  /** After an input: a simulation that waits goes on; one that a person paused stays paused. */
  wake(): void {
    if (this.loan !== undefined) {
      this.publish();
      this.loan.nudge();
      return;
    }
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

  /**
   * Lends it to somebody who drives it, from where it pauses. Throws HostRequestError when it has
   * ended or is lent already.
   */
  async lend(borrower: Borrower): Promise<Loan> {
    if (this.loan !== undefined) {
      throw new HostRequestError('a debug session drives this simulation already; end that first');
    }
    const wentOn = this.mode === 'free';
    this.pause();
    const { setup, run, upstreams, realServices } = this;
    const loan = new Loan(
      {
        ...{ run, upstreams, realServices, pace: setup.pace },
        isServing: setup.serving !== undefined,
        publish: () => {
          this.publish();
          this.endLongPart();
        },
        turn: (state) => this.turn(state),
        settles: (awaited) => this.settles(awaited),
        takeBack: (after) => this.takeBack(after, wentOn),
      },
      borrower,
    );
    this.loan = loan;
    try {
      await this.driving;
      if (this.state.kind === 'ended') {
        throw new HostRequestError('the simulation has ended; debug its recording');
      }
    } catch (error) {
      this.loan = undefined;
      throw error;
    }
    return loan;
  }

  /** Everything in it has been cancelled, which is itself something that happens. */
  runToEnd(): void {
    if (this.loan === undefined) {
      this.goOn('free');
      return;
    }
    this.wake();
    this.loan.borrower.onCancel();
  }

  /** What whoever has borrowed it is at. */
  private turn(state: SimulationState): void {
    if (state.kind === 'ended') this.end().catch(this.rejectOver);
    else this.setState(state);
  }

  private async takeBack(after: AfterLoan, wentOn: boolean): Promise<void> {
    this.loan = undefined;
    if (this.finished) return;
    // What serves is ended where its port is.
    if (after === 'ended' && this.setup.serving === undefined) await this.end();
    else if (after === 'running' || (after !== 'paused' && wentOn)) this.goOnSoon();
    else this.standStill();
  }

  /** Nobody drives it; what serves and is idle holds the next client, too. */
  private standStill(): void {
    const isPaused = this.isIdle || this.state.kind === 'running';
    this.setState(isPaused ? { kind: 'paused' } : this.state);
  }

  /** Whoever gave it back is answered first; somebody may have paused or borrowed it by then. */
  private goOnSoon(): void {
    this.mode = 'free';
    void this.environment.yieldToRequests().then(() => {
      if (this.mode === 'free') this.goOn('free');
      else if (this.mode === 'now' && this.isLeft) this.standStill();
    });
  }

  private get isLeft(): boolean {
    return this.driving === undefined && this.loan === undefined && !this.finished;
  }

  private async end(): Promise<void> {
    await this.finish();
    this.setState({ kind: 'ended' });
    this.resolveOver();
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
    return this.setup.serving !== undefined && this.isLeft && this.state.kind === 'waiting';
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
        await this.end();
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
    if (this.settles({ questions, promises })) return false;
    const isServing = this.setup.serving !== undefined;
    this.setState(waitingState(this.run.history, { questions, promises }, isServing));
    return true;
  }

  /** Answers what executions ask, where that was settled beforehand; whether it did. */
  private settles({ questions }: Awaited): boolean {
    const { answer } = this.setup;
    if (answer === undefined) return false;
    const { inputs } = this.run.simulation;
    for (const { execution, seq } of questions) inputs.answer(execution, seq, answer);
    return questions.length > 0;
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
    const { driver } = this.loan ?? {};
    if (driver !== undefined) {
      const stops = driver.stopsBefore?.(effect) === true;
      if (stops) this.stoppedAt = effect;
      return stops;
    }
    this.environment.beat(effect.execution, effect.seq);
    if (--this.untilPublish <= 0) this.publish();
    if (this.mode === 'free' && this.setup.paceMs === 0) return false;
    const last = this.stoppedAt;
    const { execution, seq, attempt } = effect;
    const isPassed = last?.execution === execution && last.seq === seq && last.attempt === attempt;
    if (isPassed && this.mode !== 'now') return false;
    this.stoppedAt = effect;
    return true;
  }

  /** A program may compute for long after it has printed, so outputs do not wait for that. */
  private takeOutput(output: ShownOutput): void {
    this.outputs.take(output);
    if (this.environment.now() - this.publishedAt >= OUTPUT_DELAY_MS_MAX) this.publish();
  }

  /** Makes everything durable, then tells the clients. */
  private publish(): void {
    this.untilPublish = EFFECTS_PER_PUBLISH;
    this.publishedAt = this.environment.now();
    this.setup.recording?.flush();
    for (const output of this.outputs.fresh()) this.environment.emit({ kind: 'output', ...output });
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

  private setState(state: SimulationState): void {
    this.state = state;
    // A person who looks at something is not to miss what would have come meanwhile.
    if (state.kind === 'paused') this.setup.pace?.stop();
    else this.setup.pace?.goOn();
    const { now } = this.run.simulation.agenda;
    const limits = this.setup.loaded.workflows.map(({ config }) => config.limits);
    const secondsBetweenEffects = Math.max(...limits.map((each) => each.secondsBetweenEffects));
    this.environment.emit({ kind: 'state', state, now, secondsBetweenEffects });
  }
}
