/**
 * A live simulation with everything around it: its history in memory, its recording, and the
 * workflows that it runs. Views, the debugger and the command line look at it and drive it.
 */

import type { Pace } from '../engine/agenda.ts';
import { Simulation, type SimulationObserver } from '../engine/simulation.ts';
import type { Workflow } from '../engine/workflow.ts';
import type { FaultPlan } from '../faults/fault.ts';
import { planJson } from '../faults/plan.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { type History, LiveHistory, teeSinks } from '../journal/history.ts';
import type { InputRow, RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import type { Choice } from '../kernel/choices.ts';
import { NANOS_PER_MILLI, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';
import { MemoryTree } from '../world/files/memory-tree.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import type { Volume } from '../world/files/volume.ts';
import type { ServiceProgram } from '../world/service.ts';
import type { ServiceSource } from '../world/service-source.ts';
import { readyClients, withClients } from './client-setup.ts';
import { deployedWorkflow, readyProgram, readyPrograms } from './deployed-modules.ts';
import {
  gatherSources,
  keepSources,
  type ProgramOrigin,
  type SourceReader,
} from './kept-sources.ts';
import {
  type LoadedModule,
  type LoadedSimulation,
  readyVolumes,
  readyWorkflow,
  recordModule,
  recordSetup,
} from './loaded-simulation.ts';

/** A simulation that can be looked at, live or recorded. */
export interface SimulationView {
  readonly history: History;
  /** What an execution runs; throws when it is not known. */
  workflowOf(execution: ExecutionId): Workflow;
}

/** Runs service scripts without real time, randomness or I/O; given by the host. */
export type ServiceLoader = (name: string, source: ServiceSource) => ServiceProgram;

export interface RunSetup {
  readonly loaded: LoadedSimulation;
  readonly plan: FaultPlan;
  readonly loadService: ServiceLoader;
  /** Where it is recorded; without one it is only kept in memory. */
  readonly recording?: RecordingSink;
  /** Reads the sources that a recording keeps, unless it is made of one that has them. */
  readonly readSource?: SourceReader | undefined;
  readonly observer?: SimulationObserver;
  /** Hears everything that is written down. */
  readonly watcher?: RecordingSink;
  /** To run an earlier simulation again. */
  readonly choices?: readonly Choice[];
  readonly inputs?: readonly InputRow[];
  /** The real time that is followed, where the simulation follows it. */
  readonly pace?: Pace;
}

export class SimulationRun implements SimulationView {
  readonly simulation: Simulation;
  readonly history: LiveHistory;
  private readonly workflows = new Map<string, Workflow>();
  private readonly volumes: ReadonlyMap<string, Volume>;
  /** Those that faults deploy, by how the plan names them. */
  private readonly programsByName: Map<string, GuestProgram>;
  private readonly sink: RecordingSink;
  private modules: LoadedSimulation['modules'];

  /**
   * Throws ModuleError, ProgramError or ServiceError when something cannot be made ready, and
   * StepError.
   */
  constructor(readonly setup: RunSetup) {
    const { world } = setup.loaded;
    this.history = new LiveHistory(world.startUnixNanos);
    const others = [setup.watcher, setup.recording].filter((sink) => sink !== undefined);
    const sink = teeSinks([this.history.sink, ...others]);
    this.sink = sink;
    this.modules = setup.loaded.modules;
    const loaded = recordSetup(withClients(setup.loaded), sink);
    sink.meta('plan', JSON.stringify(planJson(setup.plan)));
    sink.meta('start_wall_ms', (world.startUnixNanos / NANOS_PER_MILLI).toString());
    // Volumes are made before the simulation whose time they show.
    let now = (): VirtualNanos => VIRTUAL_START;
    this.volumes = readyVolumes(loaded, () => world.startUnixNanos + now());
    const services = [...loaded.services].map(
      ([name, source]) => [name, setup.loadService(name, source)] as const,
    );
    const programs = readyPrograms(loaded);
    this.programsByName = new Map(programs);
    this.simulation = new Simulation({
      world: loaded.world,
      programs,
      plan: setup.plan,
      sink,
      servicePrograms: new Map(services),
      volumes: this.volumes,
      workflowFor: (name) => this.workflows.get(name),
      clients: readyClients(loaded),
      ...(loaded.followsRealTime === true ? { followsRealTime: true } : {}),
      ...(setup.pace === undefined ? {} : { pace: setup.pace }),
      ...(setup.observer === undefined ? {} : { observer: setup.observer }),
      ...(setup.choices === undefined ? {} : { choices: setup.choices }),
      ...(setup.inputs === undefined ? {} : { inputs: setup.inputs }),
    });
    now = () => this.simulation.agenda.now;
    for (const workflow of loaded.workflows) {
      const ready = readyWorkflow(workflow, world.startUnixNanos);
      this.workflows.set(workflow.config.name, ready);
    }
    const workflows = [...this.workflows.values()];
    const { deployments } = this.simulation.engine;
    for (const fault of setup.plan.faults) deployments.checkSteps(fault, workflows);
    for (const ready of workflows) {
      for (let index = 0; index < ready.config.count; index++) this.simulation.start(ready);
    }
    // A simulation that is looked at before it runs has something in it.
    this.simulation.toFirstExecution();
    if (setup.readSource !== undefined && loaded.sources === undefined) {
      keepSources(gatherSources(this.programs(), setup.readSource), sink);
    }
    sink.flush();
  }

  /** What it started from, with the modules that have been added since. */
  get loaded(): LoadedSimulation {
    const { modules } = this;
    return modules === undefined ? this.setup.loaded : { ...this.setup.loaded, modules };
  }

  /**
   * From now on, faults can deploy this module, too, which is kept with what it started from. Throws
   * UnusableProgramError, and changes nothing.
   *
   * @param name how plans name it; nothing may have it yet
   */
  addModule(name: string, module: LoadedModule): void {
    assert(this.modules?.has(name) !== true, `${name} is there already`);
    const program = readyProgram(this.setup.loaded, module);
    if (program === undefined) return;
    this.modules = new Map([...(this.modules ?? []), [name, module]]);
    recordModule(withClients(this.loaded), name, this.sink);
    this.programsByName.set(name, program);
    this.simulation.engine.deployments.add(name, program);
  }

  /** Every program that it runs, with what it came from. */
  programs(): ProgramOrigin[] {
    return this.setup.loaded.workflows.map(({ config, origin }) => ({
      program: this.workflow(config.name).program,
      origin,
    }));
  }

  /** What a volume holds now. */
  volumeImage(name: string): readonly ImageEntry[] {
    const store = this.volumes.get(name)?.store;
    return store instanceof MemoryTree ? store.image() : [];
  }

  workflowOf(execution: ExecutionId): Workflow {
    const row = this.history.execution(execution);
    if (row === undefined) throw new Error(`there is no execution ${execution}`);
    return deployedWorkflow(this.workflow(row.workflow), row, this.programsByName);
  }

  private workflow(name: string): Workflow {
    const workflow = this.workflows.get(name);
    if (workflow === undefined) throw new Error(`there is no workflow ${name}`);
    return workflow;
  }
}
