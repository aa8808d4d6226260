/** The rows of one attempt's effects: what it asked first, took up, and lost. */
import type { Entry } from '../../journal/entry.ts';
import type { TraceRow } from '../../journal/records.ts';
import { middle } from './middle.ts';
import type { AttemptMaterial, EffectContent, TimelineRow } from './timeline-rows.ts';

/** Effects that are shown of a long run without anything else, from its beginning and its end. */
export const FIRST_EFFECTS_SHOWN = 24;
export const LAST_EFFECTS_SHOWN = 8;

export function effectRows(material: AttemptMaterial, all: boolean): readonly TimelineRow[] {
  const { attempt, next, entries, lost } = material;
  const { replayed } = attempt;
  // What the next attempt began with is what this one left; a journal that began anew is no longer
  // this attempt's.
  const end = next === undefined ? entries.length : next.replayed;
  const own = end <= replayed ? [] : entries.slice(replayed, end);
  const lostBySeq = new Map(lost.map(({ entry }) => [entry.seq as number, entry]));
  const rows = resumedRows(material, lostBySeq.get(replayed - 1));
  for (const run of all ? [own] : runs(own, material.events)) {
    addRun(rows, run, all, material, (entry) => entryRows(material, entry, lostBySeq));
  }
  const gone = lost
    .map(({ entry }) => entry)
    .filter(({ seq }) => seq >= replayed + own.length || seq < replayed - 1);
  addRun(rows, gone, all, material, (entry) => split(material, entry, 'all'));
  return rows;
}

/** Adds the rows of entries in a row, with one row for those in the middle of very many. */
function addRun(
  rows: TimelineRow[],
  run: readonly Entry[],
  all: boolean,
  { attempt }: AttemptMaterial,
  rowsOf: (entry: Entry) => readonly TimelineRow[],
): void {
  const hidden = all ? [] : middle(run, FIRST_EFFECTS_SHOWN, LAST_EFFECTS_SHOWN);
  const [first] = hidden;
  for (const [index, entry] of run.entries()) {
    if (entry === first) {
      const { number } = attempt;
      rows.push({ kind: 'hidden', entries: hidden, at: first.startedAt, number });
    }
    const hiddenIndex = index - FIRST_EFFECTS_SHOWN;
    if (hiddenIndex >= 0 && hiddenIndex < hidden.length) continue;
    for (const row of rowsOf(entry)) rows.push(row);
  }
}

/** The effect that an earlier attempt left unfinished, where this one came to its result. */
function resumedRows(
  { attempt, entries }: AttemptMaterial,
  lost: Entry | undefined,
): TimelineRow[] {
  const { number, startedAt, endedAt, replayed } = attempt;
  const row = { kind: 'effect', part: 'resumed', number } as const;
  if (lost?.endedAt !== undefined) {
    return [{ ...row, entry: lost, lost: 'result', at: lost.endedAt }];
  }
  const entry = entries[replayed - 1];
  if (entry?.endedAt === undefined || entry.attempt > number) return [];
  if (entry.attempt === number) return [{ ...row, entry, lost: 'nothing', at: entry.endedAt }];
  // An earlier attempt recorded it; the first that lives long enough delivers it.
  const { deliveredAt } = entry;
  const delivers =
    deliveredAt !== undefined &&
    deliveredAt >= startedAt &&
    (endedAt === undefined || deliveredAt <= endedAt);
  return delivers ? [{ ...row, entry, lost: 'nothing', at: deliveredAt }] : [];
}

function entryRows(
  material: AttemptMaterial,
  entry: Entry,
  lostBySeq: ReadonlyMap<number, Entry>,
): readonly TimelineRow[] {
  const { number } = material.attempt;
  if (entry.result !== undefined && entry.attempt === number) {
    return split(material, entry, 'nothing');
  }
  const lost = lostBySeq.get(entry.seq);
  if (lost?.result !== undefined) return split(material, lost, 'result');
  // Its result came to a later attempt, or has not come yet.
  const at = entry.startedAt;
  return [{ kind: 'effect', entry, part: 'asked', lost: 'nothing', at, number }];
}

/** One row, or two when something happened between the asking and the getting. */
function split(
  { attempt, events }: AttemptMaterial,
  entry: Entry,
  lost: EffectContent['lost'],
): readonly TimelineRow[] {
  const { startedAt, endedAt } = entry;
  const row = { kind: 'effect', entry, lost, number: attempt.number } as const;
  if (endedAt === undefined) return [{ ...row, part: 'asked', at: startedAt }];
  const next = events[firstAfter(events, startedAt)];
  if (next === undefined || next.at >= endedAt) return [{ ...row, part: 'whole', at: startedAt }];
  return [
    { ...row, part: 'asked', at: startedAt },
    { ...row, part: 'got', at: endedAt },
  ];
}

/** The index of the first event later than an instant. */
function firstAfter(events: readonly TraceRow[], instant: bigint): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const half = (low + high) >> 1;
    const event = events[half];
    if (event !== undefined && event.at > instant) high = half;
    else low = half + 1;
  }
  return low;
}

/** Cuts a journal where something besides the effects themselves happened. */
function runs(entries: readonly Entry[], events: readonly TraceRow[]): (readonly Entry[])[] {
  const [first] = entries;
  if (first === undefined) return [];
  const cuts = new Set(events.flatMap(({ seq }) => (seq === undefined ? [] : [seq - first.seq])));
  const parts: (readonly Entry[])[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((left, right) => left - right)) {
    if (cut <= from || cut >= entries.length) continue;
    parts.push(entries.slice(from, cut));
    from = cut;
  }
  return [...parts, entries.slice(from)];
}
