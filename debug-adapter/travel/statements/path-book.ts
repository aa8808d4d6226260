/** The paths of executions, made anew when more is known of them. */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import { ExecutionPath } from './execution-path.ts';
import type { Reruns } from './reruns.ts';
import { StatementSteps } from './statement-steps.ts';

interface Known {
  readonly path: ExecutionPath;
  readonly steps: StatementSteps;
  readonly entries: readonly Entry[];
  readonly edge: string;
}

export class PathBook {
  private readonly known = new Map<ExecutionId, Known>();

  /** @param rerunsOf undefined for an execution whose program has no statements */
  constructor(
    private readonly view: SimulationView,
    private readonly rerunsOf: (execution: ExecutionId) => Reruns | undefined,
  ) {}

  pathOf(execution: ExecutionId): ExecutionPath | undefined {
    return this.of(execution)?.path;
  }

  stepsOf(execution: ExecutionId): StatementSteps | undefined {
    return this.of(execution)?.steps;
  }

  private of(execution: ExecutionId): Known | undefined {
    const entries = this.view.history.entries(execution);
    const edge = this.edgeOf(execution, entries);
    const existing = this.known.get(execution);
    if (existing?.entries === entries && existing.edge === edge) return existing;
    const reruns = this.rerunsOf(execution);
    if (reruns === undefined) return undefined;
    const path = new ExecutionPath(execution, reruns);
    const created = { path, steps: new StatementSteps(path), entries, edge };
    this.known.set(execution, created);
    return created;
  }

  /** What changes when an execution goes on, or performs effects again after a crash. */
  private edgeOf(execution: ExecutionId, entries: readonly Entry[]): string {
    const { history } = this.view;
    const last = entries.at(-1);
    const ended = history.execution(execution)?.endedAt !== undefined;
    const attempts = history.attempts(execution).length;
    return `${entries.length} ${last?.attempt} ${last?.result !== undefined} ${ended} ${attempts}`;
  }
}
