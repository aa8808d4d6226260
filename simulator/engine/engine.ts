/**
 * The workflow engine of a simulation: it starts executions, gives them to nodes, performs their
 * effects in the world, and takes them over after faults. It owns the parts; Simulation drives it.
 *
 * E1  Everything it does is decided by its setup, the choice list and the inputs.
 * E2  An execution is claimed by one node at a time, in rising epochs.
 * E3  Nothing is shown before it is durable.
 */

import type { UnknownOutcomePolicy, WorldConfig } from '../config/config.ts';
import { outcomePolicyFor } from '../config/route-policy.ts';
import type { HttpRequestArgs } from '../effects/http.ts';
import type { EffectValue } from '../effects/operation.ts';
import { checkWorld, type WorldNames } from '../faults/check-world.ts';
import type { Fault, Happening } from '../faults/fault.ts';
import { type EffectSite, type FaultInjector, TOO_LATE } from '../faults/injector.ts';
import { PlanError } from '../faults/plan.ts';
import type { GuestOutcome } from '../guest/run-guest.ts';
import {
  type AnyOperation,
  type ExecutionId,
  executionId,
  type Seq,
  seqOf,
} from '../journal/entry.ts';
import type { ExecutionStatus, RecordingSink, TraceRow } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import type { Choices } from '../kernel/choices.ts';
import { EXECUTIONS_MAX, PROBLEMS_MAX, RECOVERIES_MAX } from '../kernel/limits.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { Volume } from '../world/files/volume.ts';
import type { Network } from '../world/network.ts';
import type { SimulatedNode } from '../world/node.ts';
import type { Service, ServiceRequest, ServiceResponse } from '../world/service.ts';
import type { Agenda } from './agenda.ts';
import { giveAllClear } from './all-clear.ts';
import { Attempt } from './attempt.ts';
import { Clocks } from './clocks.ts';
import { Cluster } from './cluster.ts';
import { Conversations } from './conversations.ts';
import { Datagrams } from './datagrams.ts';
import { Deployments } from './deployments.ts';
import { Edits } from './edits.ts';
import type { EngineDriver, EngineParts } from './engine-parts.ts';
import { Execution } from './execution.ts';
import { ExecutionHosts } from './execution-hosts.ts';
import { letHappen } from './happenings/index.ts';
import { DurableJournal, type JournalStore, type RequestInbox } from './journal-store.ts';
import { LinkFaults } from './link-faults.ts';
import { noteLost } from './lost-entries.ts';
import { Patches } from './patches.ts';
import { Questions } from './questions.ts';
import type { RealRequests } from './real-requests.ts';
import { SourcePlaces } from './source-places.ts';
import { forgetUnkept, Steps } from './steps.ts';
import { Traffic } from './traffic.ts';
import { VolumeFaults } from './volume-faults.ts';
import type { Workflow } from './workflow.ts';

export class Engine {
  readonly world: WorldConfig;
  readonly agenda: Agenda;
  readonly choices: Choices;
  readonly network: Network;
  readonly faults: FaultInjector;
  readonly sink: RecordingSink;
  readonly store: JournalStore;
  readonly cluster: Cluster;
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly questions = new Questions(this);
  readonly edits = new Edits(this);
  readonly patches: Patches;
  readonly sources = new SourcePlaces();
  readonly steps = new Steps((attempt) => this.patches.changes(attempt));
  readonly deployments: Deployments;
  readonly clocks = new Clocks(this);
  readonly real: RealRequests;
  readonly conversations: Conversations;
  readonly executions = new Map<ExecutionId, Execution>();
  /** The executions as hosts of the network. */
  readonly hosts = new ExecutionHosts();
  readonly datagrams = new Datagrams(this);
  readonly traffic: Traffic;
  readonly links = new LinkFaults(this);
  readonly volumeFaults = new VolumeFaults(this);
  /** The attempt whose guest was put on the stack last; one at a time is there. */
  inTurn: Attempt | undefined;
  /** How many executions have not ended. */
  unended = 0;
  /** Errors of the workspace, such as a service that throws: the first PROBLEMS_MAX of them. */
  readonly problems: Error[] = [];
  private readonly counts = new Map<string, number>();
  /** Executions to come that are to be cancelled right after an effect. */
  private readonly cancels = new Map<ExecutionId, number>();
  private readonly driver: EngineDriver;

  constructor(private readonly parts: EngineParts) {
    this.world = parts.world;
    this.agenda = parts.agenda;
    this.choices = parts.choices;
    this.network = parts.network;
    this.traffic = new Traffic(parts.agenda, parts.network);
    this.faults = parts.faults;
    this.sink = parts.sink;
    this.store = parts.store;
    this.volumes = parts.volumes;
    this.driver = parts.driver;
    this.real = parts.real;
    this.patches = new Patches(this, parts.patches);
    this.conversations = new Conversations(this, parts.workflowFor);
    this.cluster = new Cluster(this, parts.nodes);
    this.deployments = new Deployments(parts.programs);
    checkWorld(this.faults.plan(), this.names(), 'the fault plan');
    this.deployments.check(this.faults.plan(), 'the fault plan');
    const { untilNanos } = this.faults;
    if (untilNanos !== undefined) {
      this.agenda.at(untilNanos as VirtualNanos, () => giveAllClear(this));
    }
    for (const { fault, fire } of this.faults.timed()) this.scheduleFault(fault, fire);
  }

  /** Creates an execution, which begins when time goes on. */
  start(workflow: Workflow, request?: RequestInbox): Execution {
    assert(this.executions.size < EXECUTIONS_MAX, `more than ${EXECUTIONS_MAX} executions`);
    this.steps.check(workflow);
    const { name } = workflow.config;
    const number = (this.counts.get(name) ?? 0) + 1;
    this.counts.set(name, number);
    const id = executionId(`${name}-${number}`);
    const journal = new DurableJournal(id);
    journal.stdin.append(workflow.stdin);
    journal.stdin.ended = workflow.stdinEnds;
    journal.request = request;
    const current = this.deployments.current(workflow);
    const execution = new Execution(id, current, journal, this.agenda.now, this.sink);
    this.executions.set(id, execution);
    this.hosts.add(execution);
    this.unended++;
    this.claim(execution);
    const seq = this.cancels.get(id);
    if (seq !== undefined) this.applyCancel(execution, seq);
    return execution;
  }

  /** Lets go of an execution that has ended; from now on it is as if unknown. */
  forget(id: ExecutionId): void {
    assert(this.executions.get(id)?.ended !== false, `${id} has not ended`);
    this.executions.delete(id);
    this.hosts.remove(id);
  }

  wallNanosAt(instant: VirtualNanos): bigint {
    return this.world.startUnixNanos + instant;
  }

  scheduleFault(fault: Happening, fire: () => void): void {
    assert(fault.at.kind === 'time', 'only a timed fault is scheduled');
    this.agenda.at(fault.at.atNanos as VirtualNanos, () => {
      if (this.faults.isOver) return;
      fire();
      letHappen(this, fault, undefined, undefined);
    });
  }

  /** What can be started by name: by a request, or by another execution. */
  workflowFor(name: string): Workflow | undefined {
    return this.parts.workflowFor(name);
  }

  /** Throws PlanError when a fault cannot happen in this world, and StepError. */
  checkFault(fault: Fault): void {
    if (this.faults.isTooLate(fault)) throw new PlanError('the injected fault', [TOO_LATE]);
    checkWorld({ faults: [fault] }, this.names(), 'the injected fault');
    this.deployments.check({ faults: [fault] }, 'the injected fault');
    const workflows = [...this.executions.values()].map(({ workflow }) => workflow);
    const byName = new Map(workflows.map((workflow) => [workflow.config.name, workflow]));
    this.deployments.checkSteps(fault, [...byName.values()]);
  }

  private names(): WorldNames {
    const services = this.parts.services.map(({ name }) => name);
    return { nodes: this.world.nodes, services, volumes: [...this.volumes.keys()] };
  }

  /** Adds a fault by hand; one at an instant that has passed happens at once. */
  inject(fault: Fault): void {
    const fire = this.faults.inject(fault);
    if (fire !== undefined) this.scheduleFault(fault as Happening, fire);
  }

  applyFault(fault: Happening, here: SimulatedNode, site: EffectSite): void {
    letHappen(this, fault, here, site);
  }

  // Who runs an execution.

  /** Gives an execution that nobody owns to a node, which replays it. */
  claim(execution: Execution): void {
    if (execution.ended) return;
    assert(execution.owner === undefined, `${execution.id} has an owner`);
    if (execution.recoveries > RECOVERIES_MAX) {
      this.fail(execution, `it was recovered ${RECOVERIES_MAX} times and did not end`);
      return;
    }
    const node = this.cluster.place(execution);
    if (node === undefined) return;
    const { journal, latest } = execution;
    execution.wakeOnInput = undefined;
    this.agenda.waits.delete(execution);
    if (latest !== undefined) {
      this.questions.withdrawAll(latest);
      if (latest.outcome !== 'suspended') execution.recoveries++;
    }
    noteLost(execution, this.sink);
    forgetUnkept(this, execution);
    journal.epoch++;
    execution.attempts++;
    execution.run(this.deployments.current(execution.workflow));
    const view = journal.entries.map((entry) =>
      entry.deliveredAt === undefined ? { ...entry } : entry,
    );
    const attempt = new Attempt(this, execution, node, execution.attempts, journal.epoch, view);
    execution.owner = attempt;
    execution.latest = attempt;
    execution.setStatus('running');
    this.trace({
      kind: 'lease.claimed',
      node: node.name,
      execution: execution.id,
      data: { epoch: journal.epoch, attempt: attempt.number },
    });
    this.cluster.enter(attempt);
    attempt.wake();
  }

  /** Cancels an execution right after one of its effects; -1 before the first. It may be to come. */
  cancelAfter(id: ExecutionId, seq: number): void {
    const execution = this.executions.get(id);
    if (execution === undefined) this.cancels.set(id, seq);
    else this.applyCancel(execution, seq);
  }

  private applyCancel(execution: Execution, seq: number): void {
    if (seq < 0) this.cancel(execution);
    else execution.cancelsAfter = seqOf(seq);
  }

  onAttemptEnd(attempt: Attempt): void {
    const { execution } = attempt;
    this.cluster.leave(attempt);
    this.questions.withdrawAll(attempt);
    if (execution.owner === attempt) execution.owner = undefined;
    if (attempt.outcome === 'crashed' && execution.workflow.config.persistence === 'none') {
      const reason = `${attempt.node.name} crashed, and persistence level none keeps nothing`;
      if (!execution.ended) this.endExecution(execution, 'lost', undefined, reason);
    }
  }

  /** The guest has finished, and all its entries are durable. */
  conclude(attempt: Attempt, outcome: GuestOutcome): void {
    const { execution } = attempt;
    if (attempt.epoch !== execution.journal.epoch) {
      attempt.end('fenced', 'another node has taken over since');
      return;
    }
    switch (outcome.kind) {
      case 'exited':
        attempt.end('completed');
        this.endExecution(execution, 'completed', outcome.code, undefined);
        return;
      case 'trapped':
        attempt.end('trapped', outcome.message);
        this.endExecution(execution, 'trapped', outcome.exitCode, outcome.message);
        return;
      case 'diverged':
        attempt.end('diverged', outcome.error.message);
        this.noteProblem(outcome.error);
        this.endExecution(execution, 'diverged', undefined, outcome.error.message);
        return;
    }
  }

  failEffectLimit(attempt: Attempt): void {
    const { execution } = attempt;
    if (execution.owner !== attempt) {
      attempt.end('fenced', 'another node has taken over since');
      return;
    }
    const { effects } = execution.workflow.config.limits;
    const reason = `more than ${effects} effects (limits.effects); raise it if that is meant`;
    attempt.end('failed', reason);
    this.fail(execution, reason);
  }

  cancel(execution: Execution): void {
    if (execution.ended) return;
    execution.owner?.end('cancelled');
    this.breakOff(execution, 'cancelled', 'cancelled');
  }

  private fail(execution: Execution, reason: string): void {
    this.breakOff(execution, 'failed', reason);
  }

  /** Ends an execution whose program has not ended; what is still on its way is refused. */
  private breakOff(execution: Execution, status: 'failed' | 'cancelled', reason: string): void {
    execution.journal.epoch++;
    noteLost(execution, this.sink);
    this.endExecution(execution, status, undefined, reason);
  }

  private endExecution(
    execution: Execution,
    status: ExecutionStatus,
    exitCode: number | undefined,
    reason: string | undefined,
  ): void {
    execution.end(status, this.agenda.now, exitCode, reason);
    this.agenda.waits.delete(execution);
    this.unended--;
    this.conversations.ended(execution);
    this.driver.onEnded(execution);
  }

  // What effects do.

  /** Told whenever a guest is put on the stack. */
  beginsTurn(attempt: Attempt): void {
    this.inTurn = attempt;
    this.driver.onTurn(attempt);
  }

  /** Lets in what came into an earlier run at this place. */
  takeInputs(): void {
    this.driver.takeInputs();
  }

  /** Asked before every effect that is to be performed; true puts the guest aside. */
  stopsBefore(attempt: Attempt, seq: Seq, operation: AnyOperation, args: EffectValue): boolean {
    this.driver.takeInputs();
    if (attempt.ended || !this.driver.stopsBefore(attempt, seq, operation, args)) return false;
    this.driver.onStopped(attempt);
    return true;
  }

  /** Asked now and then while a guest computes; true puts it aside. */
  stopsWithin(attempt: Attempt, tick: number): boolean {
    if (!this.driver.stopsWithin(attempt, tick)) return false;
    this.driver.onStopped(attempt);
    return true;
  }

  serviceFor(host: string): Service | undefined {
    return this.parts.services.find((service) => service.hosts.includes(host));
  }

  /** The service that has a host at any port. */
  serviceOn(name: string): Service | undefined {
    const isOn = (host: string): boolean => host.replace(/:\d+$/, '') === name;
    return this.parts.services.find(({ hosts }) => hosts.some(isOn));
  }

  /** Where a host stands among the hosts of all services; undefined when no service has it. */
  hostIndex(name: string): number | undefined {
    const hosts = this.parts.services.flatMap((service) => service.hosts);
    const index = hosts.findIndex((host) => host.replace(/:\d+$/, '') === name);
    return index < 0 ? undefined : index;
  }

  /** The name of the host that stands there; undefined when none does. */
  hostAt(index: number): string | undefined {
    const hosts = this.parts.services.flatMap((service) => service.hosts);
    return hosts[index]?.replace(/:\d+$/, '');
  }

  /** Nobody goes on with a request of which only a part has come: all has ended. */
  closeServices(): void {
    for (const service of this.parts.services) service.close();
  }

  callService(service: Service, request: ServiceRequest, site: EffectSite): ServiceResponse {
    const wallNanos = this.wallNanosAt(this.agenda.now);
    return service.handle(this.agenda.now, wallNanos, request, site);
  }

  outcomePolicy(execution: Execution, args: HttpRequestArgs): UnknownOutcomePolicy {
    const { unknownOutcome } = execution.workflow.config;
    return outcomePolicyFor(unknownOutcome, args.method, args.url);
  }

  noteProblem(error: Error): void {
    if (this.problems.length < PROBLEMS_MAX) this.problems.push(error);
  }

  trace(row: Omit<TraceRow, 'at'>): void {
    this.sink.trace({ at: this.agenda.now, ...row });
  }
}
