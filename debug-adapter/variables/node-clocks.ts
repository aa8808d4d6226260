import type { JsonObject } from '../../simulator/effects/operation.ts';
import { nodeUpNanos } from '../../simulator/engine/simulation.ts';
import type { History } from '../../simulator/journal/history.ts';
import { VIRTUAL_START, type VirtualNanos } from '../../simulator/kernel/time.ts';
import { NodeClock } from '../../simulator/world/node-clock.ts';

export interface ClockReadings {
  /** Nanoseconds since 1970. */
  readonly wallNanos: bigint;
  /** Nanoseconds since the node's boot. */
  readonly monotonicNanos: bigint;
}

/** What a node's clocks showed at an instant, from the faults that befell them until then. */
export function clocksAt(
  history: History,
  nodes: readonly string[],
  node: string,
  at: VirtualNanos,
): ClockReadings {
  const clocks = {
    wall: new NodeClock(VIRTUAL_START, history.startUnixNanos),
    monotonic: new NodeClock(VIRTUAL_START, nodeUpNanos(Math.max(0, nodes.indexOf(node)))),
  };
  for (const row of history.traces()) {
    if (row.at > at) break;
    if (row.node !== node) continue;
    const data = (row.data ?? {}) as JsonObject;
    const clock = clocks[data.clock === 'monotonic' ? 'monotonic' : 'wall'];
    if (row.kind === 'clock.jumped') clock.jump(row.at, BigInt(String(data.byNanos)));
    if (row.kind === 'clock.drifted') clock.drift(row.at, Number(data.ppm));
  }
  return { wallNanos: clocks.wall.read(at), monotonicNanos: clocks.monotonic.read(at) };
}
