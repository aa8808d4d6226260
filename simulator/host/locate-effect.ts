/** Finds stacks that no journal holds, by running a program once more. */
import { replay } from '../engine/replayer.ts';
import type { SourceFrame } from '../guest/symbols/index.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { type RunSetup, SimulationRun, type SimulationView } from './simulation-run.ts';
import { SourceSites, wallOf } from './source-sites.ts';

/**
 * Runs a simulation anew until an execution asks for an effect, and gives the stack of that call,
 * innermost first; empty when it never does. Real inputs are not repeated.
 */
export function locateEffect(
  setup: Omit<RunSetup, 'observer' | 'recording'>,
  execution: string,
  seq: number,
): readonly SourceFrame[] {
  let stackText: string | undefined;
  const run = new SimulationRun({
    ...setup,
    observer: {
      stopsBefore: (effect) => {
        if (effect.execution !== execution || effect.seq !== seq) return false;
        stackText = new Error('stack').stack ?? '';
        return true;
      },
    },
  });
  run.simulation.run();
  if (stackText === undefined) return [];
  return new SourceSites(run).framesOf(execution as ExecutionId, stackText);
}

/** The stack of the trap that ended an execution, innermost first; empty when nothing trapped. */
export function trapStack(
  view: SimulationView,
  sites: SourceSites,
  execution: ExecutionId,
): readonly SourceFrame[] {
  if (view.history.execution(execution)?.status !== 'trapped') return [];
  const running = sites.runningOf(execution);
  const end = replay({
    execution,
    ...running,
    entries: view.history.entries(execution),
    wallNanosOf: (entry) => wallOf(view, execution, entry),
  });
  if (end.kind !== 'finished' || end.outcome.kind !== 'trapped') return [];
  return sites.framesOf(execution, end.outcome.stack, running.workflow.program);
}
