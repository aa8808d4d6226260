/**
 * A server from its start to its end: a port in front of a host, until a person has had enough or
 * it cannot go on.
 *
 * N1  Whatever way it ends, the recording is folded or can be recovered from its log.
 */
import type { HostEvent, ProblemReport, ServingStart } from '../host/protocol.ts';
import { partPath } from '../host/recording-part.ts';
import { promiseWaitText } from '../host/text/promise-text.ts';
import { CommandError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { ControlServer } from './node/control-server.ts';
import { type DebugListener, listenForDebuggers } from './node/debug-listener.ts';
import { describeError } from './node/describe-error.ts';
import { HostProblemError } from './node/host-client.ts';
import { moveRecording } from './node/move-recording.ts';
import { PREFIX } from './node/outside-requests.ts';
import { findTarget } from './node/read-workspace.ts';
import { recoverRecording } from './node/recover-recording.ts';
import { NoPortError, ServingPort, STOP_GRACE_MS } from './node/serving-port.ts';
import { recordingOf, requireFile } from './run-plan.ts';
import type { ServeArguments } from './serve-arguments.ts';
import type { ServeReporter } from './serve-reporter.ts';
import { ServingClient } from './serving-client.ts';

/** What debuggers hear that are connected at the end. */
const ENDED: ProblemReport = {
  severity: 'warning',
  code: 'host-ended',
  message: 'The server that ran this simulation has ended.',
};

type Ending =
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'failed'; readonly problem: ProblemReport };

export interface ServeSetup {
  readonly arguments: ServeArguments;
  readonly io: CommandIo;
  readonly reporter: ServeReporter;
  /** The bundle of the host's worker. */
  readonly script: string;
}

export class Serve {
  private readonly ending: Promise<Ending>;
  private finish: (ending: Ending) => void = () => {};
  private interrupts = 0;
  /** Promises that are waited for, as was said. */
  private toldPromises: ReadonlySet<string> = new Set();
  private control: ControlServer | undefined;
  private debuggers: DebugListener | undefined;
  /** Below which promises are kept; undefined where nothing but bytes comes in. */
  private keepsAt: string | undefined;

  constructor(private readonly setup: ServeSetup) {
    this.ending = new Promise((resolve) => {
      this.finish = resolve;
    });
  }

  /** The first lets what is in flight finish; the second does not wait for it. */
  interrupt(): void {
    if (++this.interrupts > 1) process.exit(EXIT.interrupted);
    this.finish({ kind: 'interrupted' });
  }

  async toEnd(): Promise<ExitCode> {
    const { reporter } = this.setup;
    let serving: ServingClient | undefined;
    try {
      const record = await this.recording();
      serving = this.client(record);
      const start = await serving.begin();
      const control = await this.openControl(serving);
      await this.letDebuggersIn(serving);
      const port = await this.open(start, serving);
      reporter.listening({ address: port.address, control, start, recording: record });
      this.keepsAt = control ?? (start.handler === 'http' ? PREFIX : undefined);
      return await this.conclude(await this.ending, port, serving);
    } catch (error) {
      this.control?.stop();
      this.debuggers?.stop();
      await serving?.close();
      const problem = error instanceof HostProblemError ? error.problem : describeError(error);
      const exitCode = error instanceof CommandError ? error.exitCode : exitCodeOf(problem.code);
      reporter.problem(problem);
      reporter.end(exitCode, undefined);
      return exitCode;
    } finally {
      this.debuggers?.lose(ENDED);
    }
  }

  private async recording(): Promise<string> {
    const { arguments: given, io } = this.setup;
    const { faults } = given.options;
    if (faults !== undefined && faults !== 'none') await requireFile(faults, '--faults');
    const target = await findTarget(given.target, io.folder);
    return given.record ?? recordingOf(target, io.folder);
  }

  private client(record: string): ServingClient {
    const { arguments: given, script, reporter } = this.setup;
    return new ServingClient({
      script,
      options: {
        ...given.options,
        target: {
          path: given.target,
          env: given.env,
          mounts: given.mounts,
          ...(given.programArgs === undefined ? {} : { args: given.programArgs }),
        },
        record,
        changes: false,
      },
      onEvent: (event) => this.receive(event, record),
      onReplaced: (reason) => {
        reporter.problem(reason);
        this.debuggers?.lose(reason);
      },
      onFailure: (problem) => this.finish({ kind: 'failed', problem }),
    });
  }

  private receive(event: HostEvent, record: string): void {
    const { reporter } = this.setup;
    if (event.kind === 'dap') this.debuggers?.hear(event);
    if (event.kind === 'output') reporter.output(event);
    if (event.kind === 'problem') reporter.problem(event.problem);
    if (event.kind === 'progress') reporter.progress(event.message);
    if (event.kind === 'part') reporter.part(partPath(record, event.number));
    if (event.kind !== 'state' || event.state.kind !== 'waiting') return;
    for (const { execution, call } of event.state.questions) reporter.question(execution, call);
    this.tellPromises(event.state.promises);
  }

  /** Says once of each promise that it is waited for. */
  private tellPromises(promises: readonly string[]): void {
    for (const promise of promises.filter((one) => !this.toldPromises.has(one))) {
      const { keepsAt } = this;
      const how =
        keepsAt === undefined
          ? 'it can be kept where there is a --control-port'
          : `PUT ${keepsAt}promises/${encodeURI(promise)} keeps it`;
      this.setup.reporter.note(`${promiseWaitText(promise)}; ${how}`);
    }
    this.toldPromises = new Set(promises);
  }

  /** Opens the port for promises and messages, if there is to be one, and gives its address. */
  private async openControl(serving: ServingClient): Promise<string | undefined> {
    const { arguments: given, reporter } = this.setup;
    const { controlPort, limits } = given;
    if (controlPort === undefined) return undefined;
    const { maxBodyBytes } = limits;
    const onNote = reporter.note.bind(reporter);
    this.control = new ControlServer({ serving, maxBodyBytes, onNote });
    return orUnavailable(this.control.listen(controlPort), '--control-port');
  }

  private async letDebuggersIn(serving: ServingClient): Promise<void> {
    const { arguments: given, io, reporter } = this.setup;
    if (given.debugPort === undefined) return;
    const host = { request: serving.ask.bind(serving) };
    this.debuggers = await listenForDebuggers(given.debugPort, io.distFolder, host, {
      ready: Promise.resolve(),
      onIdle: () => {},
      onNote: (text) => reporter.note(text),
    });
  }

  private async open(start: ServingStart, serving: ServingClient): Promise<ServingPort> {
    const { arguments: given, reporter } = this.setup;
    const opening = ServingPort.open(start, {
      ...given.listen,
      limits: given.limits,
      serving,
      onServed: reporter.served.bind(reporter),
      onNote: reporter.note.bind(reporter),
    });
    return orUnavailable(opening, '--port');
  }

  private async conclude(
    ending: Ending,
    port: ServingPort,
    serving: ServingClient,
  ): Promise<ExitCode> {
    const { reporter, io } = this.setup;
    if (ending.kind === 'failed') reporter.problem(ending.problem);
    else if (port.inFlight > 0) reporter.note(`stopping, with ${port.inFlight} in flight`);
    this.control?.stop();
    this.debuggers?.stop();
    const cut = await port.stop(ending.kind === 'failed' ? 0 : STOP_GRACE_MS);
    if (cut > 0) reporter.note(`${cut} were not answered`);
    if (!(await serving.close())) {
      const warning = await recoverRecording(serving.recording, io.distFolder);
      if (warning !== undefined) reporter.problem(warning);
    }
    const { record } = serving;
    moveRecording(serving.recording, record);
    const exitCode =
      ending.kind === 'failed'
        ? exitCodeOf(ending.problem.code)
        : cut > 0
          ? EXIT.interrupted
          : EXIT.ok;
    reporter.end(exitCode, record);
    return exitCode;
  }
}

/** What opening a port comes to; throws CommandError, which says what to do. */
async function orUnavailable<T>(opening: Promise<T>, option: string): Promise<T> {
  try {
    return await opening;
  } catch (cause) {
    if (!(cause instanceof NoPortError)) throw cause;
    const message = `${cause.message}; choose another with ${option}, or ${option} 0.`;
    throw new CommandError(EXIT.unavailable, 'no-port', message, { cause });
  }
}
