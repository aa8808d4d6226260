/**
 * What executions have to do with one another: children, messages and promises. It is on the durable
 * side, like the journal store: nothing here is lost with a node.
 *
 * O1  A call that is repeated under one key is done once, and answered alike.
 * O2  Messages are taken in the order in which they arrived, each by one effect of its receiver.
 * O3  A promise is kept once; its first value stays.
 */
import {
  awaitedPromises,
  type ConversationFailure,
  type ExecutionArgs,
  type ExecutionResult,
  type ExecutionResultArgs,
  type ExecutionState,
  executionCancel,
  executionResult,
  executionStart,
  MESSAGES_INBOX,
  type Message,
  type MessageSendArgs,
  messageReceive,
  messageSend,
  outerName,
  type PromiseKeepArgs,
  type PromiseValue,
  type PromiseWaitArgs,
  promiseInbox,
  promiseKeep,
  resultInbox,
  type Settled,
  type StartArgs,
  type Started,
} from '../effects/conversation.ts';
import type { EffectValue } from '../effects/operation.ts';
import { stdoutWrite } from '../effects/stdio.ts';
import type { Entry, ExecutionId, Seq } from '../journal/entry.ts';
import { concatBytes } from '../kernel/concat-bytes.ts';
import { EXECUTIONS_MAX, INBOX_BYTES_MAX } from '../kernel/limits.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import type { InboxState } from './exchanges.ts';
import type { Execution } from './execution.ts';
import type { Workflow } from './workflow.ts';

/** The inboxes of children and promises; messages have one inbox without more. */
const WAITED = /^(result|promise):(.*)$/s;

type Performer = (attempt: Attempt, args: EffectValue, seq: Seq) => EffectValue;

export class Conversations {
  private readonly promises = new Map<string, PromiseValue>();
  private readonly answers = new Map<string, EffectValue>();
  /** Executions that wait for something that has not come, by the inbox. */
  private readonly waiting = new Map<string, Set<Execution>>();
  private readonly performers: Readonly<Record<string, Performer>> = {
    [executionStart.name]: (attempt, args, seq) => this.start(attempt, args as StartArgs, seq),
    [executionCancel.name]: (attempt, args) => this.cancel(attempt, args as ExecutionArgs),
    [messageSend.name]: (attempt, args) => this.send(attempt, args as MessageSendArgs),
    [promiseKeep.name]: (attempt, args) => {
      const { promise, contentType, body } = args as PromiseKeepArgs;
      const settled: Settled = {
        settled: this.keep(named(attempt, promise), { contentType, body }),
      };
      return settled;
    },
  };

  constructor(
    private readonly engine: Engine,
    private readonly workflowFor: (name: string) => Workflow | undefined,
  ) {}

  /** Whether `perform` does this operation. */
  performs(operation: string): boolean {
    return operation in this.performers;
  }

  /** Does a call, or answers it as before when its key was seen. */
  perform(attempt: Attempt, { seq, operation, args, key }: Entry): EffectValue | undefined {
    const known = key === undefined ? undefined : this.answers.get(key);
    if (known !== undefined) return known;
    const answer = this.performers[operation.name]?.(attempt, args, seq);
    if (key !== undefined && answer !== undefined) this.answers.set(key, answer);
    return answer;
  }

  /** Keeps a promise; false when it was kept before. */
  keep(promise: string, value: PromiseValue): boolean {
    if (this.promises.has(promise)) return false;
    this.promises.set(promise, value);
    this.engine.trace({ kind: 'promise.kept', data: { promise, bytes: value.body.length } });
    this.arrived(promiseInbox(promise));
    return true;
  }

  /** Promises that executions wait for, in the order in which they began to. */
  awaited(): readonly string[] {
    return [...this.waiting].flatMap(([inbox, executions]) => {
      const [, kind, name = ''] = WAITED.exec(inbox) ?? [];
      // Some may have stopped waiting, because their time was over or something else came first.
      const isAwaited = kind === 'promise' && [...executions].some((one) => waitsFor(one, name));
      return isAwaited ? [name] : [];
    });
  }

  look(attempt: Attempt, { execution: id }: ExecutionArgs): ExecutionState | ConversationFailure {
    const execution = this.find(attempt, id);
    return execution === undefined ? unknownExecution(id) : stateOf(execution);
  }

  /** The result of a wait of this family; undefined while there is none. */
  waitResult(attempt: Attempt, { operation, args }: Entry): EffectValue | undefined {
    switch (operation.name) {
      case executionResult.name:
        return this.result(attempt, args as ExecutionResultArgs);
      case messageReceive.name:
        return attempt.execution.journal.messages[attempt.messagesTaken.upTo(attempt.view)];
      default:
        return this.promises.get(named(attempt, (args as PromiseWaitArgs).promise));
    }
  }

  /** What a program that polls finds in an inbox of this family; undefined when it would wait. */
  inbox(attempt: Attempt, name: string): InboxState | undefined {
    if (name === MESSAGES_INBOX) {
      const next = attempt.messagesTaken.upTo(attempt.view);
      const message = attempt.execution.journal.messages[next];
      return message && { available: message.body.length, ended: false };
    }
    const [, kind, rest = ''] = WAITED.exec(name) ?? [];
    if (kind === 'promise') {
      const value = this.promises.get(named(attempt, rest));
      return value && { available: value.body.length, ended: true };
    }
    if (kind !== 'result') return undefined;
    const execution = this.find(attempt, rest);
    return execution?.ended === false ? undefined : { available: 0, ended: true };
  }

  /** From now on the execution is told when something comes into the inboxes of this family. */
  await(attempt: Attempt, inboxes: readonly string[]): void {
    for (const inbox of inboxes) {
      const [, kind, rest = ''] = WAITED.exec(inbox) ?? [];
      if (kind === undefined) continue;
      const name = kind === 'promise' ? promiseInbox(named(attempt, rest)) : inbox;
      const executions = this.waiting.get(name) ?? new Set();
      executions.add(attempt.execution);
      this.waiting.set(name, executions);
    }
  }

  /** An execution has ended: who waits for it goes on. */
  ended({ id }: Execution): void {
    this.arrived(resultInbox(id));
  }

  /** Puts a message into an inbox; false when the execution takes no more. */
  deliver(execution: Execution, message: Message): boolean {
    if (execution.ended) return false;
    execution.journal.messages.push(message);
    const { from } = message;
    const data = { bytes: message.body.length, ...(from === undefined ? {} : { from }) };
    this.engine.trace({ kind: 'message.arrived', execution: execution.id, data });
    wake(execution);
    return true;
  }

  private start(attempt: Attempt, { workflow: name, body }: StartArgs, seq: Seq): EffectValue {
    const { config } = attempt.execution.workflow;
    const workflow = config.starts.includes(name) ? this.workflowFor(name) : undefined;
    if (workflow === undefined) {
      const detail = `${name} is no workflow that ${config.name} may start; name it in "starts"`;
      return failure('unknown-workflow', detail);
    }
    if (this.engine.executions.size >= EXECUTIONS_MAX) {
      return failure('full', `there are ${EXECUTIONS_MAX} executions already`);
    }
    const child = this.engine.start({ ...workflow, stdin: body, stdinEnds: true });
    const data = { by: attempt.execution.id, bySeq: seq };
    this.engine.trace({ kind: 'execution.started', execution: child.id, data });
    const started: Started = { execution: child.id };
    return started;
  }

  private cancel(attempt: Attempt, { execution: id }: ExecutionArgs): EffectValue {
    const execution = this.find(attempt, id);
    if (execution === undefined) return unknownExecution(id);
    const settled: Settled = { settled: !execution.ended };
    this.engine.cancel(execution);
    return settled;
  }

  private send(attempt: Attempt, args: MessageSendArgs): EffectValue {
    const { execution: id, contentType, body } = args;
    const execution = this.find(attempt, id);
    if (execution === undefined) return unknownExecution(id);
    const held = execution.journal.messages.reduce((total, one) => total + one.body.length, 0);
    if (held + body.length > INBOX_BYTES_MAX) {
      return failure('full', `the inbox of ${id} holds ${INBOX_BYTES_MAX} bytes at most`);
    }
    const settled: Settled = {
      settled: this.deliver(execution, { from: attempt.execution.id, contentType, body }),
    };
    return settled.settled ? settled : failure('ended', `${id} has ended (${execution.status})`);
  }

  private result(
    attempt: Attempt,
    { execution: id }: ExecutionResultArgs,
  ): ExecutionResult | ConversationFailure | undefined {
    const execution = this.find(attempt, id);
    if (execution === undefined) return unknownExecution(id);
    if (!execution.ended) return undefined;
    return { ...stateOf(execution), body: printedBy(execution) };
  }

  private find(attempt: Attempt, id: string): Execution | undefined {
    return this.engine.executions.get(named(attempt, id) as ExecutionId);
  }

  private arrived(inbox: string): void {
    const executions = this.waiting.get(inbox);
    this.waiting.delete(inbox);
    for (const execution of executions ?? []) wake(execution);
  }
}

/** The name as everybody knows it. */
function named(attempt: Attempt, name: string): string {
  return outerName(name, attempt.execution.id);
}

function waitsFor({ id, ended, owner, journal }: Execution, promise: string): boolean {
  const last = (owner?.view ?? journal.entries).at(-1);
  return !ended && last !== undefined && awaitedPromises(last, id).includes(promise);
}

function wake(execution: Execution): void {
  execution.owner?.poke();
  execution.wakeOnInput?.();
}

function stateOf({ status, exitCode, reason }: Execution): ExecutionState {
  return {
    status,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function printedBy({ journal }: Execution): Uint8Array {
  const parts = journal.entries.flatMap(({ operation, args }) =>
    operation.name === stdoutWrite.name && args.body !== undefined ? [args.body] : [],
  );
  return concatBytes(parts);
}

function unknownExecution(id: string): ConversationFailure {
  return failure('unknown-execution', `there is no execution ${id}`);
}

function failure(code: ConversationFailure['failure'], detail: string): ConversationFailure {
  return { failure: code, detail };
}
