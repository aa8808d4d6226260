/**
 * Runs a simulation again and again, in memory only: with other seeds, faults and choices.
 *
 * T1  The same trial gives the same outcome, whatever was tried before it.
 * T2  What trials share is never changed: programs, configuration, what volumes hold at the start.
 */
import type { CheckSuite } from '../checks/check-suite.ts';
import type { Observed } from '../checks/observed.ts';
import type { Client } from '../engine/client.ts';
import type { ShownOutput } from '../engine/journal-store.ts';
import { Simulation } from '../engine/simulation.ts';
import type { Workflow } from '../engine/workflow.ts';
import { EMPTY_PLAN } from '../faults/fault.ts';
import { readyClients, withClients } from '../host/client-setup.ts';
import { type LoadedSimulation, readyVolumes, readyWorkflow } from '../host/loaded-simulation.ts';
import type { ServiceLoader } from '../host/simulation-run.ts';
import { LiveHistory } from '../journal/history.ts';
import { VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import type { Volume } from '../world/files/volume.ts';
import { BudgetMeter } from './budget-meter.ts';
import { DEFAULT_BUDGET, type Outcome, type Trial, type TrialBudget } from './trial.ts';

/** Undisturbed runs of other seeds that are kept for comparing. */
const CALM_RUNS_MAX = 16;

/** What came of a trial that nobody has judged yet. */
type Unjudged = Omit<Outcome, 'violations'>;

export class TrialRunner {
  /** The undisturbed run of the configuration's own seed. */
  readonly calm: Outcome;
  private readonly loaded: LoadedSimulation;
  /** Compiled once. */
  private readonly workflows = new Map<string, Workflow>();
  private readonly clients: readonly Client[];
  /** Undisturbed runs by their seed, the one that was used last at the end. */
  private readonly calmRuns = new Map<number, Unjudged>();

  /**
   * Throws what SimulationRun throws when something cannot be made ready.
   *
   * @param services gives a fresh service for each trial
   */
  constructor(
    loaded: LoadedSimulation,
    private readonly services: ServiceLoader,
    private readonly checks: CheckSuite,
    private readonly budget: TrialBudget = DEFAULT_BUDGET,
  ) {
    this.loaded = withClients(loaded);
    this.clients = readyClients(this.loaded);
    for (const workflow of this.loaded.workflows) {
      const ready = readyWorkflow(workflow, loaded.world.startUnixNanos);
      this.workflows.set(workflow.config.name, ready);
    }
    const run = this.calmOf(loaded.world.seed);
    this.calm = { ...run, violations: checks.judge({ run, calm: undefined }) };
  }

  run(trial: Trial): Outcome {
    const run = this.perform(trial);
    const calm = this.calmOf(trial.seed);
    return { ...run, violations: this.checks.judge({ run, calm }) };
  }

  private calmOf(seed: number): Unjudged {
    const run = this.calmRuns.get(seed) ?? this.perform({ seed, plan: EMPTY_PLAN });
    this.calmRuns.delete(seed);
    this.calmRuns.set(seed, run);
    const [oldest] = this.calmRuns.keys();
    if (this.calmRuns.size > CALM_RUNS_MAX && oldest !== undefined) this.calmRuns.delete(oldest);
    return run;
  }

  /** Runs a trial to its end, or until it is over its budget. */
  private perform({ seed, plan, choices, perturb = [] }: Trial): Unjudged {
    const world = { ...this.loaded.world, seed };
    const history = new LiveHistory(world.startUnixNanos);
    const outputs: ShownOutput[] = [];
    const meter = new BudgetMeter(this.budget);
    let now = (): VirtualNanos => VIRTUAL_START;
    const volumes = readyVolumes(this.loaded, () => world.startUnixNanos + now());
    const simulation: Simulation = new Simulation({
      world,
      plan,
      sink: history.sink,
      servicePrograms: new Map(
        [...this.loaded.services].map(([name, source]) => [name, this.services(name, source)]),
      ),
      volumes,
      workflowFor: (name) => this.workflows.get(name),
      clients: this.clients,
      observer: {
        onOutput: (output) => outputs.push(output),
        stopsBefore: () => meter.countEffect(),
        poll: () => meter.isSpent(simulation.agenda),
      },
      ...(choices === undefined ? {} : { choices }),
    });
    now = () => simulation.agenda.now;
    for (const { execution, seq, edit } of perturb) {
      simulation.engine.edits.add(execution, seq, edit);
    }
    for (const { config } of this.loaded.workflows) {
      const workflow = this.workflows.get(config.name);
      for (let index = 0; workflow !== undefined && index < config.count; index++) {
        simulation.start(workflow);
      }
    }
    const ending = endingOf(simulation, meter);
    return {
      ending,
      history,
      outputs,
      fired: simulation.engine.faults.fired,
      problems: simulation.engine.problems,
      volumes: new Map([...volumes].map(([name, volume]) => [name, () => imageOf(volume)])),
      nowNanos: simulation.agenda.now,
      plan: simulation.settledPlan(),
      choices: history.choices,
    };
  }
}

function endingOf(simulation: Simulation, meter: BudgetMeter): Observed['ending'] {
  for (;;) {
    const result = simulation.run();
    if (result.kind === 'ended') return 'ended';
    if (result.kind !== 'stopped') return 'waiting';
    if (meter.isOver) return 'unending';
  }
}

function imageOf({ store }: Volume): readonly ImageEntry[] {
  return store instanceof MemoryTree ? store.image() : [];
}
