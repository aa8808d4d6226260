/**
 * Plans that differ from a failing one in one thing: what is tried to find the nearest plan that
 * passes. Those that tell most come first.
 */
import type { JsonObject } from '../../effects/operation.ts';
import { type Fault, type FaultPlan, pointOf, specOf } from '../../faults/fault.ts';
import { durationJson } from '../../faults/fault-field.ts';
import { faultJson, PlanError, parseFault } from '../../faults/plan.ts';
import { formatDuration, parseDuration } from '../../kernel/time.ts';

export interface Neighbour {
  readonly plan: FaultPlan;
  /** What differs, as a clause: `the crash comes at the point recorded instead of performed`. */
  readonly change: string;
  /** The fault that was changed; undefined for one that was left out. */
  readonly changed: Fault | undefined;
}

export function neighboursOf(plan: FaultPlan): readonly Neighbour[] {
  const { faults } = plan;
  const each = faults.map((fault, index) => ({ fault, index }));
  const changedTo = (index: number, changed: Fault, change: string): Neighbour => ({
    plan: { ...plan, faults: faults.with(index, changed) },
    change,
    changed,
  });
  return [
    ...each.flatMap(({ fault, index }) =>
      [...otherPoints(fault), ...otherEffects(fault), ...otherLengths(fault)].map(
        ([changed, change]) => changedTo(index, changed, change),
      ),
    ),
    ...each.map(({ fault, index }) => ({
      plan: { ...plan, faults: faults.toSpliced(index, 1) },
      change: faults.length === 1 ? 'nothing goes wrong' : `there is no ${fault.kind}`,
      changed: undefined,
    })),
    ...withoutSchedule(plan),
    ...withoutEnd(plan),
  ];
}

type Changed = readonly [fault: Fault, change: string];

function otherPoints(fault: Fault): readonly Changed[] {
  const { point } = specOf(fault.kind).fields;
  if (point?.type !== 'choice') return [];
  const here = pointOf(fault);
  return point.values
    .filter((value) => value !== here && value !== 'replay')
    .flatMap((value) =>
      changedIn(
        fault,
        { point: value },
        `the ${fault.kind} comes at the point ${value} instead of ${here}`,
      ),
    );
}

function otherEffects(fault: Fault): readonly Changed[] {
  const { at, kind } = fault;
  if (at.kind !== 'seq') return [];
  const { execution } = at;
  return [at.seq + 1, at.seq - 1]
    .filter((seq) => seq >= 0)
    .flatMap((seq) =>
      changedIn(
        fault,
        { at: { execution, seq } },
        `the ${kind} is at #${seq} instead of #${at.seq}`,
      ),
    );
}

/** Shorter by half, and by half again. */
function otherLengths(fault: Fault): readonly Changed[] {
  const json = faultJson(fault);
  return Object.entries(specOf(fault.kind).fields).flatMap(([name, spec]) => {
    const text = json[name];
    if (spec.type !== 'duration' || typeof text !== 'string') return [];
    const nanos = parseDuration(text) ?? 0n;
    return [2n, 4n, 16n].flatMap((part) => {
      const shorter = nanos / part;
      const change = `"${name}" of the ${fault.kind} is ${formatDuration(shorter)} instead of ${formatDuration(nanos)}`;
      return changedIn(fault, { [name]: durationJson(shorter) ?? '0s' }, change);
    });
  });
}

function withoutSchedule(plan: FaultPlan): readonly Neighbour[] {
  const { schedule, ...others } = plan;
  if (schedule === undefined) return [];
  return [{ plan: others, change: 'whoever came first goes first', changed: undefined }];
}

function withoutEnd({ untilNanos, ...plan }: FaultPlan): readonly Neighbour[] {
  if (untilNanos === undefined) return [];
  const change = `faults go on beyond ${formatDuration(untilNanos)}`;
  return [{ plan, change, changed: undefined }];
}

function changedIn(fault: Fault, fields: JsonObject, change: string): readonly Changed[] {
  try {
    return [[parseFault({ ...faultJson(fault), ...fields }, 'a neighbour'), change]];
  } catch (error) {
    // Such as a length of nothing.
    if (error instanceof PlanError) return [];
    throw error;
  }
}
