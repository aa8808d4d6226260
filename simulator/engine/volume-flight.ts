import type { EffectValue } from '../effects/operation.ts';
import type { Entry } from '../journal/entry.ts';
import type { Volume } from '../world/files/volume.ts';
import type { Attempt } from './attempt.ts';
import { performOnVolume } from './disturbed-operation.ts';
import type { Flight } from './flights.ts';
import { traceHeld } from './trace-held.ts';

/**
 * One operation on a mounted volume on its way. The volume remembers what it answered to a key,
 * so that one that is sent again after a crash is not done twice.
 */
export class VolumeFlight implements Flight {
  private over = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
    private readonly volume: Volume,
  ) {}

  start(): void {
    const { attempt, entry, volume } = this;
    const { engine, node, incarnation } = attempt;
    const there = { from: node.name, to: volume.name, bytes: bytesOf(entry.args) };
    const perform = (): void => {
      const result = performOnVolume(attempt, entry, volume);
      const back = { from: volume.name, to: node.name, bytes: bytesOf(result) };
      engine.traffic.call(back, {
        arrive: () => node.deliver(incarnation, () => this.land(result)),
        onDelay: () => traceHeld(attempt, entry, 'response.held', volume.name),
      });
    };
    const arrive = (): void => {
      const slowNanos = engine.volumeFaults.slowNanos(volume);
      if (slowNanos === 0n) perform();
      else engine.agenda.in(slowNanos, perform);
    };
    engine.traffic.call(there, {
      arrive,
      sender: attempt,
      onDelay: () => traceHeld(attempt, entry, 'request.held', volume.name),
    });
  }

  abandon(): void {
    this.over = true;
  }

  private land(result: EffectValue): void {
    if (!this.over) this.attempt.land(this.entry, result);
  }
}

function bytesOf({ body }: EffectValue): number {
  return body?.length ?? 0;
}
