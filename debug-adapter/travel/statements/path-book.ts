/** The paths of executions, made anew when more is known of them. */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import { InstructionSteps } from '../instructions/instruction-steps.ts';
import { entriesOf, firstLostCall, lostAttempts } from '../lost-calls.ts';
import { lostWith, type Place } from '../place.ts';
import { ExecutionPath, type Life } from './execution-path.ts';
import type { Reruns } from './reruns.ts';
import { StatementSteps } from './statement-steps.ts';

interface Known {
  readonly path: ExecutionPath;
  readonly steps: StatementSteps;
  readonly instructions: InstructionSteps;
  readonly edge: string;
}

export class PathBook {
  private readonly known = new Map<string, Known>();

  /** @param rerunsOf undefined for an execution whose program has no statements */
  constructor(
    private readonly view: SimulationView,
    private readonly rerunsOf: (
      execution: ExecutionId,
      entries: readonly Entry[],
      /** The attempt that had them, of those that a crash took away. */
      attempt: number | undefined,
    ) => Reruns | undefined,
  ) {}

  /** The path of what its journal holds. */
  pathOf(execution: ExecutionId): ExecutionPath | undefined {
    return this.of(execution, undefined)?.path;
  }

  /** The path on which an execution began: a crash may have taken even that away. */
  firstPathOf(execution: ExecutionId): ExecutionPath | undefined {
    const { history } = this.view;
    const lost = history
      .attempts(execution)
      .find(({ number }) => firstLostCall(history, execution, number) === 0);
    return this.of(execution, lost?.number)?.path;
  }

  /** The path that a place is on, which may be one that was lost with an attempt. */
  pathAt(place: Place): ExecutionPath | undefined {
    return this.of(place.execution, lostWith(place))?.path;
  }

  /** The paths that were lost with attempts, from where they parted from that of the journal. */
  lostPathsOf(execution: ExecutionId): ExecutionPath[] {
    return lostAttempts(this.view.history, execution).flatMap(
      ({ attempt }) => this.of(execution, attempt)?.path ?? [],
    );
  }

  stepsAt(place: Place): StatementSteps | undefined {
    return this.of(place.execution, lostWith(place))?.steps;
  }

  /** Looks at what is around a place, for requests to come. */
  prepare(place: Place): void {
    if (place.kind === 'end') return;
    const path = this.pathAt(place);
    path?.reruns.prepare(path.tickAt(place));
  }

  /** Undefined where there are no statements, or where instructions cannot be told. */
  instructionsAt(place: Place): InstructionSteps | undefined {
    const known = this.of(place.execution, lostWith(place));
    return known?.path.reruns.canLook === true ? known.instructions : undefined;
  }

  private of(execution: ExecutionId, lost: number | undefined): Known | undefined {
    const key = `${execution} ${lost ?? ''}`;
    const edge = this.edgeOf(execution);
    const existing = this.known.get(key);
    if (existing?.edge === edge) return existing;
    const life = this.lifeOf(execution, lost);
    const reruns = this.rerunsOf(execution, life.entries, lost);
    if (reruns === undefined) return undefined;
    const path = new ExecutionPath(execution, reruns, life);
    const steps = new StatementSteps(path);
    const created = { path, steps, instructions: new InstructionSteps(path), edge };
    this.known.set(key, created);
    return created;
  }

  /** What an attempt had before its crash, or what the journal has. */
  private lifeOf(execution: ExecutionId, attempt: number | undefined): Life {
    const { history } = this.view;
    const entries = entriesOf(history, execution, attempt);
    if (attempt === undefined) return { entries, lost: undefined };
    const from = firstLostCall(history, execution, attempt);
    return { entries, lost: { attempt, from: from ?? entries.length } };
  }

  /** What changes when an execution goes on, is changed, or performs effects again after a crash. */
  private edgeOf(execution: ExecutionId): string {
    const { history } = this.view;
    const entries = history.entries(execution);
    const last = entries.at(-1);
    const ended = history.execution(execution)?.endedAt !== undefined;
    const attempts = history.attempts(execution).length;
    const lost = history.lostEntries(execution).length;
    const has = last?.result !== undefined;
    const inputs = history.inputs().length;
    return `${inputs} ${entries.length} ${last?.attempt} ${has} ${ended} ${attempts} ${lost}`;
  }
}
