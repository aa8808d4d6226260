/**
 * The client side of a host in a worker thread.
 *
 * K1  Every request settles: with its answer, with the host's problem, or because the host ended.
 * K2  A host whose guest computes for ever is noticed by its silence, and can be terminated.
 */
import { Worker } from 'node:worker_threads';
import { Mailbox } from '../../host/mailbox.ts';
import type {
  AnswerTo,
  HostEvent,
  HostMessage,
  HostRequest,
  ProblemReport,
  RequestMessage,
} from '../../host/protocol.ts';
import { resumedPath } from '../../host/resumed-path.ts';
import { breakLockOfThisProcess } from './recording-lock.ts';

/** The host refused or could not do what was asked. */
export class HostProblemError extends Error {
  override readonly name = 'HostProblemError';
  constructor(readonly problem: ProblemReport) {
    super(problem.message);
  }
}

const HOST_ENDED: ProblemReport = {
  severity: 'error',
  code: 'host-ended',
  message:
    'The simulation was ended. What it had shown is in its recording, if it had one; ' +
    'open that, or run again.',
};

/** How often the host's silence is looked at, in milliseconds. */
const WATCH_INTERVAL_MS = 250;

interface PendingRequest {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

export interface HostClientOptions {
  /** The bundle of the host's worker, absolute. */
  readonly script: string;
  /** The process ends with the host, and is to end fast. */
  readonly shortLived?: boolean;
  readonly onEvent: (event: HostEvent) => void;
  /** The host died by itself; pending requests have been rejected. */
  readonly onDeath?: (problem: ProblemReport) => void;
  /** Called again and again while the guest has made no effect for at least this long. */
  readonly silence?: { readonly milliseconds: number; readonly onSilence: (ms: number) => void };
}

export class HostClient {
  private readonly worker: Worker;
  private readonly mailbox = new Mailbox();
  private readonly pending = new Map<number, PendingRequest>();
  private readonly recordings = new Set<string>();
  private requests = 0;
  private ended = false;
  private readonly watch: NodeJS.Timeout | undefined;

  constructor(private readonly options: HostClientOptions) {
    this.worker = new Worker(options.script, {
      workerData: { mailbox: this.mailbox.shared, shortLived: options.shortLived ?? false },
      // The guest's stack lives on this thread's stack.
      resourceLimits: { stackSizeMb: 8, maxYoungGenerationSizeMb: 48 },
      // Standard output is for what programs print, or for a protocol; a library's chatter is not.
      stdout: true,
    });
    this.worker.stdout.on('data', (bytes: Uint8Array) => process.stderr.write(bytes));
    this.worker.on('message', (message: HostMessage) => this.receive(message));
    let reason = HOST_ENDED;
    this.worker.on('error', (error) => {
      reason = crashReport(error);
    });
    // An error may overtake what the host had said before; its exit comes after all of that.
    this.worker.on('exit', () => this.die(reason));
    this.watch = options.silence === undefined ? undefined : this.watchSilence(options.silence);
  }

  request<R extends HostRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    if (this.ended) return Promise.reject(new HostProblemError(HOST_ENDED));
    this.noteRecording(request);
    const id = ++this.requests;
    const message: RequestMessage = { id, request };
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject });
      this.mailbox.notePosted();
      this.worker.postMessage(message);
      if (request.kind === 'dap' && request.urgent !== undefined) {
        this.mailbox.interrupt(request.urgent, request.session);
      }
    });
  }

  /** It writes these from now on, and none that it wrote before. */
  noteRecordings(recordings: readonly string[]): void {
    this.recordings.clear();
    for (const recording of recordings) this.recordings.add(recording);
  }

  /** The effect that the guest asked for last: its execution by number, counting from 1. */
  get lastEffect(): Mailbox['lastEffect'] {
    return this.mailbox.lastEffect;
  }

  /** Ends the host at once, also in the middle of a guest's endless loop. */
  async terminate(): Promise<void> {
    this.ended = true;
    clearInterval(this.watch);
    await this.worker.terminate();
    this.letGo();
    this.rejectAll(HOST_ENDED);
  }

  private noteRecording(request: HostRequest): void {
    const records = 'options' in request && 'record' in request.options;
    const record = records ? request.options.record : undefined;
    if (record !== undefined) this.recordings.add(record);
    if (request.kind === 'fold') this.recordings.add(request.recording);
    if (request.kind === 'resume') this.recordings.add(resumedPath(request.recording));
    if (request.kind === 'dap') {
      const message = request.message as { arguments?: { record?: unknown } | null } | null;
      const record = message?.arguments?.record;
      if (typeof record === 'string') this.recordings.add(record);
    }
  }

  /** A thread that is gone cannot let go of the recordings that it was writing. */
  private letGo(): void {
    for (const recording of this.recordings) breakLockOfThisProcess(recording);
  }

  private receive(message: HostMessage): void {
    if (message.kind === 'event') {
      if (isSessionEnd(message.event)) this.recordings.clear();
      this.options.onEvent(message.event);
      return;
    }
    const pending = this.pending.get(message.id);
    this.pending.delete(message.id);
    if (message.kind === 'answer') pending?.resolve(message.value as never);
    else pending?.reject(new HostProblemError(message.problem));
  }

  private die(problem: ProblemReport): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.watch);
    this.letGo();
    this.rejectAll(problem);
    this.options.onDeath?.(problem);
  }

  private rejectAll(problem: ProblemReport): void {
    const rejected = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of rejected) reject(new HostProblemError(problem));
  }

  private watchSilence(silence: NonNullable<HostClientOptions['silence']>): NodeJS.Timeout {
    let beats = this.mailbox.beats;
    let silentMs = 0;
    const timer = setInterval(() => {
      const moved = this.mailbox.beats !== beats || !this.mailbox.busy;
      beats = this.mailbox.beats;
      silentMs = moved ? 0 : silentMs + WATCH_INTERVAL_MS;
      if (silentMs >= silence.milliseconds) silence.onSilence(silentMs);
    }, WATCH_INTERVAL_MS);
    timer.unref();
    return timer;
  }
}

/** A debug session that has ended has let go of its recording; one that attached had none. */
function isSessionEnd(event: HostEvent): boolean {
  if (event.kind !== 'dap' || event.session !== undefined) return false;
  return (event.message as { event?: string }).event === 'terminated';
}

function crashReport(error: Error): ProblemReport {
  const outOfMemory = (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
  const message = outOfMemory
    ? 'The simulation needed more memory than this process may have. What it had shown is in ' +
      'its recording; lower limits.memoryMiB or the number of executions.'
    : `Something went wrong inside Backstitch: ${error.stack ?? error.message}`;
  return { severity: 'error', code: outOfMemory ? 'host-memory' : 'internal', message };
}
