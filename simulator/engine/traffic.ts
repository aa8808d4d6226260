/**
 * What is on its way over the network, sent by programs and not arrived yet. It arrives also when its
 * sender has ended, so a simulation is not over before that.
 */
import { after, type VirtualNanos } from '../kernel/time.ts';
import type { Network } from '../world/network.ts';
import type { Agenda } from './agenda.ts';

export class Traffic {
  private count = 0;

  constructor(
    private readonly agenda: Agenda,
    private readonly network: Network,
  ) {}

  /** Whether nothing is on its way. */
  get isQuiet(): boolean {
    return this.count === 0;
  }

  /** When a message arrives that leaves now, and is not to overtake what arrives at `earliest`. */
  arrival(from: string, to: string, earliest?: VirtualNanos): VirtualNanos {
    const instant = after(this.agenda.now, this.network.delayNanos(from, to));
    return earliest !== undefined && earliest > instant ? earliest : instant;
  }

  carry(instant: VirtualNanos, arrive: () => void): void {
    this.count++;
    this.agenda.at(instant, () => {
      this.count--;
      arrive();
    });
  }
}
