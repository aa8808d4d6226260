/** The statements around one, kept so that small steps need no rerun to be found. */
import type { ScanRange, Visit } from './visit.ts';

/** Statements kept before and after the one that is looked at. */
export const NEAR_TICKS = 512;

export class NearVisits {
  private readonly visits: Visit[] = [];

  constructor(
    readonly from: number,
    readonly to: number,
  ) {}

  /** In order. */
  add(visit: Visit): void {
    this.visits.push(visit);
  }

  /** Whether all statements of a range are here. */
  has({ from, to }: Pick<ScanRange, 'from' | 'to'>): boolean {
    return from >= this.from && to <= this.to;
  }

  /** Undefined for a statement that is not here. */
  at(tick: number): Visit | undefined {
    return this.visits[tick - this.from];
  }

  scan({ from, to, depthMax }: ScanRange, visit: (visit: Visit) => boolean): void {
    for (let tick = from; tick <= to; tick++) {
      const each = this.at(tick);
      if (each !== undefined && each.depth <= depthMax && visit(each)) return;
    }
  }
}
