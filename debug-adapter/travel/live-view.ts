import type { SimulationRun, SimulationView } from '../../simulator/host/simulation-run.ts';
import type { Entry, ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';

/**
 * A live simulation with what its executions have done and not yet written down: a debugger shows
 * the latest effect, whether or not the journal store has it already.
 */
export function liveView(run: SimulationRun): SimulationView {
  const { history } = run;
  const view: History = {
    startUnixNanos: history.startUnixNanos,
    executions: () => history.executions(),
    execution: (id) => history.execution(id),
    attempts: (id) => history.attempts(id),
    lostEntries: (id) => history.lostEntries(id),
    ledger: () => history.ledger(),
    traces: () => history.traces(),
    faults: () => history.faults(),
    inputs: () => history.inputs(),
    entries: (id) => latestEntries(run, id),
  };
  return { history: view, workflowOf: (execution) => run.workflowOf(execution) };
}

/** The view of the latest attempt, until the execution has ended and all of it is written down. */
function latestEntries({ history, simulation }: SimulationRun, id: ExecutionId): readonly Entry[] {
  const execution = simulation.engine.executions.get(id);
  const latest = execution?.latest;
  if (execution === undefined || latest === undefined || execution.ended)
    return history.entries(id);
  return latest.view;
}
