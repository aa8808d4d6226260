/**
 * Serves over a host: delivers what clients send, gives them what their executions answer, and
 * replaces a host that computes for ever or dies. The clients' connections are not the host's, so
 * they outlive it.
 *
 * V1  What was delivered is delivered again to the next host unless its recording holds it.
 * V2  A client is given every part of its response once.
 * V3  Parts of the recording that are complete are folded beside the host, which goes on.
 */
import type { RequestHead } from '../effects/request.ts';
import type { IncomingBody } from '../engine/incoming.ts';
import type {
  AnswerTo,
  Delivery,
  HostEvent,
  HostRequest,
  ProblemReport,
  ServeAgainOptions,
  ServedEnd,
  ServedPart,
  ServeOptions,
  ServingStart,
} from '../host/protocol.ts';
import { partPath } from '../host/recording-part.ts';
import { resumedPath } from '../host/resumed-path.ts';
import { ClosedParts } from './node/closed-parts.ts';
import { HostClient, HostProblemError } from './node/host-client.ts';

/** Who waits for what an execution answers. */
export interface Answering {
  part(part: ServedPart['part']): void;
  /** Nothing more comes; called once. */
  end(end: ServedEnd): void;
  /** It computes for ever and is being cancelled; its end follows. */
  stuck(seconds: number): void;
}

interface Waiting {
  readonly answering: Answering;
  /** The last part that was given. */
  seq: number;
}

export interface ServingClientOptions {
  /** The bundle of the host's worker. */
  readonly script: string;
  readonly options: ServeOptions & { readonly record: string };
  /** What is no answer: outputs, problems, progress. */
  readonly onEvent: (event: HostEvent) => void;
  /** A host was lost and another goes on. */
  readonly onReplaced: (reason: ProblemReport) => void;
  /** It cannot go on. */
  readonly onFailure: (problem: ProblemReport) => void;
}

/** How long a host may take to fold its recording. */
const CLOSE_MS_MAX = 120_000;
/** Silence below this is not looked at. */
const SILENCE_MS_MIN = 500;
/** Hosts that are lost one after the other before any of them has answered anything. */
const LOSSES_MAX = 3;

/** What may be asked of a host that serves, beside what is the client's own to ask. */
export type BesideRequest = Exclude<
  HostRequest,
  { kind: 'run' | 'resume' | 'branch' | 'serve' | 'serve-again' | 'deliver' | 'close' }
>;

type Delivered<K extends Delivery['kind']> = Omit<Extract<Delivery, { kind: K }>, 'delivery'>;

export class ServingClient {
  /** Where the simulation is recorded now. */
  recording: string;
  /** The part of the recording that is being written, and where it is at the end. */
  private part = 1;
  private readonly closed: ClosedParts;
  private client: HostClient;
  private start: ServingStart | undefined;
  private readonly waiting = new Map<string, Waiting>();
  /** Delivered, or to be, and not known to be recorded. */
  private unconfirmed: Delivery[] = [];
  private unsent: Delivery[] = [];
  private deliveries = 0;
  private executions = 0;
  private silenceMsMax = Number.POSITIVE_INFINITY;
  private flushQueued = false;
  private state: 'starting' | 'serving' | 'replacing' | 'closed' = 'starting';
  private losses = 0;
  /** Executions that are to be cancelled when the recording is run again. */
  private stuck: ServeAgainOptions['stuck'] = [];

  constructor(private readonly setup: ServingClientOptions) {
    this.recording = setup.options.record;
    this.closed = new ClosedParts(setup.script, (problem) =>
      setup.onEvent({ kind: 'problem', problem }),
    );
    this.client = this.newClient();
  }

  /** Where the part that is being written is at the end, if it can be folded. */
  get record(): string {
    return this.partPath(this.part);
  }

  private partPath(number: number): string {
    return partPath(this.setup.options.record, number);
  }

  /** Throws HostProblemError when the program cannot be served. */
  async begin(): Promise<ServingStart> {
    const start = await this.client.request({ kind: 'serve', options: this.setup.options });
    this.start = start;
    this.state = 'serving';
    this.noteRecordings();
    return start;
  }

  /** Starts an execution for a request, and gives its id. */
  request(head: RequestHead, incoming: IncomingBody, answering: Answering): string {
    const id = this.expect(answering);
    this.deliver({ kind: 'request', head, ...incoming });
    return id;
  }

  /** Starts an execution for a raw connection, and gives its id. */
  connect(body: Uint8Array, ends: boolean, answering: Answering): string {
    const id = this.expect(answering);
    this.deliver({ kind: 'connect', body, ends });
    return id;
  }

  more(execution: string, incoming: IncomingBody): void {
    if (this.waiting.has(execution)) this.deliver({ kind: 'more', execution, ...incoming });
  }

  /**
   * Asks the host something beside what it serves; throws HostProblemError, also when it is being
   * replaced.
   */
  ask<R extends BesideRequest>(request: R): Promise<AnswerTo<R['kind']>> {
    return this.client.request(request);
  }

  /** Its request will never be whole. */
  drop(execution: string): void {
    if (this.waiting.has(execution)) this.deliver({ kind: 'drop', execution });
  }

  /** Ends the host at once; what it had shown is in the log of its recording. */
  async terminate(): Promise<void> {
    this.state = 'closed';
    await Promise.all([this.client.terminate(), this.closed.terminate()]);
  }

  /** Folds the recording and ends the host; false when it could not be folded in good order. */
  async close(): Promise<boolean> {
    const wasServing = this.state === 'serving';
    this.state = 'closed';
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), CLOSE_MS_MAX);
    });
    const closing = this.client.request({ kind: 'close' }).then(
      () => true,
      () => false,
    );
    const closed = wasServing && (await Promise.race([closing, tooLate]));
    clearTimeout(timer);
    await this.client.terminate();
    await this.closed.settled();
    return closed;
  }

  private newClient(): HostClient {
    const client: HostClient = new HostClient({
      script: this.setup.script,
      onEvent: (event) => {
        if (client === this.client) this.receive(event);
      },
      onDeath: (problem) => {
        const isNeeded = this.state === 'serving' || this.state === 'replacing';
        if (client === this.client && isNeeded) this.replace(problem, false);
      },
      silence: {
        milliseconds: SILENCE_MS_MIN,
        onSilence: (ms) => {
          if (client === this.client && ms >= this.silenceMsMax) this.hearSilence();
        },
      },
    });
    return client;
  }

  private expect(answering: Answering): string {
    const id = `${this.start?.workflow ?? ''}-${++this.executions}`;
    this.waiting.set(id, { answering, seq: -1 });
    return id;
  }

  private deliver(
    item: Delivered<'request'> | Delivered<'connect'> | Delivered<'more'> | Delivered<'drop'>,
  ): void {
    this.unsent.push({ ...item, delivery: ++this.deliveries });
    if (this.flushQueued) return;
    // What comes in one turn goes as one message.
    this.flushQueued = true;
    setImmediate(() => this.flush());
  }

  private flush(): void {
    this.flushQueued = false;
    if (this.state !== 'serving' || this.unsent.length === 0) return;
    const deliveries = this.unsent;
    const { client } = this;
    this.unsent = [];
    this.unconfirmed.push(...deliveries);
    const last = deliveries.at(-1)?.delivery ?? 0;
    client.request({ kind: 'deliver', deliveries }).then(
      () => this.confirm(last),
      (error: unknown) => {
        // A host that is gone has been replaced, and they are delivered again.
        if (client === this.client && this.state === 'serving') this.fail(problemOf(error));
      },
    );
  }

  private confirm(last: number): void {
    this.unconfirmed = this.unconfirmed.filter(({ delivery }) => delivery > last);
  }

  private receive(event: HostEvent): void {
    if (event.kind === 'served') {
      this.losses = 0;
      for (const part of event.parts) this.give(part);
      for (const end of event.ends) this.end(end);
      return;
    }
    if (event.kind === 'part') this.beginPart(event.number);
    if (event.kind === 'state') {
      const { secondsBetweenEffects } = event;
      if (secondsBetweenEffects !== undefined) this.silenceMsMax = secondsBetweenEffects * 1000;
      if (event.state.kind === 'ended' && this.state === 'serving') {
        const message = 'the simulation cannot go on, and so it serves no more.';
        this.fail({ severity: 'error', code: 'host-ended', message });
      }
    }
    this.setup.onEvent(event);
  }

  private beginPart(number: number): void {
    this.closed.add(this.recording, this.record);
    this.part = number;
    this.recording = this.record;
    this.noteRecordings();
  }

  /** Should the host die before it tells of its next part, it has left the lock of that, too. */
  private noteRecordings(): void {
    this.client.noteRecordings([this.recording, this.partPath(this.part + 1)]);
  }

  private give({ execution, seq, part }: ServedPart): void {
    const waiting = this.waiting.get(execution);
    if (waiting === undefined || seq <= waiting.seq) return;
    waiting.seq = seq;
    waiting.answering.part(part);
  }

  private end(end: ServedEnd): void {
    const waiting = this.waiting.get(end.execution);
    this.waiting.delete(end.execution);
    waiting?.answering.end(end);
  }

  private hearSilence(): void {
    const seconds = this.silenceMsMax / 1000;
    const { lastEffect } = this.client;
    if (this.state !== 'serving' && this.state !== 'replacing') return;
    const id = lastEffect?.execution ?? 'a program';
    this.waiting.get(id)?.answering.stuck(seconds);
    const message =
      `${id} has computed for ${seconds} s without an effect (limits.secondsBetweenEffects), ` +
      'and is cancelled; the others go on.';
    this.replace({ severity: 'error', code: 'stuck', message }, true);
  }

  private replace(reason: ProblemReport, isStuck: boolean): void {
    const lost = this.client;
    this.state = 'replacing';
    const place = lost.lastEffect;
    if (!isStuck || place === undefined) this.losses++;
    // A host that died twice is not to come to the same place again.
    const isInVain = (isStuck || this.losses > 1) && !this.cancelAt(place);
    if (isInVain || this.losses > LOSSES_MAX) {
      this.fail(reason);
      return;
    }
    this.setup.onReplaced(reason);
    const client = this.newClient();
    this.client = client;
    const to = this.otherRecording();
    void lost
      .terminate()
      .then(() => client.request({ kind: 'serve-again', options: this.serveAgainOptions(to) }))
      .then(
        ({ delivered }) => {
          if (client === this.client) this.goOn(to, delivered);
        },
        (error: unknown) => {
          // While it caught up it was itself replaced.
          if (client === this.client) this.fail(problemOf(error));
        },
      );
  }

  /** False when cancelling it has not helped before. */
  private cancelAt(place: HostClient['lastEffect']): boolean {
    if (place === undefined) return true;
    const { execution } = place;
    if (this.stuck.some((known) => known.execution === execution)) return false;
    this.stuck = [...this.stuck, { execution, seq: place.seq }];
    return true;
  }

  private serveAgainOptions(record: string): ServeAgainOptions {
    const { answer, changes, parts } = this.setup.options;
    return {
      recording: this.recording,
      record,
      firstPart: this.setup.options.record,
      ...(parts === undefined ? {} : { parts }),
      open: [...this.waiting].map(([execution, { seq }]) => ({ execution, seq })),
      stuck: this.stuck,
      ...(answer === undefined ? {} : { answer }),
      ...(changes === undefined ? {} : { changes }),
    };
  }

  /** The next host records beside the one that has gone, which stays whole meanwhile. */
  private otherRecording(): string {
    const { record } = this;
    return this.recording === record ? resumedPath(record) : record;
  }

  private goOn(recording: string, delivered: number): void {
    if (this.state === 'closed') return;
    this.recording = recording;
    this.noteRecordings();
    this.state = 'serving';
    this.stuck = [];
    this.unsent = [...this.unconfirmed, ...this.unsent].filter(
      ({ delivery }) => delivery > delivered,
    );
    this.unconfirmed = [];
    this.flush();
  }

  private fail(problem: ProblemReport): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.setup.onFailure(problem);
  }
}

function problemOf(error: unknown): ProblemReport {
  if (error instanceof HostProblemError) return error.problem;
  throw error;
}
