import { defaultWorld } from '../../../simulator/config/config.ts';
import type { Execution } from '../../../simulator/engine/execution.ts';
import type { Simulation } from '../../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { userFrame } from '../../../simulator/guest/symbols/index.ts';
import { trapStack } from '../../../simulator/host/locate-effect.ts';
import { SourceSites } from '../../../simulator/host/source-sites.ts';
import { type TimelineOptions, timelineText } from '../../../simulator/host/text/timeline-text.ts';
import { LiveHistory } from '../../../simulator/journal/history.ts';
import { type ScriptOptions, simulate } from '../../helpers/simulate.ts';

export interface ShownSimulation {
  readonly simulation: Simulation;
  readonly history: LiveHistory;
  readonly execution: Execution;
  timeline(options?: Partial<TimelineOptions>): string;
}

/** Runs a program to where it stops by itself, and shows what happened. */
export function showSimulation(
  program: GuestProgram,
  options: ScriptOptions & { readonly drive?: (simulation: Simulation) => void },
): ShownSimulation {
  const history = new LiveHistory(options.world?.startUnixNanos ?? defaultWorld().startUnixNanos);
  const { simulation, workflow } = simulate(program, {
    ...options,
    setup: { ...options.setup, sink: history.sink },
  });
  if (options.drive === undefined) simulation.run();
  else options.drive(simulation);
  const [execution] = simulation.executions;
  if (execution === undefined) throw new Error('nothing was started');
  const view = { history, workflowOf: () => workflow };
  const sites = new SourceSites(view);
  return {
    simulation,
    history,
    execution,
    timeline: (shown = {}) =>
      timelineText(history, {
        colors: false,
        sites: (id, seq) => sites.siteOf(id, seq)?.source,
        trapSites: (id) => userFrame(trapStack(view, sites, id))?.source,
        ...shown,
      }),
  };
}
