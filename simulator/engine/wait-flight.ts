/** Waits of a program: for a deadline, for input, or for whichever comes first. */
import { type ConnectionReceiveArgs, connectionReceive } from '../effects/connection.ts';
import {
  type ExecutionResultArgs,
  executionResult,
  MESSAGES_INBOX,
  messageReceive,
  type PromiseWaitArgs,
  promiseInbox,
  promiseWait,
  resultInbox,
  type TimedOut,
  type WaitArgs,
} from '../effects/conversation.ts';
import {
  type ExchangeArgs,
  type HttpBodyArgs,
  type HttpBodyPart,
  httpBody,
  httpResponse,
} from '../effects/http.ts';
import type { EffectValue } from '../effects/operation.ts';
import {
  REQUEST_INBOX,
  type ReceivedRequest,
  type RequestBodyArgs,
  requestBody,
  requestReceive,
} from '../effects/request.ts';
import { type StdinArgs, type StdinResult, stdinRead } from '../effects/stdio.ts';
import { type Deadline, type PollArgs, type PollResult, waitPoll } from '../effects/wait.ts';
import type { Entry } from '../journal/entry.ts';
import { InvariantError } from '../kernel/assert.ts';
import type { QueuedEvent } from '../kernel/event-queue.ts';
import { after, VIRTUAL_END, type VirtualNanos } from '../kernel/time.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { Happening } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { isConnectionInbox } from './connections.ts';
import { type InboxState, isExchangeInbox } from './exchanges.ts';
import type { Flight } from './flights.ts';
import type { Inbox } from './inbox.ts';
import type { RequestInbox } from './journal-store.ts';
import { shownClock } from './reads.ts';
import { isSocketInbox } from './sockets.ts';
import { suspend } from './suspension.ts';
import { movedDue, wakeUps } from './timers.ts';

/** The name under which a program waits for its standard input. */
const STDIN = 'stdin';

/** Works out, once, when a wait ends at the latest; kept in the journal with its intent. */
export function prepareWait(attempt: Attempt, entry: Entry): void {
  const due = dueAt(attempt, entry);
  entry.pending = { dueAt: due === undefined ? undefined : movedDue(attempt, entry, due) };
}

function dueAt(attempt: Attempt, entry: Entry): VirtualNanos | undefined {
  if (isConversationWait(entry)) return timeoutInstant(attempt, entry.args as WaitArgs);
  if (entry.operation.name !== waitPoll.name) return undefined;
  const { deadlines } = entry.args as PollArgs;
  let earliest: VirtualNanos | undefined;
  for (const deadline of deadlines) {
    const instant = deadlineInstant(attempt, deadline);
    if (earliest === undefined || instant < earliest) earliest = instant;
  }
  // What would end after the end of time does not end.
  return earliest === undefined || earliest > VIRTUAL_END ? undefined : earliest;
}

function timeoutInstant(attempt: Attempt, { timeoutNanos }: WaitArgs): VirtualNanos | undefined {
  if (timeoutNanos === undefined) return undefined;
  const deadline = { clock: 'monotonic', nanos: timeoutNanos, absolute: false } as const;
  const instant = deadlineInstant(attempt, deadline);
  return instant > VIRTUAL_END ? undefined : instant;
}

/** The instant of a deadline, as the clock of the attempt's node has it now. */
function deadlineInstant(attempt: Attempt, deadline: Deadline): VirtualNanos {
  const { now } = attempt.engine.agenda;
  const clock = attempt.node[deadline.clock];
  let remaining = BigInt(deadline.nanos);
  if (deadline.absolute) remaining -= shownClock(attempt, deadline.clock);
  return remaining <= 0n ? now : after(now, clock.virtualDuration(remaining, now));
}

export class WaitFlight implements Flight {
  private timer: QueuedEvent<Happening> | undefined;
  /** When its timer wakes the program; more than once only by a fault. */
  private wakesAt: readonly VirtualNanos[] = [];
  private suspension: QueuedEvent<Happening> | undefined;
  private over = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {}

  /** Begins to wait, or goes on with the rest of a wait that an earlier attempt began. */
  start(): void {
    const { agenda } = this.attempt.engine;
    const due = this.entry.pending?.dueAt;
    if (this.landIfReady()) return;
    this.attempt.engine.conversations.await(this.attempt, inboxesOf(this.entry));
    if (due !== undefined) {
      this.setTimer(wakeUps(this.attempt, this.entry, due));
      agenda.waits.add(this);
    }
    this.suspendWhenLong();
  }

  private setTimer(instants: readonly VirtualNanos[]): void {
    const { attempt } = this;
    const { agenda } = attempt.engine;
    this.wakesAt = instants;
    const [first, ...again] = instants;
    if (first === undefined) return;
    this.timer = agenda.at(first, () => this.onNode(() => this.landIfReady()));
    // What comes again finds the program wherever it is by then.
    for (const instant of again) agenda.at(instant, () => attempt.onNode(() => attempt.poke()));
  }

  poke(): void {
    this.onNode(() => {
      if (!this.landIfReady()) this.suspendWhenLong();
    });
  }

  abandon(): void {
    this.over = true;
    this.timer?.cancel();
    this.suspension?.cancel();
    this.attempt.engine.agenda.waits.delete(this);
  }

  private onNode(step: () => void): void {
    const { node, incarnation } = this.attempt;
    node.deliver(incarnation, () => {
      if (!this.over) step();
    });
  }

  /** A wait that outlasts the lease gives the execution back: nobody need own it meanwhile. */
  private suspendWhenLong(): void {
    const { agenda, world } = this.attempt.engine;
    const due = this.entry.pending?.dueAt;
    const outlasts = due === undefined || due - agenda.now > world.leaseNanos;
    if (!outlasts || !this.attempt.durable || this.suspension !== undefined) return;
    // What is on its way comes to this node.
    const { exchanges, connections, sockets } = this.attempt;
    if (exchanges.expectMore || connections.expectMore || sockets.areOpen) return;
    const delay = due === undefined ? world.leaseNanos : 0n;
    this.suspension = agenda.in(delay, () => this.onNode(() => this.suspend()));
  }

  private suspend(): void {
    // Its intent carries the due time; only when that is durable can anybody else go on with it.
    const { attempt, entry, wakesAt } = this;
    attempt.commits.now(() => {
      if (!this.over) suspend(attempt, { wakesAt, isReady: () => isInputReady(attempt, entry) });
    });
  }

  private landIfReady(): boolean {
    const result = waitResult(this.attempt, this.entry);
    if (result === undefined) return false;
    this.abandon();
    this.attempt.land(this.entry, result);
    return true;
  }
}

/** Whether a wait that nobody runs would be over by now. */
function isInputReady(attempt: Attempt, entry: Entry): boolean {
  return inboxesOf(entry).some((name) => inboxState(attempt, name) !== undefined);
}

/** The inboxes from outside that a wait ends with. */
function inboxesOf({ operation, args }: Entry): readonly string[] {
  switch (operation.name) {
    case stdinRead.name:
      return [STDIN];
    case requestBody.name:
      return [REQUEST_INBOX];
    case executionResult.name:
      return [resultInbox((args as ExecutionResultArgs).execution)];
    case promiseWait.name:
      return [promiseInbox((args as PromiseWaitArgs).promise)];
    case messageReceive.name:
      return [MESSAGES_INBOX];
    case waitPoll.name:
      // What is on its way to a node is lost when nobody waits there.
      return (args as PollArgs).inboxes.filter(
        (name) => !isExchangeInbox(name) && !isConnectionInbox(name) && !isSocketInbox(name),
      );
    default:
      return [];
  }
}

function waitResult(attempt: Attempt, entry: Entry): EffectValue | undefined {
  switch (entry.operation.name) {
    case stdinRead.name:
      return stdinResult(attempt, entry.args as StdinArgs);
    case waitPoll.name:
      return pollResult(attempt, entry, entry.args as PollArgs);
    case requestReceive.name:
      return requestResult(attempt);
    case requestBody.name:
      return requestBodyResult(attempt, entry.args as RequestBodyArgs);
    case httpResponse.name:
      return attempt.exchanges.response(entry.args as ExchangeArgs);
    case httpBody.name:
      return attempt.exchanges.bodyPart(entry.args as HttpBodyArgs);
    case connectionReceive.name:
      return attempt.connections.receive(entry.args as ConnectionReceiveArgs);
    case executionResult.name:
    case promiseWait.name:
    case messageReceive.name:
      return conversationResult(attempt, entry);
    default:
      throw new InvariantError(`${entry.operation.name} is not a wait`);
  }
}

function stdinResult(attempt: Attempt, { length }: StdinArgs): StdinResult | undefined {
  if (!hearsStore(attempt)) return undefined;
  const { stdin } = attempt.execution.journal;
  const offset = stdinConsumed(attempt);
  if (!stdin.readable(offset) && length > 0) return undefined;
  return { body: stdin.read(offset, length) };
}

function isConversationWait({ operation: { name } }: Entry): boolean {
  return name === executionResult.name || name === promiseWait.name || name === messageReceive.name;
}

function conversationResult(attempt: Attempt, entry: Entry): EffectValue | undefined {
  const { agenda, conversations } = attempt.engine;
  const result = hearsStore(attempt) ? conversations.waitResult(attempt, entry) : undefined;
  const due = entry.pending?.dueAt;
  if (result !== undefined || due === undefined || due > agenda.now) return result;
  const over: TimedOut = { timedOut: true };
  return over;
}

function requestResult(attempt: Attempt): ReceivedRequest {
  const { request } = attempt.execution.journal;
  if (request === undefined) throw new InvariantError('it was not started for a request');
  const { head, body } = request;
  const part = body.read(0, body.length);
  if (!body.ended) return { ...head, more: true, body: part };
  return { ...head, ...trailersOf(request), body: part };
}

function requestBodyResult(
  attempt: Attempt,
  { length }: RequestBodyArgs,
): HttpBodyPart | undefined {
  const { request } = attempt.execution.journal;
  const offset = attempt.requestTaken.upTo(attempt.view);
  if (!hearsStore(attempt) || request?.body.readable(offset) !== true) return undefined;
  const { body } = request;
  const part = body.read(offset, length);
  const ended = body.ended && offset + part.length === body.length;
  return ended ? { ended, ...trailersOf(request), body: part } : { ended, body: part };
}

/** An effect's result names trailers only where there are some. */
function trailersOf({ trailers }: RequestInbox): Pick<ReceivedRequest, 'trailers'> {
  return trailers.length > 0 ? { trailers } : {};
}

function pollResult(attempt: Attempt, entry: Entry, args: PollArgs): PollResult | undefined {
  const { now } = attempt.engine.agenda;
  const due = entry.pending?.dueAt;
  const passed = due !== undefined && due <= now ? passedDeadlines(attempt, args, entry) : [];
  const readable = args.inboxes.flatMap((name, inbox) => {
    const state = heardInbox(attempt, name);
    return state === undefined ? [] : [{ inbox, ...state }];
  });
  return passed.length === 0 && readable.length === 0 ? undefined : { passed, readable };
}

/** Inboxes are where the journals are: a node that is cut off from there hears nothing of them. */
function hearsStore({ engine, node }: Attempt): boolean {
  return engine.network.isOpen(JOURNAL_STORE, node.name);
}

/** What a program on its node finds in an inbox; undefined when it would have to wait. */
function heardInbox(attempt: Attempt, name: string): InboxState | undefined {
  const isHere = isExchangeInbox(name) || isConnectionInbox(name) || isSocketInbox(name);
  return isHere || hearsStore(attempt) ? inboxState(attempt, name) : undefined;
}

/** What there is in an inbox; undefined when it would have to be waited for. */
function inboxState(attempt: Attempt, name: string): InboxState | undefined {
  if (isExchangeInbox(name)) return attempt.exchanges.inbox(name);
  if (isConnectionInbox(name)) return attempt.connections.inbox(name);
  if (isSocketInbox(name)) return attempt.sockets.inbox(name);
  const { stdin, request } = attempt.execution.journal;
  if (name === STDIN) return stateAt(stdin, stdinConsumed(attempt));
  if (name !== REQUEST_INBOX) return attempt.engine.conversations.inbox(attempt, name);
  if (request === undefined) return undefined;
  return stateAt(request.body, attempt.requestTaken.upTo(attempt.view));
}

function stateAt(inbox: Inbox, offset: number): InboxState | undefined {
  if (!inbox.readable(offset)) return undefined;
  return { available: inbox.length - offset, ended: inbox.ended };
}

/** The earliest deadline has passed; others count when they are no later than it. */
function passedDeadlines(attempt: Attempt, args: PollArgs, entry: Entry): readonly number[] {
  if (args.deadlines.length === 1) return [0];
  const { startedAt } = entry;
  const elapsed = attempt.engine.agenda.now - startedAt;
  const indices = args.deadlines.flatMap((deadline, index) => {
    const isOver = deadline.absolute
      ? deadlineInstant(attempt, deadline) <= attempt.engine.agenda.now
      : attempt.node[deadline.clock].virtualDuration(BigInt(deadline.nanos), startedAt) <= elapsed;
    return isOver ? [index] : [];
  });
  // Another node's clock may disagree about all of them, and yet the wait is over.
  return indices.length > 0 ? indices : [earliestIndex(args.deadlines)];
}

function earliestIndex(deadlines: readonly Deadline[]): number {
  let earliest = 0;
  deadlines.forEach((deadline, index) => {
    const best = deadlines[earliest];
    if (best !== undefined && BigInt(deadline.nanos) < BigInt(best.nanos)) earliest = index;
  });
  return earliest;
}

/** How much of standard input the program has read, which the journal tells. */
function stdinConsumed(attempt: Attempt): number {
  return attempt.stdinTaken.upTo(attempt.view);
}
