/**
 * What executions have to do with one another and with people: they start others and wait for them,
 * send messages, and wait for promises that somebody keeps. Programs reach these through plain HTTP
 * to reserved hosts (docs/conversations.md).
 */
import { jsonOperation } from './json-operation.ts';
import type { EffectValue } from './operation.ts';
import { type PollArgs, waitPoll } from './wait.ts';

/** Why it could not be done. */
export interface ConversationFailure {
  readonly failure: 'unknown-workflow' | 'unknown-execution' | 'ended' | 'full';
  readonly detail: string;
  readonly body?: never;
}

/** The time that the program set is over. */
export interface TimedOut {
  readonly timedOut: true;
  readonly body?: never;
}

export interface StartArgs {
  readonly workflow: string;
  /** The standard input of the new execution. */
  readonly body: Uint8Array;
}

export interface Started {
  readonly execution: string;
  readonly body?: never;
}

/** Starts an execution of another workflow, once for each key. */
export const executionStart = jsonOperation<StartArgs, Started | ConversationFailure>(
  'execution.start',
  'call',
);

export interface ExecutionArgs {
  /** Its id, or `self`. */
  readonly execution: string;
}

export interface ExecutionState {
  /** As in the recording: `running`, `waiting`, `completed`, ... */
  readonly status: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly body?: never;
}

/** Looks how far another execution is. */
export const executionLook = jsonOperation<ExecutionArgs, ExecutionState | ConversationFailure>(
  'execution.look',
  'read',
);

export interface WaitArgs {
  /** Nanoseconds, decimal; how long the program is ready to wait. Left out: for ever. */
  readonly timeoutNanos?: string;
}

export interface ExecutionResultArgs extends ExecutionArgs, WaitArgs {}

export interface ExecutionResult extends Omit<ExecutionState, 'body'> {
  /** All that it has written to standard output. */
  readonly body: Uint8Array;
}

/** Waits until another execution has ended, and takes what it printed. */
export const executionResult = jsonOperation<
  ExecutionResultArgs,
  ExecutionResult | ConversationFailure | TimedOut
>('execution.result', 'wait');

/** Whether this call did what it was to do; false when it was done, or decided otherwise, before. */
export interface Settled {
  readonly settled: boolean;
  readonly body?: never;
}

export const executionCancel = jsonOperation<ExecutionArgs, Settled | ConversationFailure>(
  'execution.cancel',
  'call',
);

export interface MessageSendArgs extends ExecutionArgs {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Puts a message into the inbox of another execution, once for each key. */
export const messageSend = jsonOperation<MessageSendArgs, Settled | ConversationFailure>(
  'message.send',
  'call',
);

export interface Message {
  /** The execution that sent it; left out when it came from outside. */
  readonly from?: string;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Takes the next message, in the order in which they arrived. */
export const messageReceive = jsonOperation<WaitArgs, Message | TimedOut>(
  'message.receive',
  'wait',
);

export interface PromiseArgs {
  /** Any name; one that begins with `self/` belongs to the execution. */
  readonly promise: string;
}

export interface PromiseWaitArgs extends PromiseArgs, WaitArgs {}

export interface PromiseValue {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Waits until somebody keeps a promise: a person, a client, or another execution. */
export const promiseWait = jsonOperation<PromiseWaitArgs, PromiseValue | TimedOut>(
  'promise.wait',
  'wait',
);

export interface PromiseKeepArgs extends PromiseArgs {
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Keeps a promise; the first value stays. */
export const promiseKeep = jsonOperation<PromiseKeepArgs, Settled>('promise.keep', 'call');

/** What stands for the program's own execution, alone or before a slash. */
const SELF = /^self(?=\/|$)/;

/** The name of an execution or a promise as everybody knows it. */
export function outerName(name: string, execution: string): string {
  return name.replace(SELF, execution);
}

/** The inboxes of these waits, for `wait.poll`. */
export const MESSAGES_INBOX = 'messages';

export function resultInbox(execution: string): string {
  return `result:${execution}`;
}

export function promiseInbox(promise: string): string {
  return `promise:${promise}`;
}

const PROMISE_INBOX = promiseInbox('');

/** An effect of an execution, as far as it tells what is waited for. */
interface AskedEffect {
  readonly operation: { readonly name: string };
  readonly args: EffectValue;
  readonly result: EffectValue | undefined;
}

/** Outer names of the promises that an effect waits for; one that is polled can wait for several. */
export function awaitedPromises(
  { operation, args, result }: AskedEffect,
  execution: string,
): readonly string[] {
  if (result !== undefined) return [];
  if (operation.name === promiseWait.name) {
    return [outerName((args as PromiseWaitArgs).promise, execution)];
  }
  if (operation.name !== waitPoll.name) return [];
  return (args as PollArgs).inboxes
    .filter((inbox) => inbox.startsWith(PROMISE_INBOX))
    .map((inbox) => outerName(inbox.slice(PROMISE_INBOX.length), execution));
}
