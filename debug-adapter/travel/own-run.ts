/** A simulation that a debug session runs itself, with the recording and the views that it gives it. */
import type { DrivenRun, RunDriver } from '../../simulator/host/driven-run.ts';
import { type RunSetup, SimulationRun } from '../../simulator/host/simulation-run.ts';
import { RealUpstreams } from '../../simulator/host/upstream-real.ts';
import type { DebugHost } from '../debug-host.ts';

export interface OwnRunSetup extends Omit<RunSetup, 'observer' | 'watcher' | 'pace'> {
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
}

/** Makes the simulation, which has not begun. Throws what SimulationRun throws. */
export function ownRun(host: DebugHost, setup: OwnRunSetup, driver: RunDriver): DrivenRun {
  const { realServices, recording } = setup;
  const audience = host.audience?.(setup.loaded);
  const upstreams = new RealUpstreams(host.realWorld, realServices);
  const run = new SimulationRun({
    ...setup,
    ...(audience === undefined ? {} : { watcher: audience.sink }),
    observer: {
      ...driver,
      onRealRequest: (request) => upstreams.ask(request),
      onOutput: (output) => {
        audience?.onOutput(output);
        driver.onOutput?.(output);
      },
    },
  });
  audience?.begin(run);
  return {
    ...{ run, upstreams, realServices, isServing: false, isLent: false },
    publish: () => {
      recording?.flush();
      audience?.refresh();
    },
    turn: (state) => audience?.turn(state),
    settles: () => false,
    // It only rests until somebody sets it in motion again.
    rest: async () => {},
    nudge: () => upstreams.nudge(),
    leave: () => {
      upstreams.end(run.simulation.inputs);
      upstreams.nudge();
    },
  };
}
