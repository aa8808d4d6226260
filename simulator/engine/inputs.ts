/**
 * What comes into a simulation from outside: faults and answers of people, input, requests, promises,
 * and what real hosts have answered. Each is written ahead with its place, which is the count of
 * steps before it, and happens there at once; an earlier run's inputs are taken in at their places.
 */
import type { PromiseValue } from '../effects/conversation.ts';
import type { HttpHeaders } from '../effects/http.ts';
import type { JsonObject } from '../effects/operation.ts';
import { REQUEST_INBOX, type RequestHead } from '../effects/request.ts';
import { editResult, type ResultEdit } from '../effects/result-edit.ts';
import type { Fault } from '../faults/fault.ts';
import { faultJson, parseFault } from '../faults/plan.ts';
import type { ExecutionId, Seq } from '../journal/entry.ts';
import { type InputRow, PASSED_TO } from '../journal/records.ts';
import { assert, unreachable } from '../kernel/assert.ts';
import { type VirtualNanos, virtualNanos } from '../kernel/time.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { OutcomeAnswer } from './http-exchange.ts';
import { feedInbox, type IncomingBody, inboxOf, STDIN_INBOX, startFor } from './incoming.ts';
import { type Patch, parsePatch, patchInput } from './patch.ts';
import { placedNow } from './placed-now.ts';
import type { RealAnswer } from './real-requests.ts';
import type { UpcomingEffect } from './simulation.ts';
import type { Workflow } from './workflow.ts';

export class Inputs {
  private count = 0;
  private readonly given: InputRow[];

  /**
   * @param given inputs of an earlier run to take in again, but those of real hosts
   * @param workflowFor what a request starts, by its name
   * @param letTimePass lets time pass before an input, and says when it has
   */
  constructor(
    private readonly engine: Engine,
    given: readonly InputRow[],
    private readonly workflowFor: (name: string) => Workflow | undefined,
    private readonly letTimePass: () => VirtualNanos | undefined,
  ) {
    this.given = [...given].reverse();
  }

  /** Whether inputs of the earlier run are still to come. */
  get areLeft(): boolean {
    const { real, agenda } = this.engine;
    return this.given.length > 0 || real.hasLaterThan(agenda.steps);
  }

  /**
   * Injects a fault by hand, as it stands in the plan from now on: see `placedNow`. Throws PlanError
   * when it names a node that there is not.
   */
  inject(given: Fault): void {
    this.engine.checkFault(given);
    const fault = placedNow(this.engine, given);
    this.engine.checkFault(fault);
    this.write('fault', faultJson(fault), undefined);
    this.applyFaultInput(fault);
  }

  /**
   * Changes the result of the effect before which a guest was put aside. Throws ResultEditError,
   * and changes nothing, when the effect cannot have such a result.
   */
  edit({ execution, seq, operation, args }: UpcomingEffect, edit: ResultEdit): void {
    editResult(operation.name, args, undefined, edit);
    const { whole, fields, body } = edit;
    this.write('edit', { execution, seq, effect: operation.name, whole, fields }, body);
    this.engine.edits.add(execution, seq, edit);
  }

  /**
   * Changes memory at a place that its first attempt has not passed yet, or only since its latest
   * effect: then it comes there again. Throws PatchError and ModuleError, and changes nothing.
   */
  patch(patch: Patch): void {
    const { patches } = this.engine;
    patches.check(this.execution(patch.execution).workflow.program);
    const { data, body } = patchInput(patch);
    this.write('patch', data, body);
    patches.add(patch);
  }

  /** Adds to an execution's standard input. Throws InboxError when that takes no more. */
  feed(execution: ExecutionId, body: Uint8Array, ends: boolean, delivery?: number): void {
    this.feedInbox(execution, STDIN_INBOX, { body, ends }, delivery);
  }

  /**
   * Starts an execution of a workflow for a request that came in; `feedRequest` adds to its body.
   *
   * @param delivery what the input is called outside; it is kept with the input, as in all of these
   */
  request(
    workflow: string,
    head: RequestHead,
    incoming: IncomingBody,
    delivery?: number,
  ): Execution {
    const { method, url, headers } = head;
    const request = { workflow, method, url, headers, ...endOf(incoming), ...named(delivery) };
    this.write('request', request, incoming.body);
    return this.applyRequest(workflow, head, incoming);
  }

  /** Starts an execution of a workflow whose standard input is a connection that was opened. */
  connect(workflow: string, body: Uint8Array, ends: boolean, delivery?: number): Execution {
    this.write('request', { workflow, ends, ...named(delivery) }, body);
    return this.applyRequest(workflow, undefined, { body, ends });
  }

  /** Adds to the body of the request that an execution was started for. Throws InboxError. */
  feedRequest(execution: ExecutionId, incoming: IncomingBody, delivery?: number): void {
    this.feedInbox(execution, REQUEST_INBOX, incoming, delivery);
  }

  private feedInbox(
    id: ExecutionId,
    inbox: string,
    incoming: IncomingBody,
    delivery?: number,
  ): void {
    const { body } = incoming;
    inboxOf(this.execution(id), inbox).check(body.length);
    this.write('inbox', { execution: id, inbox, ...endOf(incoming), ...named(delivery) }, body);
    this.applyFeed(id, inbox, incoming);
  }

  /** Answers what became of a call; false when nobody asked. */
  answer(execution: ExecutionId, seq: Seq, answer: OutcomeAnswer): boolean {
    if (!this.engine.questions.isOpen(execution, seq)) return false;
    this.write('answer', { execution, seq, answer }, undefined);
    return this.engine.questions.answer(execution, seq, answer);
  }

  /** Keeps a promise from outside; false when it was kept before. */
  keepPromise(promise: string, { contentType, body }: PromiseValue): boolean {
    this.write('promise', { promise, contentType }, body);
    return this.engine.conversations.keep(promise, { contentType, body });
  }

  /** Sends a message from outside; false when the execution has ended. */
  sendMessage(execution: ExecutionId, { contentType, body }: PromiseValue): boolean {
    const receiver = this.execution(execution);
    this.write('message', { execution, contentType }, body);
    return this.engine.conversations.deliver(receiver, { contentType, body });
  }

  /** Takes in what a real host answered; false when nobody waits for that any more. */
  answerReal(number: number, answer: RealAnswer): boolean {
    const { real } = this.engine;
    if (!real.isAwaited(number)) return false;
    const data = real.describe(number, answer);
    const body = answer.kind === 'answered' ? answer.body : undefined;
    this.write('upstream', data, body);
    real.answer({ data, body });
    return true;
  }

  /** A real host has taken at least this long to answer: time may go on as far. */
  realTimePassed(number: number, realNanos: bigint): void {
    this.engine.real.noteElapsed(number, realNanos);
  }

  cancel(execution: ExecutionId): void {
    this.execution(execution);
    this.write('cancel', { execution }, undefined);
    this.applyCancel(execution, undefined);
  }

  private write(kind: InputRow['kind'], data: JsonObject, body: Uint8Array | undefined): void {
    const at = this.letTimePass();
    this.engine.sink.input({
      number: ++this.count,
      step: this.engine.agenda.steps,
      kind,
      data: at === undefined ? data : { ...data, [PASSED_TO]: at.toString() },
      body,
    });
    this.engine.sink.flush();
  }

  /** Takes in what came into the earlier run at this place. */
  takeGiven(): void {
    for (;;) {
      const next = this.nextGiven();
      if (next === undefined) return;
      if (next.kind === 'upstream') this.takeGivenAnswer(next);
      else {
        this.given.pop();
        this.passAsIn(next);
        this.engine.sink.input({ ...next, number: ++this.count });
        this.applyInput(next);
      }
    }
  }

  /** The next input of the earlier run that is due, in the order in which they came. */
  private nextGiven(): InputRow | undefined {
    const { steps } = this.engine.agenda;
    const given = this.given.at(-1);
    const due = given !== undefined && given.step <= steps ? given : undefined;
    const answer = this.engine.real.nextGiven(steps);
    if (due === undefined || answer === undefined) return due ?? answer;
    return answer.number < due.number ? answer : due;
  }

  /** Time passed before it when it came. */
  private passAsIn({ data }: InputRow): void {
    const at = data[PASSED_TO];
    if (at !== undefined) this.engine.agenda.passTo(virtualNanos(BigInt(String(at))));
  }

  private takeGivenAnswer(row: InputRow): void {
    this.passAsIn(row);
    this.engine.sink.input({ ...row, step: this.engine.agenda.steps, number: ++this.count });
    this.engine.real.answer(row);
  }

  /** In a branch, nothing may be left to happen before an answer of the earlier run is taken. */
  takeEarlyAnswer(): boolean {
    const row = this.engine.real.nextGiven(undefined);
    if (row !== undefined) this.takeGivenAnswer(row);
    return row !== undefined;
  }

  private applyInput(input: InputRow): void {
    const { kind, data, body } = input;
    const execution = String(data.execution ?? '') as ExecutionId;
    switch (kind) {
      case 'request':
        this.applyRequest(
          String(data.workflow),
          data.method === undefined ? undefined : requestHeadOf(data),
          incomingIn(data, body),
        );
        return;
      case 'inbox': {
        const inbox = String(data.inbox ?? STDIN_INBOX);
        this.applyFeed(execution, inbox, incomingIn(data, body));
        return;
      }
      case 'promise':
        this.engine.conversations.keep(String(data.promise), valueIn(data, body));
        return;
      case 'message':
        this.engine.conversations.deliver(this.execution(execution), valueIn(data, body));
        return;
      case 'answer':
        this.engine.questions.answer(
          execution,
          Number(data.seq) as Seq,
          data.answer === 'fail' ? 'fail' : 'retry',
        );
        return;
      case 'upstream':
        this.engine.real.answer({ data, body });
        return;
      case 'cancel':
        this.applyCancel(execution, data.after === undefined ? undefined : Number(data.after));
        return;
      case 'edit':
        this.engine.edits.add(execution, Number(data.seq) as Seq, {
          whole: data.whole === true,
          fields: (data.fields ?? {}) as JsonObject,
          body,
        });
        return;
      case 'patch':
        this.engine.patches.announce(parsePatch(input));
        return;
      case 'fault':
        this.applyFaultInput(parseFault(data, 'a recorded input'));
        return;
      default:
        unreachable(kind);
    }
  }

  private applyFaultInput(fault: Fault): void {
    this.engine.inject(fault);
  }

  private applyRequest(
    name: string,
    head: RequestHead | undefined,
    incoming: IncomingBody,
  ): Execution {
    const workflow = this.workflowFor(name);
    assert(workflow !== undefined, `no workflow ${name} answers requests`);
    return startFor(this.engine, workflow, { head, ...incoming });
  }

  private applyFeed(id: ExecutionId, name: string, incoming: IncomingBody): void {
    feedInbox(this.engine, this.execution(id), name, incoming);
  }

  private applyCancel(id: ExecutionId, after: number | undefined): void {
    if (after === undefined) this.engine.cancel(this.execution(id));
    else this.engine.cancelAfter(id, after);
  }

  private execution(id: ExecutionId): Execution {
    const execution = this.engine.executions.get(id);
    if (execution === undefined)
      throw new UnknownExecutionError(id, [...this.engine.executions.keys()]);
    return execution;
  }
}

function named(delivery: number | undefined): JsonObject {
  return delivery === undefined ? {} : { delivery };
}

function endOf({ ends, trailers = [] }: IncomingBody): JsonObject {
  return trailers.length > 0 ? { ends, trailers } : { ends };
}

/** Reads back what came in, with what `endOf` wrote down of it. */
function incomingIn({ ends, trailers }: JsonObject, body: Uint8Array | undefined): IncomingBody {
  const part = { body: body ?? new Uint8Array(0), ends: ends === true };
  return trailers === undefined ? part : { ...part, trailers: trailers as unknown as HttpHeaders };
}

/** Reads back what `keepPromise` and `sendMessage` wrote down. */
function valueIn({ contentType }: JsonObject, body: Uint8Array | undefined): PromiseValue {
  return { contentType: String(contentType), body: body ?? new Uint8Array(0) };
}

/** Reads back what `request` wrote down. */
function requestHeadOf({ method, url, headers }: JsonObject): RequestHead {
  return {
    method: String(method),
    url: String(url),
    headers: (headers ?? []) as unknown as RequestHead['headers'],
  };
}

/** An execution was named that this simulation does not have. */
export class UnknownExecutionError extends Error {
  override readonly name = 'UnknownExecutionError';
  readonly code = 'unknown-execution';
  constructor(id: string, known: readonly string[]) {
    super(`there is no execution ${id}; there is ${known.join(', ') || 'none'}`);
  }
}
