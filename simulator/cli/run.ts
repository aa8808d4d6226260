/**
 * One run from its start to its end: asks a host to run, passes on what happens, and ends it when
 * it is over, when it waits for what never comes, or when the person has had enough.
 *
 * N1  Whatever way it ends, the recording is folded or can be recovered from its log.
 * N2  A guest that computes for ever cannot hold the command.
 */
import type {
  HostEvent,
  ProblemReport,
  SimulationSnapshot,
  SimulationState,
} from '../host/protocol.ts';
import { type Checked, codeOfChecked } from './checked.ts';
import { CommandError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import {
  CLIENT_FAILED,
  endingProblems,
  stuckProblem,
  type WaitingState,
  waitingProblem,
} from './ending-problems.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { ValueGiver } from './given-values.ts';
import { InputFeed } from './input-feed.ts';
import { type DebugListener, listenForDebuggers } from './node/debug-listener.ts';
import { describeError } from './node/describe-error.ts';
import { HostClient, HostProblemError } from './node/host-client.ts';
import type { LiveInput } from './node/live-input.ts';
import { recoverRecording } from './node/recover-recording.ts';
import type { RunArguments } from './run-arguments.ts';
import { RunJudge } from './run-judge.ts';
import { planRun, type RunPlan } from './run-plan.ts';
import type { RunReporter } from './run-reporter.ts';

/** How long a host may take to come to a stop in good order. */
const CLOSE_MS_MAX = 2000;
/** Silence below this is not looked at. */
const SILENCE_MS_MIN = 500;

/** What debuggers hear whose simulation is ended while they look at it. */
const ENDED: ProblemReport = {
  severity: 'warning',
  code: 'host-ended',
  message: 'The command that ran this simulation has ended.',
};

/** How the run that checks are asked about differs from the one that was seen. */
const FED_AT_ONCE = 'the checks are asked about a run that has the input from its beginning';
const UNANSWERED = 'the checks are asked about a run that nobody answers what was answered here';

type Ending =
  | { readonly kind: 'ended' }
  | { readonly kind: 'waiting'; readonly state: WaitingState }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'stuck'; readonly silentMs: number }
  | { readonly kind: 'failed'; readonly problem: ProblemReport };

export interface RunSetup {
  readonly arguments: RunArguments;
  readonly io: CommandIo;
  readonly reporter: RunReporter;
  readonly input: LiveInput;
  /** The bundle of the host's worker. */
  readonly script: string;
}

export class Run {
  private readonly client: HostClient;
  private readonly feed: InputFeed;
  private readonly judge: RunJudge;
  /** What is given when it waits. */
  private readonly giver: ValueGiver;
  private giving = false;
  private readonly ending: Promise<Ending>;
  private finish: (ending: Ending) => void = () => {};
  private interrupts = 0;
  /** The host has answered, so that it is known where our input goes. */
  private begun = false;
  private silenceMsMax = Number.POSITIVE_INFINITY;
  private state: SimulationState = { kind: 'running' };
  /** The last error that a host told of. */
  private problem: ProblemReport | undefined;
  private debuggers: DebugListener | undefined;
  private interrupted: () => void = () => {};
  private letDebug: () => void = () => {};
  /** The simulation is there, and can be debugged. */
  private readonly ready = new Promise<void>((resolve) => {
    this.letDebug = resolve;
  });

  constructor(private readonly setup: RunSetup) {
    this.ending = new Promise((resolve) => {
      this.finish = resolve;
    });
    this.client = new HostClient({
      script: setup.script,
      shortLived: true,
      onEvent: (event) => this.receive(event),
      onDeath: (problem) => this.finish({ kind: 'failed', problem }),
      silence: { milliseconds: SILENCE_MS_MIN, onSilence: (ms) => this.hearSilence(ms) },
    });
    this.judge = new RunJudge(setup.script);
    const { start, values } = setup.arguments;
    // A new run is given them at its start.
    this.giver = new ValueGiver(start.kind === 'resume' ? values : { promises: [], messages: [] });
    this.feed = new InputFeed({
      client: this.client,
      input: setup.input,
      stderr: setup.io.stderr,
      keeps: setup.arguments.checks !== undefined,
      onSettled: () => this.review(),
    });
  }

  /** The first asks for an end in good order; the second does not wait for it. */
  interrupt(): void {
    if (++this.interrupts > 1) process.exit(EXIT.interrupted);
    this.finish({ kind: 'interrupted' });
    this.judge.giveUp('interrupted', 'interrupted before the checks had answered.');
    this.interrupted();
  }

  async toEnd(): Promise<ExitCode> {
    const { reporter, input, io } = this.setup;
    const timer = this.armTimeout();
    try {
      const plan = await planRun(this.setup.arguments, input, io);
      await this.letDebuggersIn();
      this.start(plan);
      const ending = await this.ending;
      const exitCode = await this.conclude(ending, plan);
      if (ending.kind === 'ended') await this.debuggersGone();
      return exitCode;
    } catch (error) {
      const problem = error instanceof HostProblemError ? error.problem : describeError(error);
      const exitCode = error instanceof CommandError ? error.exitCode : exitCodeOf(problem.code);
      const nothing = { recording: undefined, snapshot: undefined, timeline: undefined };
      reporter.end({ exitCode, problems: [problem], ...nothing });
      return exitCode;
    } finally {
      clearTimeout(timer);
      this.debuggers?.stop();
      this.debuggers?.lose(ENDED);
      await this.client.terminate();
    }
  }

  private async letDebuggersIn(): Promise<void> {
    const { arguments: given, io, reporter } = this.setup;
    const { debugPort, debugWait } = given;
    if (debugPort === undefined) return;
    this.debuggers = await listenForDebuggers(debugPort, io.distFolder, this.client, {
      ready: this.ready,
      onIdle: (hasAttached) => {
        // Nobody else has it go on that was begun for a debugger; one may be there again.
        if (debugWait && hasAttached) this.client.request({ kind: 'continue' }).catch(() => {});
        this.review();
      },
      onNote: (text) => reporter.note(text),
    });
  }

  /** What has ended can be looked at for as long as somebody does. */
  private async debuggersGone(): Promise<void> {
    if (this.interrupts > 0) return;
    const interrupted = new Promise<void>((resolve) => {
      this.interrupted = resolve;
    });
    await Promise.race([this.debuggers?.idle(), interrupted]);
  }

  private armTimeout(): NodeJS.Timeout | undefined {
    const { timeoutMs } = this.setup.arguments;
    if (timeoutMs === undefined) return undefined;
    const after = `ended after ${timeoutMs / 1000} s of real time (--timeout)`;
    return setTimeout(() => {
      this.finish({ kind: 'timeout' });
      this.judge.giveUp('timeout', `${after}, before the checks had answered.`);
    }, timeoutMs);
  }

  private start(plan: RunPlan): void {
    this.client.request(plan.request).then(
      (snapshot) => {
        const executions = snapshot.executions.map(({ id }) => id);
        if (plan.live !== undefined) this.feed.begin(executions, plan.live.first);
        this.begun = true;
        this.letDebug();
        this.review();
      },
      (error: unknown) => {
        const problem = error instanceof HostProblemError ? error.problem : describeError(error);
        this.finish({ kind: 'failed', problem });
      },
    );
  }

  private receive(event: HostEvent): void {
    if (event.kind === 'state') {
      this.state = event.state;
      const { secondsBetweenEffects } = event;
      if (secondsBetweenEffects !== undefined) this.silenceMsMax = secondsBetweenEffects * 1000;
    }
    if (event.kind === 'problem' && event.problem.severity === 'error') {
      this.problem = event.problem;
    }
    if (event.kind === 'dap') this.debuggers?.hear(event);
    else this.setup.reporter.event(event);
    if (event.kind === 'state') this.review();
  }

  private hearSilence(silentMs: number): void {
    // Whoever debugs it sees for himself whether it computes for ever.
    if (this.debuggers?.isBusy === true) return;
    if (silentMs >= this.silenceMsMax) this.finish({ kind: 'stuck', silentMs });
  }

  /** Looks whether it is over, or whether anything can still come. */
  private review(): void {
    const { state } = this;
    if (!this.begun) return;
    if (state.kind === 'ended') this.finish({ kind: 'ended' });
    if (state.kind !== 'waiting' || this.feed.busy || this.giving) return;
    if (!this.giver.isDone) {
      this.give();
      return;
    }
    const { questions, promises } = state;
    const awaitsPerson = questions.length > 0 || promises.length > 0;
    const asks = this.setup.input.kind === 'terminal' && !this.setup.arguments.json;
    if (awaitsPerson && asks && !this.feed.over) this.feed.ask(questions, promises);
    else if (this.debuggers?.isBusy === true) return;
    else if (questions.length > 0 || !this.feed.open) this.finish({ kind: 'waiting', state });
  }

  private give(): void {
    this.giving = true;
    this.giver.give(this.client).then(
      () => {
        this.giving = false;
        this.review();
      },
      (error: unknown) => {
        const problem = error instanceof HostProblemError ? error.problem : describeError(error);
        this.finish({ kind: 'failed', problem });
      },
    );
  }

  private async conclude(ending: Ending, plan: RunPlan): Promise<ExitCode> {
    this.feed.stop();
    const alive = await this.settle(ending, plan);
    const snapshot = alive ? await this.client.request({ kind: 'snapshot' }) : undefined;
    const problems = await this.problemsOf(ending, plan, snapshot);
    const checked = await this.check(ending, plan);
    const exitCode = codeOfChecked(checked) ?? this.exitCodeFor(ending, snapshot);
    const timeline = alive ? await this.timeline() : undefined;
    const wasRecorded = ending.kind !== 'failed' || alive;
    const recording = wasRecorded ? plan.recording : undefined;
    this.setup.reporter.end({ exitCode, problems, snapshot, timeline, recording, checked });
    return exitCode;
  }

  /** Asks the checks about what was run; undefined when none are to be asked, or it was broken off. */
  private async check(ending: Ending, { request }: RunPlan): Promise<Checked | undefined> {
    const { checks } = this.setup.arguments;
    const isOver = ending.kind === 'ended' || ending.kind === 'waiting';
    if (checks === undefined || !isOver || request.kind !== 'run') return undefined;
    const { record: _record, ...run } = request.options;
    const { bytes, hasAnswers } = this.feed.given;
    const isOpen = run.target.stdin === 'open';
    if (isOpen) this.setup.reporter.note(FED_AT_ONCE);
    if (hasAnswers) this.setup.reporter.note(UNANSWERED);
    const target = isOpen ? { ...run.target, stdin: bytes } : run.target;
    return this.judge.ask({ ...checks, run: { ...run, target } });
  }

  /** Brings the host to a stop; false when it is gone. */
  private async settle(ending: Ending, plan: RunPlan): Promise<boolean> {
    if (ending.kind === 'ended') return true;
    if (ending.kind === 'failed') return false;
    // Before it has begun there is nothing to close, and it could still begin.
    if (this.begun && ending.kind !== 'stuck' && (await this.closes())) return true;
    await this.client.terminate();
    const warning = await recoverRecording(plan.recording, this.setup.io.distFolder);
    if (warning !== undefined) this.setup.reporter.problem(warning);
    return false;
  }

  private async closes(): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CLOSE_MS_MAX);
    });
    const closed = this.client.request({ kind: 'close' }).then(
      () => true,
      () => false,
    );
    const result = await Promise.race([closed, tooLate]);
    clearTimeout(timer);
    return result;
  }

  private async timeline(): Promise<string | undefined> {
    const { arguments: given, reporter } = this.setup;
    if (!given.timeline) return undefined;
    const { colors, unicode, width } = reporter.timelineStyle;
    const { all } = given;
    return this.client.request({ kind: 'timeline', colors, unicode, width, all, sources: true });
  }

  private async problemsOf(
    ending: Ending,
    plan: RunPlan,
    snapshot: SimulationSnapshot | undefined,
  ): Promise<readonly ProblemReport[]> {
    switch (ending.kind) {
      case 'failed':
        return [ending.problem];
      case 'timeout': {
        const ms = this.setup.arguments.timeoutMs ?? 0;
        const message = `ended after ${ms / 1000} s of real time (--timeout), before it was over.`;
        return [{ severity: 'error', code: 'timeout', message }];
      }
      case 'interrupted':
        return [{ severity: 'warning', code: 'interrupted', message: 'interrupted.' }];
      case 'stuck':
        return [
          await stuckProblem({
            plan,
            script: this.setup.script,
            silentMs: ending.silentMs,
            lastEffect: this.client.lastEffect,
          }),
        ];
      case 'waiting':
        return [await waitingProblem(this.client, ending.state, snapshot, plan.recording)];
      case 'ended':
        return endingProblems(this.client, snapshot, plan.recording);
    }
  }

  private exitCodeFor(ending: Ending, snapshot: SimulationSnapshot | undefined): ExitCode {
    switch (ending.kind) {
      case 'failed':
        // Whatever is in the way of the recording, it cannot be made.
        if (ending.problem.code === 'not-a-recording') return EXIT.cannotCreate;
        return exitCodeOf(ending.problem.code);
      case 'timeout':
      case 'stuck':
        return EXIT.timeout;
      case 'interrupted':
        return EXIT.interrupted;
      case 'waiting':
        return EXIT.waiting;
      case 'ended':
        return this.endedCode(snapshot);
    }
  }

  /** The first exit code that is not 0, in the order of the executions. */
  private endedCode(snapshot: SimulationSnapshot | undefined): ExitCode {
    for (const { status, exitCode, endedAt } of snapshot?.executions ?? []) {
      // The simulation could not go on, for a reason that a problem told.
      if (endedAt === undefined) return exitCodeOf(this.problem?.code ?? 'internal');
      if (status === 'diverged') return EXIT.software;
      if (exitCode === undefined) return EXIT.unavailable;
      // A shell sees the low eight bits; what failed is not to look like success.
      if (exitCode !== 0) return exitCode & 0xff || 1;
    }
    if ((snapshot?.clients?.failed ?? 0) > 0) return exitCodeOf(CLIENT_FAILED);
    // Such as a service that threw: the program went on, in a world that is not as it should be.
    return this.problem === undefined ? EXIT.ok : exitCodeOf(this.problem.code);
  }
}
