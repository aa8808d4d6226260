/**
 * The client's side of a debug session that runs in a host: passes messages of the debug protocol
 * to it and back.
 *
 * P1  Every request of the client is answered exactly once, also when the host dies before it
 *     answers.
 * P2  After the host's death the session ends.
 * P3  What is to end or to break off work reaches a host that is working at once. A request that is
 *     cancelled breaks off its own work only: its cancellation is kept back until its turn comes.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Urgency } from '../simulator/host/mailbox.ts';
import type { HostEvent, ProblemReport } from '../simulator/host/protocol.ts';
import { debugErrors } from './debug-error.ts';
import { lateAnswer } from './late-answer.ts';
import type { MessageHandler } from './message-stream.ts';

/** What takes the session's messages; rejects when it is gone. */
export interface SessionHost {
  request(request: {
    readonly kind: 'dap';
    readonly message: object;
    readonly urgent?: Urgency;
    readonly session?: number;
  }): Promise<unknown>;
}

type Message = DebugProtocol.ProtocolMessage;

/** Requests that do not wait until the work at hand is done. */
const URGENT: ReadonlyMap<string, Urgency> = new Map([
  ['pause', 'motion'],
  ['terminate', 'all'],
  ['disconnect', 'all'],
  ['restart', 'all'],
]);

/** Requests whose work begins once they are answered, and goes on until the next stop. */
const MOTIONS = new Set([
  ...['configurationDone', 'launch', 'attach', 'restart', 'continue', 'reverseContinue', 'next'],
  ...['stepIn', 'stepOut', 'stepBack', 'restartFrame', 'goto', 'evaluate', 'backstitch/seek'],
  ...['backstitch/inject', 'backstitch/edit', 'backstitch/branch', 'setVariable'],
  ...['setExpression', 'writeMemory'],
  ...['backstitch/reverseNext', 'backstitch/reverseStepOut'],
]);

/** Far from the numbers that the host's own messages have, and its client's. */
const FIRST_OWN_SEQ = 1_000_000_000;

export class SessionProxy implements MessageHandler {
  private readonly listeners: ((message: Message) => void)[] = [];
  /** Commands of the requests that wait for their answer, by seq, in their order. */
  private readonly open = new Map<number, string>();
  /** Cancellations of requests whose turn has not come, by the seq of those. */
  private readonly kept = new Map<number, DebugProtocol.Request[]>();
  /** The answered request whose motion is under way. */
  private motion: number | undefined;
  private ownSeq = FIRST_OWN_SEQ;
  private leaving: { readonly seq: number; readonly resolve: () => void } | undefined;
  private dead = false;
  /** It has what it debugs. */
  private hasBegun = false;

  /** @param session its number in the host; undefined for the one that the host is there for */
  constructor(
    private readonly host: SessionHost,
    private readonly session?: number,
  ) {}

  onDidSendMessage(listener: (message: Message) => void): void {
    this.listeners.push(listener);
  }

  /** From the client, which may say anything. */
  handleMessage(message: Message): void {
    if (typeof message !== 'object' || message === null) {
      const { message: text } = debugErrors.badMessage('it is no object');
      this.sendEvent('output', { category: 'important', output: `${text}\n` });
      return;
    }
    if (!isRequest(message)) {
      this.pass(message, undefined);
      return;
    }
    this.open.set(message.seq, message.command);
    if (message.command === 'cancel') this.cancel(message);
    else this.pass(message, URGENT.get(message.command));
  }

  /** An event of the host; those of other sessions are none of its business. */
  hear(event: HostEvent): void {
    if (event.kind === 'dap' && event.session === this.session) {
      this.receive(event.message as Message);
    }
  }

  /** From the host. */
  receive(message: Message): void {
    if (message.type === 'event') {
      const { event } = message as DebugProtocol.Event;
      if (event === 'initialized') this.hasBegun = true;
      if (event === 'stopped' || event === 'terminated') this.motion = undefined;
      this.fire(message);
      return;
    }
    const { request_seq: seq, command, success } = message as DebugProtocol.Response;
    if (seq === this.leaving?.seq) {
      this.leaving.resolve();
      return;
    }
    this.open.delete(seq);
    if (success && MOTIONS.has(command)) this.motion = seq;
    this.fire(message);
    this.letGo();
  }

  /** Ends the session, whose client is gone; resolves when its recording is whole. */
  leave(): Promise<void> {
    const seq = this.ownSeq++;
    return new Promise((resolve) => {
      this.leaving = { seq, resolve };
      if (this.dead) resolve();
      else this.pass({ seq, type: 'request', command: 'disconnect' } as Message, 'all');
    });
  }

  /** The host is gone. */
  died(problem: ProblemReport): void {
    if (this.dead) return;
    this.dead = true;
    for (const seq of [...this.open.keys()]) this.refuse(seq, problem);
    this.leaving?.resolve();
    this.sendEvent('output', { category: 'important', output: `${problem.message}\n` });
    this.sendEvent('terminated');
  }

  private cancel(request: DebugProtocol.Request): void {
    const { requestId } = (request.arguments ?? {}) as DebugProtocol.CancelArguments;
    const waits = requestId !== undefined && this.open.has(requestId);
    if (waits && requestId !== this.turn()) {
      this.kept.set(requestId, [...(this.kept.get(requestId) ?? []), request]);
      return;
    }
    const isWorkedOn = waits || requestId === undefined || requestId === this.motion;
    this.pass(request, isWorkedOn ? (requestId ?? 'motion') : undefined);
  }

  /** The request that the host is at, or comes to next. */
  private turn(): number | undefined {
    for (const [seq, command] of this.open) if (command !== 'cancel') return seq;
    return undefined;
  }

  /** Passes on the cancellations whose turn has come or is over. */
  private letGo(): void {
    const turn = this.turn();
    for (const [seq, requests] of this.kept) {
      if (this.open.has(seq) && seq !== turn) continue;
      this.kept.delete(seq);
      for (const request of requests) this.pass(request, seq === turn ? seq : undefined);
    }
  }

  /** Whatever the host is at, it is nothing of this session, which has not attached yet. */
  private get isIdle(): boolean {
    return this.session !== undefined && !this.hasBegun;
  }

  private pass(message: Message, urgent: Urgency | undefined): void {
    const { session } = this;
    const request = {
      ...({ kind: 'dap', message } as const),
      ...(urgent === undefined || this.isIdle ? {} : { urgent }),
      ...(session === undefined ? {} : { session }),
    };
    this.host.request(request).catch((error: unknown) => this.refuse(message.seq, reportOf(error)));
  }

  private refuse(requestSeq: number, problem: ProblemReport): void {
    if (requestSeq === this.leaving?.seq) this.leaving.resolve();
    const command = this.open.get(requestSeq);
    if (command === undefined) return;
    this.open.delete(requestSeq);
    const answer = lateAnswer({ seq: requestSeq, command }, problem.message);
    this.fire({ ...answer, seq: this.ownSeq++ });
  }

  private sendEvent(event: string, body?: object): void {
    const message: DebugProtocol.Event = { type: 'event', seq: this.ownSeq++, event, body };
    this.fire(message);
  }

  private fire(message: Message): void {
    for (const listener of this.listeners) listener(message);
  }
}

function isRequest(message: unknown): message is DebugProtocol.Request {
  if (typeof message !== 'object' || message === null) return false;
  const { type, seq, command } = message as Partial<DebugProtocol.Request>;
  return type === 'request' && Number.isInteger(seq) && typeof command === 'string';
}

/** What a host's refusal says to people. */
function reportOf(error: unknown): ProblemReport {
  const { problem } = error as { readonly problem?: ProblemReport };
  const message = error instanceof Error ? error.message : String(error);
  return problem ?? { severity: 'error', code: 'unexpected', message };
}
