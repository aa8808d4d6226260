/** The statements around one, kept so that small steps need no rerun to be found. */
import type { ScanRange, Visit } from './visit.ts';

export class NearVisits {
  private readonly visits: Visit[] = [];

  constructor(readonly from: number) {}

  /** The last of them. */
  get to(): number {
    return this.from + this.visits.length - 1;
  }

  /** In order. */
  add(visit: Visit): void {
    this.visits.push(visit);
  }

  has(tick: number): boolean {
    return tick >= this.from && tick <= this.to;
  }

  /** Undefined for a statement that is not here. */
  at(tick: number): Visit | undefined {
    return this.visits[tick - this.from];
  }

  /** Those of a range that are here, in order, until `visit` returns true; tells whether it did. */
  scan({ from, to, depthMax }: ScanRange, visit: (visit: Visit) => boolean): boolean {
    const last = Math.min(to, this.to);
    for (let tick = Math.max(from, this.from); tick <= last; tick++) {
      const each = this.at(tick);
      if (each !== undefined && each.depth <= depthMax && visit(each)) return true;
    }
    return false;
  }
}
