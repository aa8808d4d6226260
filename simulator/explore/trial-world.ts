/**
 * The world that trials happen in, made ready once.
 *
 * W1  What trials share is never changed: programs, configuration, what volumes hold at the start.
 */
import type { Observed } from '../checks/observed.ts';
import type { Client } from '../engine/client.ts';
import type { ReadingSource } from '../engine/edits.ts';
import { Simulation } from '../engine/simulation.ts';
import type { Workflow } from '../engine/workflow.ts';
import { EMPTY_PLAN } from '../faults/fault.ts';
import type { Schedule } from '../faults/schedule.ts';
import type { GuestProgram } from '../guest/program.ts';
import { readyClients, withClients } from '../host/client-setup.ts';
import { deployedWorkflow, readyPrograms } from '../host/deployed-modules.ts';
import { type LoadedSimulation, readyVolumes, readyWorkflow } from '../host/loaded-simulation.ts';
import { keepPromise, sendMessage } from '../host/outside-values.ts';
import type { RunOptions } from '../host/protocol.ts';
import type { ServiceLoader, SimulationView } from '../host/simulation-run.ts';
import type { History } from '../journal/history.ts';
import { assert } from '../kernel/assert.ts';
import { VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import type { Volume } from '../world/files/volume.ts';
import type { ServiceProgram } from '../world/service.ts';
import { BudgetMeter } from './budget-meter.ts';
import { readingsOf } from './readings.ts';
import type { ServiceWatch } from './service-watch.ts';
import {
  type Outcome,
  type Trial,
  TrialBrokenOff,
  type TrialBudget,
  type TrialWatch,
} from './trial.ts';
import { TrialRecord } from './trial-record.ts';
import { TrialServices } from './trial-services.ts';

/** What came of a trial that nobody has judged yet. */
export interface TrialRun extends Omit<Outcome, 'violations' | 'sometimes'> {
  readonly seed: number;
  readonly watch: ServiceWatch;
}

/** What comes from outside, to every run in the same way. */
export type FromOutside = Pick<RunOptions, 'promises' | 'messages' | 'answer'>;

/** What makes one run like another. */
interface Likeness {
  readonly watch: ServiceWatch;
  readonly readings: ReadingSource;
}

export class TrialWorld {
  private readonly loaded: LoadedSimulation;
  /** Compiled once. */
  private readonly workflows = new Map<string, Workflow>();
  /** Those that faults deploy, by how plans name them. */
  private readonly programs: ReadonlyMap<string, GuestProgram>;
  private readonly clients: readonly Client[];
  private readonly services: TrialServices;

  /**
   * Throws what SimulationRun throws when something cannot be made ready.
   *
   * @param isLogged whether runs keep what happened in its order
   */
  constructor(
    loaded: LoadedSimulation,
    services: ServiceLoader,
    private readonly budget: TrialBudget,
    private readonly onlooker: TrialWatch,
    private readonly isLogged: boolean,
    private readonly outside: FromOutside = {},
  ) {
    this.loaded = withClients(loaded);
    this.clients = readyClients(this.loaded);
    this.services = new TrialServices(this.loaded.services, services);
    this.programs = readyPrograms(this.loaded);
    for (const workflow of this.loaded.workflows) {
      const ready = readyWorkflow(workflow, loaded.world.startUnixNanos);
      this.workflows.set(workflow.config.name, ready);
    }
  }

  /** What the executions of a run are, for replaying them. */
  viewOf(history: History): SimulationView {
    return {
      history,
      workflowOf: (execution) => {
        const row = history.execution(execution);
        assert(row !== undefined, `there is no execution ${execution}`);
        return deployedWorkflow(this.workflow(row.workflow), row, this.programs);
      },
    };
  }

  /**
   * Runs a trial to its end, or until it is over its budget. Throws TrialBrokenOff, and what giving
   * it what comes from outside throws.
   */
  perform(trial: Trial): TrialRun {
    return this.performed(trial, undefined);
  }

  /**
   * Runs undisturbed, with the readings of clocks and the random numbers of another run. Throws
   * TrialBrokenOff.
   */
  performLike({ seed, watch, history }: TrialRun, schedule?: Schedule): TrialRun {
    const likeness = (): Likeness => ({ watch, readings: readingsOf(history) });
    const plan = schedule === undefined ? EMPTY_PLAN : { ...EMPTY_PLAN, schedule };
    return this.performed({ seed, plan }, likeness);
  }

  private workflow(name: string): Workflow {
    const workflow = this.workflows.get(name);
    assert(workflow !== undefined, `there is no workflow ${name}`);
    return workflow;
  }

  private performed(trial: Trial, likeness: (() => Likeness) | undefined): TrialRun {
    const run = this.performOnce(trial, likeness?.(), this.services.take());
    if (!this.services.isToRepeat(run.problems)) return run;
    return this.performOnce(trial, likeness?.(), this.services.take());
  }

  private performOnce(
    { seed, plan, choices, perturb = [] }: Trial,
    likeness: Likeness | undefined,
    services: ReadonlyMap<string, ServiceProgram>,
  ): TrialRun {
    const world = { ...this.loaded.world, seed };
    const record = new TrialRecord(world.startUnixNanos, this.isLogged, likeness?.watch);
    const { history, outputs, watch, log } = record;
    const meter = new BudgetMeter(this.budget, this.onlooker.isOver);
    let now = (): VirtualNanos => VIRTUAL_START;
    const volumes = readyVolumes(this.loaded, () => world.startUnixNanos + now());
    const simulation: Simulation = new Simulation({
      world,
      plan,
      sink: record.sink,
      servicePrograms: new Map(
        [...services].map(([name, program]) => [name, watch.watched(name, program)]),
      ),
      volumes,
      workflowFor: (name) => this.workflows.get(name),
      programs: this.programs,
      clients: this.clients,
      observer: {
        onOutput: (output) => record.takeOutput(output),
        stopsBefore: ({ execution, seq }) => {
          this.onlooker.onEffect?.(execution, seq);
          return meter.countEffect();
        },
        poll: () => meter.isSpent(simulation.agenda),
      },
      ...(choices === undefined ? {} : { choices }),
    });
    now = () => simulation.agenda.now;
    const { edits } = simulation.engine;
    for (const { execution, seq, edit } of perturb) edits.add(execution, seq, edit);
    if (likeness !== undefined) edits.takeReadings(likeness.readings);
    this.startExecutions(simulation);
    this.giveFromOutside(simulation);
    const ending = endingOf(simulation, meter, this.outside.answer);
    const { faults, problems } = simulation.engine;
    return {
      seed,
      ending,
      history,
      outputs,
      log,
      watch,
      problems,
      services: world.services.map(({ name }) => name),
      fired: faults.fired,
      changes: watch.changes,
      known: new Map(),
      volumes: new Map([...volumes].map(([name, volume]) => [name, () => imageOf(volume)])),
      nowNanos: simulation.agenda.now,
      plan: simulation.settledPlan(),
      steps: simulation.agenda.steps,
      choices: history.choices,
    };
  }

  private giveFromOutside(simulation: Simulation): void {
    const { promises = [], messages = [] } = this.outside;
    if (promises.length + messages.length === 0) return;
    // A message may be for an execution that a client starts.
    simulation.toFirstExecution();
    for (const promise of promises) keepPromise(simulation, promise);
    for (const message of messages) sendMessage(simulation, message);
  }

  private startExecutions(simulation: Simulation): void {
    for (const { config } of this.loaded.workflows) {
      const workflow = this.workflow(config.name);
      for (let index = 0; index < config.count; index++) simulation.start(workflow);
    }
  }
}

function endingOf(
  simulation: Simulation,
  meter: BudgetMeter,
  answer: FromOutside['answer'],
): Observed['ending'] {
  for (;;) {
    const result = simulation.run();
    if (result.kind === 'ended') return 'ended';
    if (meter.isBrokenOff) throw new TrialBrokenOff();
    if (result.kind === 'waiting' && answer !== undefined && result.questions.length > 0) {
      for (const { execution, seq } of result.questions) {
        simulation.inputs.answer(execution, seq, answer);
      }
      continue;
    }
    if (result.kind !== 'stopped') return 'waiting';
    if (meter.isOver) return 'unending';
  }
}

function imageOf({ store }: Volume): readonly ImageEntry[] {
  return store instanceof MemoryTree ? store.image() : [];
}
