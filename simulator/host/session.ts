/**
 * The server side of the protocol: answers requests about the one simulation that it holds, live
 * or recorded. Every request is answered exactly once, with a value or an error.
 */
import type { JsonObject } from '../effects/operation.ts';
import type { Simulation } from '../engine/simulation.ts';
import type { Fault } from '../faults/fault.ts';
import { parseFault } from '../faults/plan.ts';
import { executionId, seqOf } from '../journal/entry.ts';
import { atPresent } from './at-present.ts';
import { compare } from './comparing.ts';
import { withOwnModule } from './deployed-modules.ts';
import { Exploring } from './exploring.ts';
import { HeldSimulation } from './held-simulation.ts';
import type { HostEnvironment } from './host-environment.ts';
import { HostRequestError } from './host-request-error.ts';
import { type Borrower, type LentSimulation, NOTHING_TO_LEND } from './loan.ts';
import { locateEffect } from './locate-effect.ts';
import { keepPromise, sendMessage } from './outside-values.ts';
import type { HostRequest, SimulationSnapshot, StackFrameView } from './protocol.ts';
import { openRecorded } from './recorded-simulation.ts';
import { withOptions } from './run-setup.ts';
import { Serving } from './serving.ts';
import type { SimulationRun } from './simulation-run.ts';
import { SimulationStarter } from './simulation-starter.ts';
import { SimulationViewer } from './simulation-viewer.ts';
import { frameView } from './views.ts';

export class HostSession {
  private readonly held = new HeldSimulation();
  private readonly viewer: SimulationViewer;
  private readonly starter: SimulationStarter;
  private readonly serving: Serving;
  private readonly exploring: Exploring;

  constructor(private readonly environment: HostEnvironment) {
    this.viewer = new SimulationViewer(environment, this.held);
    this.starter = new SimulationStarter(environment, this.held, this.viewer);
    this.serving = new Serving(environment, this.held, this.starter);
    this.exploring = new Exploring(environment);
  }

  /** Does a request; throws an error that the environment can describe. */
  async handle(request: Exclude<HostRequest, { kind: 'dap' }>): Promise<unknown> {
    switch (request.kind) {
      case 'run':
        return this.starter.run(request.options);
      case 'resume':
        return this.starter.resume(request.recording);
      case 'branch':
        return this.starter.branch(request.options);
      case 'serve':
        return this.serving.serve(request.options);
      case 'serve-again':
        return this.serving.serveAgain(request.options);
      case 'deliver':
        this.serving.deliver(request.deliveries);
        return null;
      case 'open':
        return this.open(request.recording);
      case 'fold':
        await this.environment.fold(request.recording);
        return null;
      case 'pause':
        this.held.drivable().pause();
        return null;
      case 'continue':
        this.held.drivable().goOn('free');
        return null;
      case 'step':
        this.held.drivable().goOn('next-effect');
        return null;
      case 'inject':
        return this.inject(request.fault);
      case 'feed':
        return this.feed(request);
      case 'answer':
        return this.answer(request);
      case 'promise':
        return this.takeIn((simulation) => keepPromise(simulation, request));
      case 'message':
        return this.takeIn((simulation) => sendMessage(simulation, request));
      case 'cancel':
        return this.cancel(request.execution);
      case 'execution':
        return this.viewer.execution(executionId(request.execution));
      case 'snapshot':
        return this.viewer.snapshot();
      case 'world':
        return this.viewer.world(request.past);
      case 'effects':
        return this.viewer.effects(executionId(request.execution), request.from, request.count);
      case 'effect':
        return this.viewer.effect(executionId(request.execution), request.seq);
      case 'verify':
        return this.viewer.verify(request.module);
      case 'timeline':
        return this.viewer.timeline(request);
      case 'trap':
        return this.viewer.trap(executionId(request.execution));
      case 'locate':
        return this.locate(request);
      case 'explore':
        return this.exploring.explore(request.options);
      case 'compare':
        return compare(this.environment, request.options);
      case 'check':
        return this.exploring.check(request.scenario);
      case 'judge':
        return this.exploring.judge(request.options);
      case 'close':
        return this.close();
    }
  }

  /** A debug session drives a simulation of its own, which clients may look at. */
  attend(run: SimulationRun): void {
    this.held.release();
    this.held.hold({ kind: 'debugged', run });
  }

  /**
   * Lends the live simulation to a debug session; throws HostRequestError when there is none, it has
   * ended, or another session has it.
   */
  async lend(borrower: Borrower): Promise<LentSimulation> {
    if (this.held.current.kind !== 'live') throw new HostRequestError(NOTHING_TO_LEND);
    const live = this.held.live();
    const recordedAt = (): string | undefined => {
      const { current } = this.held;
      return current.kind === 'live' ? current.recordedAt : undefined;
    };
    return { loan: await live.lend(borrower), recordedAt };
  }

  private async open(path: string): Promise<SimulationSnapshot> {
    const recorded = await openRecorded(this.environment, path);
    this.held.release();
    this.held.hold({ kind: 'recorded', recorded, path });
    for (const { kind: code, message } of recorded.recording.warnings) {
      this.environment.emit({ kind: 'problem', problem: { severity: 'warning', code, message } });
    }
    return this.viewer.snapshot();
  }

  private answer(request: Extract<HostRequest, { kind: 'answer' }>): null {
    const live = this.held.live();
    const { execution, seq, answer } = request;
    if (!live.run.simulation.inputs.answer(executionId(execution), seqOf(seq), answer)) {
      throw new HostRequestError(`${execution} asks nothing about effect #${seq} any more`);
    }
    live.wake();
    return null;
  }

  private async inject(given: JsonObject): Promise<null> {
    const live = this.held.live();
    const parse = (): Fault => parseFault(atPresent(live, given), 'the injected fault');
    let fault = parse();
    if (fault.kind === 'deploy') {
      const { module } = await withOwnModule(this.environment, live.run, fault);
      // Where it happens now, time may have gone on meanwhile.
      fault = { ...parse(), module } as Fault;
    }
    live.run.simulation.inputs.inject(fault);
    live.wake();
    return null;
  }

  private feed({ execution, bytes, ends }: Extract<HostRequest, { kind: 'feed' }>): null {
    const live = this.held.live();
    live.run.simulation.inputs.feed(executionId(execution), bytes, ends);
    live.wake();
    return null;
  }

  /** Gives a running simulation what came from outside. */
  private takeIn(give: (simulation: Simulation) => boolean): boolean {
    const live = this.held.live();
    if (live.state.kind === 'ended') {
      throw new HostRequestError('the simulation has ended, and takes nothing in any more');
    }
    const taken = give(live.run.simulation);
    live.wake();
    return taken;
  }

  private cancel(execution: string | undefined): null {
    if (execution === undefined && this.exploring.cancel()) return null;
    const live = this.held.live();
    const { simulation } = live.run;
    const ids = execution === undefined ? simulation.executions.map(({ id }) => id) : [execution];
    for (const id of ids) simulation.inputs.cancel(executionId(id));
    if (execution === undefined || live.loan === undefined) live.runToEnd();
    else live.wake();
    return null;
  }

  private async locate({
    options,
    execution,
    seq,
  }: HostRequest & {
    kind: 'locate';
  }): Promise<readonly StackFrameView[]> {
    const { environment } = this;
    const target = await environment.load(options.target, () => {});
    const plan = await this.starter.planFor(options.faults, target.plan);
    const loaded = withOptions(target.loaded, options);
    const loadService = await environment.serviceLoader(loaded.services);
    return locateEffect({ loaded, plan, loadService }, execution, seq).map(frameView);
  }

  private async close(): Promise<null> {
    const held = this.held.current;
    if (held.kind === 'live') {
      await held.live.loan?.borrower.onRecall();
      held.live.pause();
      await held.live.settled();
      await held.live.finish();
      if (held.recordedAt !== undefined) {
        this.environment.emit({ kind: 'recorded', recording: held.recordedAt });
      }
    } else {
      this.held.release();
    }
    return null;
  }
}
