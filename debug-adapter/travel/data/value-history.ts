/** Every value that something had over what is known of an execution. */
import { assert } from '../../../simulator/kernel/assert.ts';
import type { ExecutionPath } from '../statements/execution-path.ts';
import { dataChanges, placeOfChange } from './data-changes.ts';
import { type DataTarget, type FrameTarget, type MemoryTarget, textOf } from './data-target.ts';

export const HISTORY_LENGTH_MAX = 10_000;

/** A value, and the statement that gave it. */
export interface PastValue {
  readonly tick: number;
  /** Effects that were called before it was given. */
  readonly seq: number;
  readonly value: string;
  /** Where in the code: of the store, or of the statement. */
  readonly offset: number;
  /** The attempt whose crash took the value away; undefined for one that stayed. */
  readonly lostWith: number | undefined;
}

export interface ValueHistory {
  /** In order; the first is what it was when it was first there. */
  readonly values: readonly PastValue[];
  /** There are more values than are kept. */
  readonly isCut: boolean;
}

type Row = Omit<PastValue, 'offset' | 'lostWith'> & { readonly offset: number | undefined };

/** What an execution did: what its journal holds, and what crashes took away, attempt by attempt. */
export interface ExecutionPaths {
  readonly kept: ExecutionPath;
  readonly lost: readonly ExecutionPath[];
}

/**
 * Of what is in memory, every change; of an expression over variables of a function, what it gives
 * at each statement of the function, in all of its calls.
 *
 * @param isUserCode whether code at an offset is the user's own, and not a library's
 */
export function valueHistory(
  { kept, lost }: ExecutionPaths,
  target: DataTarget,
  isUserCode: (offset: number) => boolean,
): ValueHistory {
  const told = (path: ExecutionPath): readonly PastValue[] =>
    withOffsets(path, rowsOf(path, target), isUserCode);
  const values = [...told(kept)];
  for (const path of lost) {
    const from = path.life.lost?.from ?? 0;
    const next = values.findIndex(({ seq, lostWith }) => lostWith === undefined && seq >= from);
    values.splice(next === -1 ? values.length : next, 0, ...told(path));
  }
  const shown = values.slice(0, HISTORY_LENGTH_MAX);
  return { values: shown, isCut: values.length > shown.length };
}

/** Those of a path that was lost begin where it was. */
function rowsOf(path: ExecutionPath, target: DataTarget): Row[] {
  const rows = target.kind === 'memory' ? memoryRows(path, target) : functionRows(path, target);
  const from = path.life.lost?.from ?? 0;
  return rows.filter(({ seq }) => seq >= from);
}

function memoryRows(path: ExecutionPath, target: MemoryTarget): Row[] {
  const rows: Row[] = [];
  const first = path.has(1) ? textOf(target, path.snapshotAt(path.placeAt(1))) : undefined;
  dataChanges(path, target, (change) => {
    const place = placeOfChange(path, change);
    assert(place.kind !== 'end', 'a value changes where the program still runs');
    const { tick, offset } = change;
    const last = rows.at(-1);
    // Of several stores in one statement the last is what it gave.
    if (last?.tick === tick && last.seq === place.seq) rows.pop();
    rows.push({ tick, seq: place.seq, value: change.text(), offset });
    return rows.length > HISTORY_LENGTH_MAX;
  });
  // What it was at the first statement is told by the changes before it, if there were any.
  const isTold = rows[0] !== undefined && rows[0].tick < 1;
  if (isTold || first === undefined) return rows;
  return [{ tick: 1, seq: path.placeAt(1).seq, value: first, offset: undefined }, ...rows];
}

function functionRows(path: ExecutionPath, { offsets, textIn }: FrameTarget): Row[] {
  const rows: Row[] = [];
  /** The latest statement of each call, and the value there. */
  const latest = new Map<number, { readonly tick: number; readonly value: string }>();
  path.reruns.hits(offsets, ({ tick, activation, state }) => {
    const value = textIn(state);
    if (value === undefined) return false;
    const before = latest.get(activation);
    latest.set(activation, { tick, value });
    if (before?.value === value) return false;
    const given = before?.tick ?? tick;
    rows.push({ tick: given, seq: path.placeAt(given).seq, value, offset: undefined });
    return rows.length > HISTORY_LENGTH_MAX;
  });
  return rows;
}

/** Of a store in a library, or of none, the statement that was under way is told. */
function withOffsets(
  path: ExecutionPath,
  rows: readonly Row[],
  isUserCode: (offset: number) => boolean,
): PastValue[] {
  const isOwn = ({ offset }: Row): boolean => offset !== undefined && isUserCode(offset);
  const ticks = new Set(rows.flatMap((row) => (isOwn(row) || row.tick < 1 ? [] : [row.tick])));
  const offsets = new Map<number, number>();
  const sorted = [...ticks].sort((one, other) => one - other);
  path.reruns.statementsAt(sorted, ({ tick, offset }) => offsets.set(tick, offset));
  return rows.map((row) => {
    const own = isOwn(row) ? row.offset : undefined;
    const offset = own ?? offsets.get(row.tick) ?? row.offset ?? 0;
    return { ...row, offset, lostWith: path.life.lost?.attempt };
  });
}
