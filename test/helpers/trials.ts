import { CheckSuite } from '../../simulator/checks/check-suite.ts';
import {
  defaultWorkflow,
  defaultWorld,
  type WorkflowConfig,
  type WorldConfig,
} from '../../simulator/config/config.ts';
import type { Outcome, Trial, TrialBudget, TrialWatch } from '../../simulator/explore/trial.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { LoadedSimulation } from '../../simulator/host/loaded-simulation.ts';
import type { ServiceProgram } from '../../simulator/world/service.ts';
import { countingService, SAME_PROGRAM } from './simulate.ts';

export interface TrialOptions {
  readonly args?: readonly string[];
  readonly workflow?: Partial<WorkflowConfig>;
  readonly world?: Partial<WorldConfig>;
  readonly stdin?: string;
  /** Makes the service `counter`. */
  readonly service?: () => ServiceProgram;
  readonly checks?: CheckSuite;
  readonly budget?: TrialBudget;
  readonly onlooker?: TrialWatch;
}

/** The program `script` beside the service `counter` and the volume `shared`, to be tried. */
export function loadedScript(program: GuestProgram, options: TrialOptions): LoadedSimulation {
  const config: WorkflowConfig = {
    ...defaultWorkflow('script', { kind: 'module', module: 'script.wasm', build: undefined }),
    args: options.args ?? [],
    ...options.workflow,
  };
  const counter = { name: 'counter', script: 'none', hosts: ['counter'], latencyNanos: 1_000_000n };
  const volumes = [{ name: 'shared', from: undefined, sizeMiB: 1 }];
  return {
    world: { ...defaultWorld(), services: [counter], volumes, ...options.world },
    workflows: [
      {
        config,
        wasm: program.main.bytes,
        origin: 'script.c',
        stdin: new TextEncoder().encode(options.stdin ?? ''),
        stdinEnds: true,
        mounts: [{ kind: 'volume', path: '/shared', volume: 'shared', readOnly: false }],
      },
    ],
    services: new Map([['counter', { entry: 'none', files: new Map() }]]),
    volumes: new Map(),
    contents: new Map(),
    modules: new Map([
      [SAME_PROGRAM, { wasm: program.main.bytes, component: undefined, origin: 'script.c' }],
    ]),
  };
}

export function trialRunner(program: GuestProgram, options: TrialOptions = {}): TrialRunner {
  return new TrialRunner(
    loadedScript(program, options),
    options.service ?? countingService,
    options.checks ?? new CheckSuite(),
    options.budget,
    options.onlooker,
  );
}

/** A trial of these faults, given as in a plan. */
export function trialOf(faults: readonly object[], more: Partial<Trial> = {}): Trial {
  return { seed: 1, plan: parsePlan(JSON.stringify({ faults }), 'plan.json'), ...more };
}

/** The violations as lines: `error exactly-once script-1 #3: message`. */
export function violationLines({ violations }: Pick<Outcome, 'violations'>): readonly string[] {
  return violations.map(({ severity, check, execution, seq, message }) => {
    const at = execution === undefined ? '' : ` ${execution}`;
    return `${severity} ${check}${at}${seq === undefined ? '' : ` #${seq}`}: ${message}`;
  });
}
