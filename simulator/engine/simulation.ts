/**
 * A closed world in which workflows run: the public face of the engine. It is driven from outside,
 * step by step or to its end, and takes in real inputs at recorded places.
 *
 * S1  It is a pure function of its setup, seed, plan and inputs: running it again with the same
 *     gives the same recording.
 * S2  Stopping and going on changes nothing of what happens.
 */
import type { RealServiceConfig, ServiceConfig, WorldConfig } from '../config/config.ts';
import type { PromiseValue } from '../effects/conversation.ts';
import type { EffectValue, JsonObject } from '../effects/operation.ts';
import { REQUEST_INBOX, type RequestHead } from '../effects/request.ts';
import type { Fault, FaultPlan } from '../faults/fault.ts';
import { FaultInjector } from '../faults/injector.ts';
import { faultJson, parseFault } from '../faults/plan.ts';
import type { AnyOperation, ExecutionId, Seq } from '../journal/entry.ts';
import type { InputRow, RecordingSink } from '../journal/records.ts';
import { assert, unreachable } from '../kernel/assert.ts';
import { type Choice, Choices } from '../kernel/choices.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND, VIRTUAL_START } from '../kernel/time.ts';
import type { Volume } from '../world/files/volume.ts';
import { linkName, Network } from '../world/network.ts';
import { SimulatedNode } from '../world/node.ts';
import { Service, type ServiceProgram } from '../world/service.ts';
import { Agenda } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { OutcomeAnswer } from './http-exchange.ts';
import type { Inbox } from './inbox.ts';
import {
  JournalStore,
  RequestInbox,
  type ShownOutput,
  type ShownResponse,
} from './journal-store.ts';
import type { Question } from './questions.ts';
import { type RealAnswer, type RealRequest, RealRequests } from './real-requests.ts';
import type { Workflow } from './workflow.ts';

/**
 * How long the journal store takes to acknowledge a commit, unless the configuration names its
 * links. Commits themselves are streamed, and arrive as they are sent.
 */
const ACKNOWLEDGE_NANOS = 2n * NANOS_PER_MILLI;
/** Nodes have been up for different times, so that their monotonic clocks differ. */
const NODE_UP_STEP_NANOS = 3600n * NANOS_PER_SECOND;
/** The inbox of standard input, in recorded inputs. */
const STDIN_INBOX = 'stdin';
/** How many effects pass between two looks at what the driver's user wants. */
const EFFECTS_PER_POLL = 64;

/** An effect that is about to be performed, inside its guest's call. */
export interface UpcomingEffect {
  readonly execution: ExecutionId;
  readonly attempt: number;
  readonly seq: Seq;
  readonly operation: AnyOperation;
  readonly args: EffectValue;
}

export interface SimulationObserver {
  /** Asked inside the guest's call, so that its stack can be looked at; true stops there. */
  stopsBefore?(effect: UpcomingEffect): boolean;
  /** Asked now and then while guests run; true stops as soon as possible. */
  poll?(): boolean;
  /** A guest is put on the stack, to go on after the entries that its attempt knows. */
  onTurn?(execution: ExecutionId, entries: number): void;
  onOutput?(output: ShownOutput): void;
  onResponse?(response: ShownResponse): void;
  /**
   * A request to a real host is to be sent, after all that was written down before is durable; its
   * answer comes back with `answerReal`. Without this, it never comes.
   */
  onRealRequest?(request: RealRequest): void;
}

export interface SimulationSetup {
  readonly world: WorldConfig;
  readonly plan: FaultPlan;
  readonly sink: RecordingSink;
  /** One for each service of the world, by name. */
  readonly servicePrograms: ReadonlyMap<string, ServiceProgram>;
  /** One for each volume of the world, by name. */
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly observer?: SimulationObserver;
  /** What a request that comes in, or another execution, starts by the workflow's name. */
  readonly workflowFor?: (name: string) => Workflow | undefined;
  /** Decisions of an earlier run to take again. */
  readonly choices?: readonly Choice[];
  /** Inputs of an earlier run to take in again. */
  readonly inputs?: readonly InputRow[];
}

export type RunResult =
  | { readonly kind: 'ended' }
  /** Nothing is left to happen until an input comes. */
  | {
      readonly kind: 'waiting';
      readonly questions: readonly Question[];
      /** Promises that executions wait for, by name. */
      readonly promises: readonly string[];
    }
  /** Nothing happens until a real host has answered, or has had more time for it. */
  | { readonly kind: 'real' }
  | { readonly kind: 'stopped'; readonly at: UpcomingEffect | undefined };

export class Simulation {
  readonly engine: Engine;
  readonly agenda = new Agenda();
  private readonly sink: RecordingSink;
  private readonly observer: SimulationObserver;
  private readonly given: InputRow[];
  private readonly workflowFor: SimulationSetup['workflowFor'];
  private inputs = 0;
  private stopping = false;
  private stoppedAt: UpcomingEffect | undefined;
  /** The attempt whose turn was broken off; it goes on before anything else happens. */
  private interrupted: Attempt | undefined;
  private untilPoll = EFFECTS_PER_POLL;

  constructor(setup: SimulationSetup) {
    const { world, sink } = setup;
    this.sink = sink;
    this.observer = setup.observer ?? {};
    const inputs = setup.inputs ?? [];
    this.given = inputs.filter(({ kind }) => kind !== 'upstream').reverse();
    const choices = new Choices({
      seed: world.seed,
      ...(setup.choices === undefined ? {} : { given: setup.choices }),
      onChoice: (choice) => sink.choice(choice),
    });
    const network = new Network(networkSetup(world), choices);
    const faults = new FaultInjector(setup.plan, sink);
    const store = new JournalStore(
      sink,
      (output) => this.observer.onOutput?.(output),
      (response) => this.observer.onResponse?.(response),
    );
    this.workflowFor = setup.workflowFor;
    this.engine = new Engine({
      world,
      agenda: this.agenda,
      choices,
      network,
      faults,
      sink,
      store,
      nodes: world.nodes.map((name, index) => newNode(world, name, index)),
      services: world.services.map((config) => {
        const program = setup.servicePrograms.get(config.name);
        assert(isReal(config) || program !== undefined, `no program for service ${config.name}`);
        return newService(config, program, choices, sink);
      }),
      volumes: setup.volumes,
      real: new RealRequests({
        agenda: this.agenda,
        given: inputs.filter(({ kind }) => kind === 'upstream'),
        send: (request) => this.observer.onRealRequest?.(request),
      }),
      workflowFor: setup.workflowFor ?? (() => undefined),
      driver: {
        stopsBefore: (attempt, seq, operation, args) =>
          this.stopsBefore(attempt, seq, operation, args),
        takeInputs: () => this.takeGivenInputs(),
        onStopped: (attempt) => {
          this.interrupted = attempt;
        },
        onTurn: ({ execution, view }) => this.observer.onTurn?.(execution.id, view.length),
      },
    });
  }

  start(workflow: Workflow): Execution {
    return this.engine.start(workflow);
  }

  /** Whether inputs of the earlier run are still to come. */
  get isCatchingUp(): boolean {
    return this.given.length > 0 || this.engine.real.hasLaterThan(this.agenda.steps);
  }

  get executions(): readonly Execution[] {
    return [...this.engine.executions.values()];
  }

  /** The fault plan with everything that was injected. */
  plan(): FaultPlan {
    return this.engine.faults.plan();
  }

  /** Runs until all has ended, nothing is left to happen, or the observer stops it. */
  run(): RunResult {
    this.stopping = false;
    this.stoppedAt = undefined;
    const { interrupted } = this;
    this.interrupted = undefined;
    interrupted?.takeTurn();
    while (!this.stopping) {
      this.takeGivenInputs();
      const next = this.engine.unended === 0 ? undefined : this.agenda.next();
      if (next === undefined) {
        if (this.takeEarlyAnswer()) continue;
        return this.rest();
      }
      this.agenda.happenNext(next);
      if (this.observer.poll?.() === true) this.stopping = true;
    }
    return { kind: 'stopped', at: this.stoppedAt };
  }

  private rest(): RunResult {
    const { questions, conversations, real, unended } = this.engine;
    if (real.count > 0) return { kind: 'real' };
    if (unended === 0) return { kind: 'ended' };
    return { kind: 'waiting', questions: questions.open(), promises: conversations.awaited() };
  }

  // Inputs from outside. Each is written ahead with its place, and happens there at once.

  /**
   * Injects a fault by hand; its trigger names an effect to come or an instant to come. Throws
   * PlanError when it names a node that there is not.
   */
  inject(fault: Fault): void {
    this.engine.checkFault(fault);
    this.write('fault', faultJson(fault), undefined);
    this.applyFaultInput(fault);
  }

  /** Adds to an execution's standard input. Throws InboxError when that takes no more. */
  feed(execution: ExecutionId, bytes: Uint8Array, ends: boolean, delivery?: number): void {
    this.feedInbox(execution, STDIN_INBOX, bytes, ends, delivery);
  }

  /**
   * Starts an execution of a workflow for a request that came in.
   *
   * @param ends false when more of its body follows, with `feedRequest`
   * @param delivery what the input is called outside; it is kept with the input, as in all of these
   */
  request(
    workflow: string,
    head: RequestHead,
    body: Uint8Array,
    ends: boolean,
    delivery?: number,
  ): Execution {
    const { method, url, headers } = head;
    this.write('request', { workflow, method, url, headers, ends, ...named(delivery) }, body);
    return this.applyRequest(workflow, head, body, ends);
  }

  /** Starts an execution of a workflow whose standard input is a connection that was opened. */
  connect(workflow: string, bytes: Uint8Array, ends: boolean, delivery?: number): Execution {
    this.write('request', { workflow, ends, ...named(delivery) }, bytes);
    return this.applyRequest(workflow, undefined, bytes, ends);
  }

  /** Adds to the body of the request that an execution was started for. Throws InboxError. */
  feedRequest(execution: ExecutionId, bytes: Uint8Array, ends: boolean, delivery?: number): void {
    this.feedInbox(execution, REQUEST_INBOX, bytes, ends, delivery);
  }

  private feedInbox(
    id: ExecutionId,
    inbox: string,
    bytes: Uint8Array,
    ends: boolean,
    delivery?: number,
  ): void {
    this.inbox(id, inbox).check(bytes.length);
    this.write('inbox', { execution: id, inbox, ends, ...named(delivery) }, bytes);
    this.applyFeed(id, inbox, bytes, ends);
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
    this.sink.input({ number: ++this.inputs, step: this.agenda.steps, kind, data, body });
    this.sink.flush();
  }

  private takeGivenInputs(): void {
    for (;;) {
      const next = this.nextGiven();
      if (next === undefined) return;
      if (next.kind === 'upstream') this.takeGivenAnswer(next);
      else {
        this.given.pop();
        this.sink.input({ ...next, number: ++this.inputs });
        this.applyInput(next);
      }
    }
  }

  /** The next input of the earlier run that is due, in the order in which they came. */
  private nextGiven(): InputRow | undefined {
    const { steps } = this.agenda;
    const given = this.given.at(-1);
    const due = given !== undefined && given.step <= steps ? given : undefined;
    const answer = this.engine.real.nextGiven(steps);
    if (due === undefined || answer === undefined) return due ?? answer;
    return answer.number < due.number ? answer : due;
  }

  private takeGivenAnswer(row: InputRow): void {
    this.sink.input({ ...row, step: this.agenda.steps, number: ++this.inputs });
    this.engine.real.answer(row);
  }

  /** In a branch, nothing may be left to happen before an answer of the earlier run is taken. */
  private takeEarlyAnswer(): boolean {
    const row = this.engine.real.nextGiven(undefined);
    if (row !== undefined) this.takeGivenAnswer(row);
    return row !== undefined;
  }

  private applyInput({ kind, data, body }: InputRow): void {
    const execution = String(data.execution ?? '') as ExecutionId;
    switch (kind) {
      case 'request':
        this.applyRequest(
          String(data.workflow),
          data.method === undefined ? undefined : requestHeadOf(data),
          body ?? new Uint8Array(0),
          data.ends === true,
        );
        return;
      case 'inbox': {
        const inbox = String(data.inbox ?? STDIN_INBOX);
        this.applyFeed(execution, inbox, body ?? new Uint8Array(0), data.ends === true);
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
    body: Uint8Array,
    ends: boolean,
  ): Execution {
    const workflow = this.workflowFor?.(name);
    assert(workflow !== undefined, `no workflow ${name} answers requests`);
    const request = head === undefined ? undefined : new RequestInbox(head);
    const execution = this.engine.start(workflow, request);
    const inbox = request?.body ?? execution.journal.stdin;
    inbox.append(body);
    inbox.ended = ends;
    const { method, url } = head ?? {};
    const what = method === undefined || url === undefined ? {} : { method, url };
    const data = {
      inbox: head === undefined ? STDIN_INBOX : REQUEST_INBOX,
      ...what,
      bytes: body.length,
      ends,
    };
    this.engine.trace({ kind: 'input.arrived', execution: execution.id, data });
    return execution;
  }

  private inbox(id: ExecutionId, name: string): Inbox {
    const { stdin, request } = this.execution(id).journal;
    if (name === STDIN_INBOX) return stdin;
    assert(request !== undefined, `${id} was not started for a request`);
    return request.body;
  }

  private applyFeed(id: ExecutionId, name: string, bytes: Uint8Array, ends: boolean): void {
    const execution = this.execution(id);
    const inbox = this.inbox(id, name);
    inbox.append(bytes);
    inbox.ended ||= ends;
    const data = { inbox: name, bytes: bytes.length, ends };
    this.engine.trace({ kind: 'input.arrived', execution: id, data });
    execution.owner?.poke();
    execution.wakeOnInput?.();
  }

  private applyCancel(id: ExecutionId, after: number | undefined): void {
    const execution = this.execution(id);
    if (after === undefined) this.engine.cancel(execution);
    else execution.cancelsAfter = after as Seq;
  }

  private execution(id: ExecutionId): Execution {
    const execution = this.engine.executions.get(id);
    if (execution === undefined)
      throw new UnknownExecutionError(id, [...this.engine.executions.keys()]);
    return execution;
  }

  private stopsBefore(
    { execution, number }: Attempt,
    seq: Seq,
    operation: AnyOperation,
    args: EffectValue,
  ): boolean {
    if (--this.untilPoll <= 0) {
      this.untilPoll = EFFECTS_PER_POLL;
      if (this.observer.poll?.() === true) this.stopping = true;
    }
    if (this.observer.stopsBefore === undefined) return this.stopping;
    const effect = { execution: execution.id, attempt: number, seq, operation, args };
    if (this.observer.stopsBefore(effect)) {
      this.stopping = true;
      this.stoppedAt = effect;
    }
    return this.stopping;
  }
}

/** An execution was named that this simulation does not have. */
export class UnknownExecutionError extends Error {
  override readonly name = 'UnknownExecutionError';
  readonly code = 'unknown-execution';
  constructor(id: string, known: readonly string[]) {
    super(`there is no execution ${id}; there is ${known.join(', ') || 'none'}`);
  }
}

function named(delivery: number | undefined): JsonObject {
  return delivery === undefined ? {} : { delivery };
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

function newNode(world: WorldConfig, name: string, index: number): SimulatedNode {
  return new SimulatedNode(name, VIRTUAL_START, world.startUnixNanos, nodeUpNanos(index));
}

/** How long the node with this index has been up at the start, in nanoseconds. */
export function nodeUpNanos(index: number): bigint {
  return BigInt(index + 1) * NODE_UP_STEP_NANOS;
}

function isReal(config: ServiceConfig): config is RealServiceConfig {
  return 'real' in config;
}

function newService(
  config: ServiceConfig,
  program: ServiceProgram | undefined,
  choices: Choices,
  sink: RecordingSink,
): Service {
  const { name, hosts, latencyNanos } = config;
  return new Service({
    name,
    hosts,
    program: program === undefined ? undefined : withLatency(program, latencyNanos),
    ...(isReal(config) ? { real: config } : {}),
    random: () => choices.bits(`service ${name}`) / Number.MAX_SAFE_INTEGER,
    onLedgerRow: (row) => sink.ledger(row),
  });
}

/** A service takes its configured time for every answer, and what its program adds. */
function withLatency(program: ServiceProgram, latencyNanos: bigint): ServiceProgram {
  return {
    handle: (request, context) => {
      const response = program.handle(request, context);
      return { ...response, delayNanos: response.delayNanos + latencyNanos };
    },
  };
}

function networkSetup(world: WorldConfig) {
  const links = world.links.map((link) => [linkName(link.from, link.to), link] as const);
  return {
    fallback: world.defaultLink,
    commit: { latencyNanos: 0n, jitterNanos: 0n },
    acknowledge: { latencyNanos: ACKNOWLEDGE_NANOS, jitterNanos: 0n },
    links: new Map(links),
  };
}
