/**
 * How long a program runs between two chances to break it off. It decides whether something may be
 * run while nobody waits for it: then the next request waits for no longer than that.
 */

/** What a request may have to wait for. */
export const WAIT_MS_MAX = 1;

export class Pace {
  private since = 0;
  private longest = 0;
  /** The longest waits of the latest two runs: what else the machine does makes one longer. */
  private before = 0;
  private latest = 0;

  /** @param nowMs real time, from any origin */
  constructor(private readonly nowMs: () => number) {}

  get mayRunUnawaited(): boolean {
    return Math.min(this.before, this.latest) <= WAIT_MS_MAX;
  }

  begin(): void {
    this.since = this.nowMs();
    this.longest = 0;
  }

  /** The run could be broken off here. */
  pass(): void {
    const now = this.nowMs();
    this.longest = Math.max(this.longest, now - this.since);
    this.since = now;
  }

  end(): void {
    this.pass();
    this.before = this.latest;
    this.latest = this.longest;
  }
}
