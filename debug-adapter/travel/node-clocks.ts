import type { JsonObject } from '../../simulator/effects/operation.ts';
import { nodeUpNanos } from '../../simulator/engine/simulation.ts';
import { befallClock, clockOf } from '../../simulator/host/past-clock.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { FaultRow, TraceRow } from '../../simulator/journal/records.ts';
import { parseDuration, VIRTUAL_START, type VirtualNanos } from '../../simulator/kernel/time.ts';
import { NodeClock } from '../../simulator/world/node-clock.ts';

export interface ClockReadings {
  /** Nanoseconds since 1970. */
  readonly wallNanos: bigint;
  /** Nanoseconds since the node's boot. */
  readonly monotonicNanos: bigint;
}

/** When clocks are looked at. */
export interface ClockMoment {
  readonly at: VirtualNanos;
  readonly execution: ExecutionId;
  /** The effect that the execution calls then, or comes to next. */
  readonly seq: number;
}

/**
 * What a node's clocks showed at a moment, from the faults that befell them until then, or are to
 * befall them as soon as the effect at hand begins.
 */
export function clocksAt(
  history: History,
  nodes: readonly string[],
  node: string,
  moment: ClockMoment,
): ClockReadings {
  const { at } = moment;
  const clocks = {
    wall: new NodeClock(VIRTUAL_START, history.startUnixNanos),
    monotonic: new NodeClock(VIRTUAL_START, nodeUpNanos(Math.max(0, nodes.indexOf(node)))),
  };
  let cause: TraceRow | undefined;
  for (const row of history.traces()) {
    if (row.at > at) break;
    if (row.kind === 'fault.fired') cause = row;
    if (row.node !== node || isLater(cause, row, moment)) continue;
    befallClock(clocks[clockOf(row)], row);
  }
  for (const { plan } of history.faults().filter((row) => isDue(row, node, moment))) {
    clocks[clockOf({ data: plan })].jump(at, parseDuration(String(plan.by)) ?? 0n);
  }
  return { wallNanos: clocks.wall.read(at), monotonicNanos: clocks.monotonic.read(at) };
}

/** Effects may take no time: what befell a later one at the same instant came after this one. */
function isLater(
  cause: TraceRow | undefined,
  row: TraceRow,
  { execution, seq }: ClockMoment,
): boolean {
  if (cause?.at !== row.at || cause.execution !== execution) return false;
  return cause.seq !== undefined && cause.seq > seq;
}

/** Whether a jump waits for the effect at hand, which has not begun. */
function isDue({ plan, fired }: FaultRow, node: string, { execution, seq }: ClockMoment): boolean {
  const at = (plan.at ?? {}) as JsonObject;
  const isHere = at.execution === execution && at.seq === seq && plan.node === node;
  return fired === 0 && plan.kind === 'clock-jump' && isHere;
}
