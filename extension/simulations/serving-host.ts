/**
 * A host that serves, with its real port in this process: for its simulation a host like another.
 * The port, and the client that replaces a worker which is lost, are those of the command line.
 *
 * H1  Whatever way it ends, its port is closed first, and its recording is folded or can be
 *     recovered from its log.
 */
import { HostProblemError } from '../../simulator/cli/node/host-client.ts';
import { moveRecording } from '../../simulator/cli/node/move-recording.ts';
import { NoPortError, ServingPort, STOP_GRACE_MS } from '../../simulator/cli/node/serving-port.ts';
import { PART_LIMITS_DEFAULT, SERVE_LIMITS_DEFAULT } from '../../simulator/cli/serve-limits.ts';
import { ServingClient } from '../../simulator/cli/serving-client.ts';
import type {
  AnswerTo,
  HostEvent,
  HostRequest,
  ProblemReport,
  ServeOptions,
  ServingStart,
} from '../../simulator/host/protocol.ts';
import { Emitter } from '../model/emitter.ts';
import { ENDED, type Host, refusal } from './host.ts';

export interface ServingHostOptions {
  /** The bundle of the host's worker, absolute. */
  readonly script: string;
  /** Of this machine only; 0 takes any that is free. */
  readonly port: number;
  /** What the port says about its clients, for the log. */
  readonly onNote: (text: string) => void;
}

/** A host whose program answers at a real address, once it has been asked to `serve`. */
export interface PortHost extends Host {
  /** Such as `http://127.0.0.1:8080/`; undefined before the port is open. */
  readonly address: string | undefined;
}

const ADDRESS = '127.0.0.1';
/** A person may pause the program for long before it answers; clients have timeouts of their own. */
const LIMITS = { ...SERVE_LIMITS_DEFAULT, responseMs: 60 * 60 * 1000 };

export class ServingHost implements PortHost {
  private readonly events = new Emitter<HostEvent>();
  private readonly deaths = new Emitter<ProblemReport>();
  private readonly ends = new Emitter<ProblemReport>();
  private serving: ServingClient | undefined;
  private port: ServingPort | undefined;
  private closing: Promise<null> | undefined;
  private terminated = false;

  readonly onEvent = this.events.event;
  readonly onDeath = this.deaths.event;
  readonly onSessionsGone = this.ends.event;

  constructor(private readonly options: ServingHostOptions) {}

  get address(): string | undefined {
    return this.port?.address;
  }

  async request<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    return (await this.handle(request)) as AnswerTo<R['kind']>;
  }

  async terminate(): Promise<void> {
    this.terminated = true;
    await Promise.all([this.port?.stop(0), this.serving?.terminate()]);
    this.ends.fire(ENDED);
  }

  private handle(request: HostRequest): Promise<unknown> {
    switch (request.kind) {
      case 'serve':
        return this.serve(request.options);
      case 'close':
        this.closing ??= this.close(STOP_GRACE_MS);
        return this.closing;
      case 'run':
      case 'resume':
      case 'branch':
      case 'serve-again':
      case 'deliver':
        return Promise.reject(refusal('serving', `This host serves; it cannot ${request.kind}.`));
      default:
        return this.client().ask(request);
    }
  }

  /** Throws HostProblemError when the program cannot be served, or the port not be had. */
  private async serve(options: ServeOptions): Promise<ServingStart> {
    const { record, parts = PART_LIMITS_DEFAULT } = options;
    if (record === undefined) throw refusal('not-recorded', 'What is served has to be recorded.');
    const serving = new ServingClient({
      script: this.options.script,
      options: { ...options, record, parts },
      onEvent: (event) => this.forward(event),
      onReplaced: (problem) => {
        this.events.fire({ kind: 'problem', problem });
        this.ends.fire(problem);
      },
      onFailure: (problem) => void this.fail(problem),
    });
    this.serving = serving;
    const start = await serving.begin();
    const port = await this.open(start, serving);
    if (this.terminated) await port.stop(0);
    this.port = port;
    return start;
  }

  private async open(start: ServingStart, serving: ServingClient): Promise<ServingPort> {
    const { port, onNote } = this.options;
    try {
      return await ServingPort.open(start, {
        host: ADDRESS,
        port,
        limits: LIMITS,
        serving,
        onServed: ({ what, execution, status, end }) => {
          const answer = status === undefined ? '' : ` -> ${status}`;
          onNote(`${what}${answer}  ${execution}, ${end.status}`);
        },
        onNote,
      });
    } catch (cause) {
      if (!(cause instanceof NoPortError)) throw cause;
      throw new HostProblemError({
        severity: 'error',
        code: 'no-port',
        message: `${cause.message}; choose another in backstitch.serve.port, or 0 for any.`,
      });
    }
  }

  /** Lets those that are being answered finish, folds the recording and ends the worker. */
  private async close(graceMs: number): Promise<null> {
    const { port, serving } = this;
    if (serving === undefined) return null;
    const cut = (await port?.stop(graceMs)) ?? 0;
    if (cut > 0) this.options.onNote(`${cut} were not answered`);
    const { recording } = serving;
    const isFolded = await serving.close();
    const record = this.record(serving, recording, isFolded);
    this.events.fire({ kind: 'recorded', recording: record });
    return null;
  }

  /** Where the recording is at the end; one that could not be folded stays where its log is. */
  private record(serving: ServingClient, recording: string, isFolded: boolean): string {
    if (!isFolded) return recording;
    moveRecording(recording, serving.record);
    return serving.record;
  }

  private async fail(problem: ProblemReport): Promise<void> {
    this.closing ??= this.close(0);
    await this.closing;
    this.deaths.fire(problem);
    this.ends.fire(problem);
  }

  private forward(event: HostEvent): void {
    // What is recorded from now on is in the part that has begun, under that part's own name.
    if (event.kind === 'part') {
      this.events.fire({ kind: 'recorded', recording: this.client().record });
      return;
    }
    // Clients get their own answers, and a recording has its own name only at the end.
    if (event.kind !== 'served' && event.kind !== 'recorded') this.events.fire(event);
  }

  private client(): ServingClient {
    if (this.serving === undefined) throw refusal('serving', 'Nothing is served here yet.');
    return this.serving;
  }
}
