/**
 * A closed world in which workflows run: the public face of the engine. It is driven from outside,
 * step by step or to its end, and takes in real inputs at recorded places.
 *
 * S1  It is a pure function of its setup, seed, plan and inputs: running it again with the same
 *     gives the same recording.
 * S2  Stopping and going on changes nothing of what happens.
 */
import type { RealServiceConfig, ServiceConfig, WorldConfig } from '../config/config.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { FaultInjector } from '../faults/injector.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { AnyOperation, ExecutionId, Seq } from '../journal/entry.ts';
import type { InputRow, RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import { type Choice, Choices } from '../kernel/choices.ts';
import { NANOS_PER_SECOND, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import type { Volume } from '../world/files/volume.ts';
import { Network } from '../world/network.ts';
import { SimulatedNode } from '../world/node.ts';
import { Service, type ServiceProgram } from '../world/service.ts';
import { delayed } from '../world/service-datagram.ts';
import { Agenda, type Pace } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import type { Client } from './client.ts';
import { Clients } from './clients.ts';
import { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import { Inputs } from './inputs.ts';
import { JournalStore, type ShownOutput, type ShownResponse } from './journal-store.ts';
import { networkSetup } from './network-setup.ts';
import { patchesIn } from './patch.ts';
import { PatchedForms } from './patched-forms.ts';
import { AS_IT_IS, type StatementPoint } from './patches.ts';
import type { Question } from './questions.ts';
import { type RealRequest, RealRequests } from './real-requests.ts';
import type { Workflow } from './workflow.ts';

/** Nodes have been up for different times, so that their monotonic clocks differ. */
const NODE_UP_STEP_NANOS = 3600n * NANOS_PER_SECOND;
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

/** A guest that has computed for a while. */
export interface Computing {
  readonly execution: ExecutionId;
  readonly attempt: number;
  /** How many effects its attempt knows. */
  readonly entries: number;
  /** How many probes it has passed. */
  readonly tick: number;
  /** Whether it has come past all effects that its attempt knows. */
  readonly isNew: boolean;
}

export interface SimulationObserver {
  /** Asked inside the guest's call, so that its stack can be looked at; true stops there. */
  stopsBefore?(effect: UpcomingEffect): boolean;
  /**
   * Asked now and then while a guest with probes computes; true puts it aside. It will come to the
   * same place from its beginning.
   */
  stopsWithin?(computing: Computing): boolean;
  /** Asked now and then while guests run; true stops as soon as possible. */
  poll?(): boolean;
  /** A guest is put on the stack, to go on after the entries that its attempt knows. */
  onTurn?(execution: ExecutionId, entries: number): void;
  onOutput?(output: ShownOutput): void;
  onResponse?(response: ShownResponse): void;
  /** An execution has ended, in whatever way, and that is written down. */
  onEnded?(execution: ExecutionId): void;
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
  /** Where programs whose memory is changed by hand have their forms from. */
  readonly patchedForms?: PatchedForms;
  /** The programs that faults of the plan deploy, by how the plan names them. */
  readonly programs?: ReadonlyMap<string, GuestProgram>;
  /** Who sends requests from inside; what they send to is named by `workflowFor`. */
  readonly clients?: readonly Client[];
  /** Waits of programs take real time. What follows from that stays the same without a pace. */
  readonly followsRealTime?: boolean;
  /** The real time that is followed; without one, it is as if it had come already. */
  readonly pace?: Pace;
}

/** What executions wait for that only comes from outside. */
export interface Awaited {
  readonly questions: readonly Question[];
  /** Promises that executions wait for, by name. */
  readonly promises: readonly string[];
}

export type RunResult =
  | { readonly kind: 'ended' }
  /** Nothing is left to happen until an input comes. */
  | ({ readonly kind: 'waiting' } & Awaited)
  /** Nothing happens until real time has reached `dueAt`, or an input comes. */
  | ({ readonly kind: 'paced'; readonly dueAt: VirtualNanos } & Awaited)
  /** Nothing happens until a real host has answered, or has had more time for it. */
  | { readonly kind: 'real' }
  | { readonly kind: 'stopped'; readonly at: UpcomingEffect | undefined };

export class Simulation {
  readonly engine: Engine;
  readonly agenda: Agenda;
  /** What comes from outside. */
  readonly inputs: Inputs;
  private readonly clients: Clients;
  private readonly observer: SimulationObserver;
  private stopping = false;
  private stoppedAt: UpcomingEffect | undefined;
  /** The attempt whose turn was broken off; it goes on before anything else happens. */
  private interrupted: Attempt | undefined;
  private untilPoll = EFFECTS_PER_POLL;

  constructor(setup: SimulationSetup) {
    const { world, sink, followsRealTime = false, pace } = setup;
    this.agenda = new Agenda({ followsRealTime, pace, schedule: setup.plan.schedule });
    this.observer = setup.observer ?? {};
    const given = setup.inputs ?? [];
    const workflowFor = setup.workflowFor ?? (() => undefined);
    const choices = new Choices({
      seed: world.seed,
      ...(setup.choices === undefined ? {} : { given: setup.choices }),
      onChoice: (choice) => sink.choice(choice),
    });
    const network = new Network(networkSetup(world), choices);
    const faults = new FaultInjector(setup.plan, sink, choices, () => this.agenda.now);
    const store = new JournalStore(
      sink,
      (output) => {
        this.clients.takeOutput(output);
        this.observer.onOutput?.(output);
      },
      (response) => {
        this.clients.takeResponse(response);
        this.observer.onResponse?.(response);
      },
    );
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
        given: given.filter(({ kind }) => kind === 'upstream'),
        send: (request) => this.observer.onRealRequest?.(request),
      }),
      patches: { forms: setup.patchedForms ?? new PatchedForms(), given: patchesIn(given) },
      workflowFor,
      programs: setup.programs ?? new Map(),
      driver: {
        stopsBefore: (attempt, seq, operation, args) =>
          this.stopsBefore(attempt, seq, operation, args),
        stopsWithin: ({ execution, number, view, cursor }, tick) => {
          const { length: entries } = view;
          const known = { execution: execution.id, attempt: number, entries, tick };
          const isNew = cursor === entries;
          if (this.observer.stopsWithin?.({ ...known, isNew }) === true) this.stopping = true;
          return this.stopping;
        },
        takeInputs: () => this.inputs.takeGiven(),
        onStopped: (attempt) => {
          this.interrupted = attempt;
        },
        onTurn: ({ execution, view }) => this.observer.onTurn?.(execution.id, view.length),
        onEnded: ({ id, status }) => {
          this.observer.onEnded?.(id);
          this.clients.ended(id, status === 'completed');
        },
      },
    });
    this.inputs = new Inputs(
      this.engine,
      given.filter(({ kind }) => kind !== 'upstream'),
      workflowFor,
      () => (this.interrupted === undefined ? this.agenda.follow(this.isOver) : undefined),
    );
    this.clients = new Clients({
      engine: this.engine,
      clients: setup.clients ?? [],
      maxConcurrent: world.maxConcurrent,
      workflowFor,
    });
  }

  start(workflow: Workflow): Execution {
    return this.engine.start(workflow);
  }

  /** Lets happen what comes before the first execution, where a client starts it; no program runs. */
  toFirstExecution(): void {
    while (this.engine.executions.size === 0 && !this.isOver) {
      const next = this.agenda.next();
      if (next === undefined) return;
      this.agenda.happenNext(next);
    }
  }

  get executions(): readonly Execution[] {
    return [...this.engine.executions.values()];
  }

  /** The form in which the guest runs that is on the stack; undefined when none was there yet. */
  get runningProgram(): GuestProgram | undefined {
    const { inTurn, patches } = this.engine;
    return inTurn === undefined ? undefined : (inTurn.steps?.program ?? patches.programFor(inTurn));
  }

  /**
   * Where a guest is to be put aside while it computes, before a statement: `stopsWithin` is asked
   * once it comes there.
   */
  set stopAt(point: StatementPoint | undefined) {
    this.engine.patches.stopAt = point;
  }

  /**
   * Has programs run in another form from now on, or as they are, which changes nothing of what
   * happens. Not to be called while guests run.
   */
  runAs(form: ((program: GuestProgram) => GuestProgram) | undefined): void {
    this.engine.patches.form = form ?? AS_IT_IS;
  }

  /** The fault plan with everything that was injected. */
  plan(): FaultPlan {
    return this.engine.faults.plan();
  }

  /** The same with what was drawn by chance at the effects that it hit. */
  settledPlan(): FaultPlan {
    return this.engine.faults.settledPlan();
  }

  /** Runs until all has ended, nothing is left to happen, or the observer stops it. */
  run(): RunResult {
    this.stopping = false;
    this.stoppedAt = undefined;
    const { interrupted } = this;
    this.interrupted = undefined;
    interrupted?.takeTurn();
    while (!this.stopping) {
      this.inputs.takeGiven();
      const dueAt = this.pacedUntil();
      const next = this.isOver || dueAt !== undefined ? undefined : this.agenda.next();
      if (next === undefined) {
        if (this.inputs.takeEarlyAnswer()) continue;
        return this.rest(dueAt);
      }
      this.agenda.happenNext(next);
      if (this.observer.poll?.() === true) this.stopping = true;
    }
    return { kind: 'stopped', at: this.stoppedAt };
  }

  /** All executions have ended, what they have sent has arrived, and no client sends any more. */
  private get isOver(): boolean {
    const { unended, traffic } = this.engine;
    return unended === 0 && this.clients.open === 0 && traffic.isQuiet;
  }

  private rest(dueAt: VirtualNanos | undefined): RunResult {
    const { questions, conversations, real } = this.engine;
    if (real.count > 0) return { kind: 'real' };
    if (this.isOver) {
      this.engine.closeServices();
      return { kind: 'ended' };
    }
    const awaited = { questions: questions.open(), promises: conversations.awaited() };
    return dueAt === undefined
      ? { kind: 'waiting', ...awaited }
      : { kind: 'paced', dueAt, ...awaited };
  }

  /** The instant that real time has to reach first. What an earlier run came to has had its time. */
  private pacedUntil(): VirtualNanos | undefined {
    const { dueAt } = this.agenda;
    return dueAt === undefined || this.inputs.areLeft ? undefined : dueAt;
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
  const later = <T extends { readonly delayNanos: bigint }>(answer: T): T => ({
    ...answer,
    delayNanos: answer.delayNanos + latencyNanos,
  });
  const stream = program.stream?.bind(program);
  const takeDatagram = program.takeDatagram?.bind(program);
  return {
    handle: (request, context) => later(program.handle(request, context)),
    ...(stream === undefined
      ? {}
      : {
          stream: (request) => {
            const opened = stream(request);
            return { receive: (piece, context) => later(opened.receive(piece, context)) };
          },
        }),
    ...(takeDatagram === undefined
      ? {}
      : {
          takeDatagram: (datagram, context) =>
            delayed(takeDatagram(datagram, context), latencyNanos),
        }),
  };
}
