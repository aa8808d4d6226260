/** What a clock of a node showed in the past, from what is written down of what befell it. */
import type { JsonObject } from '../effects/operation.ts';
import type { TraceRow } from '../journal/records.ts';
import { after } from '../kernel/time.ts';
import type { NodeClock } from '../world/node-clock.ts';

/** Does to a clock what a row tells; a row that tells of no clock does nothing. */
export function befallClock(clock: NodeClock, { kind, at, data: told }: TraceRow): void {
  const data = (told ?? {}) as JsonObject;
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
      // Without a length it tells of the end, which comes by itself.
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

/** The name of the clock that a row tells of. */
export function clockOf({ data }: Pick<TraceRow, 'data'>): 'wall' | 'monotonic' {
  return (data as JsonObject | undefined)?.clock === 'monotonic' ? 'monotonic' : 'wall';
}
