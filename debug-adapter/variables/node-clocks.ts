import type { JsonObject } from '../../simulator/effects/operation.ts';
import { nodeUpNanos } from '../../simulator/engine/simulation.ts';
import type { History } from '../../simulator/journal/history.ts';
import type { TraceRow } from '../../simulator/journal/records.ts';
import { after, VIRTUAL_START, type VirtualNanos } from '../../simulator/kernel/time.ts';
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
    befall(clock, row, data);
  }
  return { wallNanos: clocks.wall.read(at), monotonicNanos: clocks.monotonic.read(at) };
}

/** Does to a clock what a row of the trace says. */
function befall(clock: NodeClock, { kind, at }: TraceRow, data: JsonObject): void {
  const nanos = (name: string): bigint => BigInt(String(data[name] ?? '0'));
  const span = { from: at, until: after(at, nanos('forNanos')) };
  switch (kind) {
    case 'clock.jumped':
      clock.jump(at, nanos('byNanos'));
      return;
    case 'clock.drifted':
      clock.drift(at, Number(data.ppm));
      return;
    case 'clock.frozen':
      clock.freeze(at, span.until);
      return;
    case 'clock.strobed':
      if (data.byNanos !== undefined) clock.strobe(span, nanos('byNanos'), nanos('everyNanos'));
      return;
    case 'clock.smeared':
      clock.smear(span, nanos('byNanos'));
      return;
    case 'clock.reset':
      clock.setRight(at);
      return;
  }
}
