/**
 * The rows of the Executions view: which there are, and which belongs to which. A row only names
 * what it shows; how it looks is row-looks.ts's.
 *
 * R1  The same thing is always the same object, so that the editor can be told that it changed.
 * R2  No row has more than ROWS_PER_PAGE children without a row that offers the others.
 */
import type { EffectSummary, TraceSummary } from '../../simulator/host/protocol.ts';
import type { ExecutionModel, SimulationModel } from './simulation-model.ts';
import { isShownTrace } from './trace-looks.ts';

export const ROWS_PER_PAGE = 500;
/** Rows that are kept; beyond that, those of effects that are no longer held are let go. */
const ROWS_KEPT_MAX = 20_000;

/** A simulation as the tree needs it. */
export interface ListedSimulation {
  readonly id: number;
  readonly title: string;
  /** The simulation it is a branch of. */
  readonly parent: number | undefined;
  readonly model: SimulationModel;
}

interface InSimulation {
  /** Unique in the view, and stable. */
  readonly id: string;
  readonly simulation: number;
}

interface InExecution extends InSimulation {
  readonly execution: string;
}

export type SimulationRow = InSimulation & { readonly kind: 'simulation' };
export type ExecutionRow = InExecution & { readonly kind: 'execution' };
export type AttemptRow = InExecution & { readonly kind: 'attempt'; readonly attempt: number };
export type EffectRow = InExecution & { readonly kind: 'effect'; readonly seq: number };
/** The effect before which the simulation is paused. */
export type NextRow = InExecution & { readonly kind: 'next'; readonly seq: number };
export type LostRow = InExecution & { readonly kind: 'lost'; readonly effect: EffectSummary };
export type TraceRow = InExecution & {
  readonly kind: 'trace';
  readonly attempt: number;
  readonly trace: TraceSummary;
};
export type QuestionRow = InExecution & { readonly kind: 'question'; readonly seq: number };
export type MoreEffectsRow = InExecution & {
  readonly kind: 'more-effects';
  readonly direction: 'earlier' | 'later';
};
export type MoreExecutionsRow = InSimulation & { readonly kind: 'more-executions' };

export type Row =
  | SimulationRow
  | ExecutionRow
  | AttemptRow
  | EffectRow
  | NextRow
  | LostRow
  | TraceRow
  | QuestionRow
  | MoreEffectsRow
  | MoreExecutionsRow;

type RowWithoutId<R extends Row = Row> = R extends Row ? Omit<R, 'id'> : never;

export class ExecutionRows {
  private readonly rows = new Map<string, Row>();
  private readonly executionsShown = new Map<number, number>();

  constructor(private readonly simulations: () => readonly ListedSimulation[]) {}

  /** The newest first: what was begun last, a branch for one, is what is looked at. */
  roots(): readonly Row[] {
    return this.simulations()
      .toSorted((left, right) => right.id - left.id)
      .map(({ id }) => this.simulationRow(id));
  }

  children(row: Row): readonly Row[] {
    const model = this.modelOf(row.simulation);
    if (model === undefined) return [];
    if (row.kind === 'simulation') return this.executionRows(row.simulation, model);
    if (row.kind !== 'execution' && row.kind !== 'attempt') return [];
    const execution = model.executions.get(row.execution);
    if (execution === undefined) return [];
    return row.kind === 'execution'
      ? this.attemptRows(row, execution, model)
      : this.effectRows(row, execution, model);
  }

  parent(row: Row): Row | undefined {
    if (row.kind === 'simulation') return undefined;
    if (row.kind === 'execution' || row.kind === 'more-executions') {
      return this.simulationRow(row.simulation);
    }
    const execution = this.executionRow(row.simulation, row.execution);
    if (row.kind === 'attempt' || row.kind === 'question') return execution;
    const model = this.modelOf(row.simulation)?.executions.get(row.execution);
    const number =
      row.kind === 'effect' ? model?.window.at(row.seq)?.attempt : model?.summary.attempts.length;
    return number === undefined ? execution : this.attemptRow(row, number);
  }

  simulationRow(simulation: number): Row {
    return this.row({ kind: 'simulation', simulation });
  }

  executionRow(simulation: number, execution: string): Row {
    return this.row({ kind: 'execution', simulation, execution });
  }

  effectRow(simulation: number, execution: string, seq: number): Row {
    return this.row({ kind: 'effect', simulation, execution, seq });
  }

  showMoreExecutions(simulation: number): void {
    const shown = this.executionsShown.get(simulation) ?? ROWS_PER_PAGE;
    this.executionsShown.set(simulation, shown + ROWS_PER_PAGE);
  }

  /** Forgets the rows of a simulation that is no longer listed. */
  forget(simulation: number): void {
    this.executionsShown.delete(simulation);
    for (const [id, row] of this.rows) if (row.simulation === simulation) this.rows.delete(id);
  }

  private modelOf(simulation: number): SimulationModel | undefined {
    return this.simulations().find(({ id }) => id === simulation)?.model;
  }

  private executionRows(simulation: number, model: SimulationModel): readonly Row[] {
    const shown = this.executionsShown.get(simulation) ?? ROWS_PER_PAGE;
    const ids = [...model.executions.keys()];
    // Of those that clients start, the last ones are looked at.
    if (model.address !== undefined) ids.reverse();
    const rows = ids.slice(0, shown).map((id) => this.executionRow(simulation, id));
    return ids.length > shown ? [...rows, this.row({ kind: 'more-executions', simulation })] : rows;
  }

  private attemptRows(
    row: ExecutionRow,
    { summary }: ExecutionModel,
    model: SimulationModel,
  ): readonly Row[] {
    const { simulation, execution } = row;
    const { attempts } = summary;
    const hidden = Math.max(0, attempts.length - ROWS_PER_PAGE);
    const rows = attempts.slice(hidden).map(({ number }) => this.attemptRow(row, number));
    const questions = model.phase.kind === 'waiting' ? model.phase.questions : [];
    return [
      ...rows,
      ...questions
        .filter((question) => question.execution === execution)
        .map(({ seq }) => this.row({ kind: 'question', simulation, execution, seq })),
    ];
  }

  private effectRows(
    row: AttemptRow,
    { summary, window, traces }: ExecutionModel,
    model: SimulationModel,
  ): readonly Row[] {
    const { simulation, execution, attempt: number } = row;
    const attempt = summary.attempts.find((one) => one.number === number);
    if (attempt === undefined) return [];
    const isLast = number === summary.attempts.at(-1)?.number;
    const own = window.effects.filter((effect) => effect.attempt === number);
    const happened = [...traces, ...model.worldTraces].filter(
      (trace) =>
        isShownTrace(trace) &&
        (trace.execution === execution || trace.node === attempt.node) &&
        trace.at >= attempt.startedAt &&
        (isLast || trace.at <= (attempt.endedAt ?? trace.at)),
    );
    // What an attempt lost was the last that it did.
    const lost = new Set<EffectSummary | TraceSummary>(attempt.lost ?? []);
    const rows = merge([...own, ...(attempt.lost ?? [])], happened, attempt.startedAt).map(
      (one) => {
        if (!('operation' in one)) {
          return this.row({ kind: 'trace', simulation, execution, attempt: number, trace: one });
        }
        return lost.has(one)
          ? this.row({ kind: 'lost', simulation, execution, effect: one })
          : this.effectRow(simulation, execution, one.seq);
      },
    );
    // What is not held belongs before the first and after the last effect that is shown.
    const holdsFirst = own.length > 0 ? own[0] === window.effects[0] : number === 1;
    const earlier = window.from > 0 && holdsFirst;
    const later = window.to < summary.effects && isLast;
    return [
      ...(earlier ? [this.moreRow(row, 'earlier')] : []),
      // Two happenings that read the same are one row: the editor refuses a row that is there twice.
      ...new Set(rows),
      ...(later ? [this.moreRow(row, 'later')] : []),
      ...(isLast ? this.nextRows(row, model) : []),
    ];
  }

  private nextRows({ simulation, execution }: AttemptRow, { phase }: SimulationModel) {
    if (phase.kind !== 'paused' || phase.execution !== execution || phase.seq === undefined) {
      return [];
    }
    return [this.row({ kind: 'next', simulation, execution, seq: phase.seq })];
  }

  private moreRow({ simulation, execution }: AttemptRow, direction: 'earlier' | 'later'): Row {
    return this.row({ kind: 'more-effects', simulation, execution, direction });
  }

  private attemptRow(of: { simulation: number; execution: string }, attempt: number): Row {
    const { simulation, execution } = of;
    return this.row({ kind: 'attempt', simulation, execution, attempt });
  }

  private row(row: RowWithoutId): Row {
    const id = idOf(row);
    const known = this.rows.get(id);
    if (known !== undefined) return known;
    const made: Row = { ...row, id };
    if (this.rows.size >= ROWS_KEPT_MAX && this.rows.size % ROWS_PER_PAGE === 0) this.prune();
    this.rows.set(id, made);
    return made;
  }

  private prune(): void {
    for (const [id, row] of this.rows) {
      if (row.kind !== 'effect') continue;
      const model = this.modelOf(row.simulation);
      const held = model?.executions.get(row.execution)?.window.at(row.seq);
      if (held === undefined) this.rows.delete(id);
    }
  }
}

function idOf(row: RowWithoutId): string {
  const parts: (string | number)[] = [row.kind, row.simulation];
  if ('execution' in row) parts.push(row.execution);
  if ('attempt' in row) parts.push(row.attempt);
  if ('seq' in row) parts.push(row.seq);
  if ('direction' in row) parts.push(row.direction);
  if (row.kind === 'lost') parts.push(row.effect.attempt, row.effect.seq);
  if (row.kind === 'trace') {
    const { at, kind, seq, node } = row.trace;
    parts.push(at.toString(), kind, seq ?? '', node ?? '', row.trace.text);
  }
  return parts.join('/');
}

/** Effects in their order, with what happened around them in between. */
function merge(
  effects: readonly EffectSummary[],
  traces: readonly TraceSummary[],
  attemptStartedAt: bigint,
): readonly (EffectSummary | TraceSummary)[] {
  const rest = [...traces].sort((left, right) => compare(left.at, right.at));
  const merged: (EffectSummary | TraceSummary)[] = [];
  for (const effect of effects) {
    // A call that an earlier attempt began is done again after this attempt has begun.
    const inherited = effect.startedAt < attemptStartedAt;
    const since = inherited ? attemptStartedAt + 1n : effect.startedAt;
    while (rest[0] !== undefined && isBefore(rest[0], effect, since)) {
      merged.push(...rest.splice(0, 1));
    }
    merged.push(effect);
  }
  return [...merged, ...rest];
}

function isBefore(trace: TraceSummary, effect: EffectSummary, since: bigint): boolean {
  // Several things happen at one instant of virtual time; the effect's number tells them apart.
  if (trace.execution === effect.execution && trace.seq !== undefined) {
    return trace.seq < effect.seq;
  }
  return trace.at < since;
}

function compare(left: bigint, right: bigint): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
