/**
 * The part of an execution's effects that is held for showing; the rest stays in the host.
 *
 * W1  `effects[i].seq === from + i`: a contiguous run without gaps.
 * W2  It holds EFFECTS_HELD_MAX effects at most.
 * W3  While it follows, it ends with the newest effect that is known.
 */
import type { EffectSummary } from '../../simulator/host/protocol.ts';

/** Effects that are fetched, and dropped, at once. */
export const EFFECTS_PER_PAGE = 500;
export const EFFECTS_HELD_MAX = 4 * EFFECTS_PER_PAGE;

export class EffectWindow {
  private held: EffectSummary[] = [];
  private start = 0;
  private follows = true;

  get effects(): readonly EffectSummary[] {
    return this.held;
  }

  /** The seq of the first effect held. */
  get from(): number {
    return this.start;
  }

  /** The seq after the last effect held. */
  get to(): number {
    return this.start + this.held.length;
  }

  at(seq: number): EffectSummary | undefined {
    return this.held[seq - this.start];
  }

  /** Takes in an effect that is new or has changed. */
  put(effect: EffectSummary): void {
    const { seq } = effect;
    if (seq >= this.start && seq < this.to) {
      this.held[seq - this.start] = effect;
      return;
    }
    if (seq < this.start || !this.follows) return;
    if (seq > this.to || this.held.length === 0) {
      // What lies between was never told; it is fetched when somebody asks for it.
      this.held = [effect];
      this.start = seq;
      return;
    }
    this.held.push(effect);
    if (this.held.length > EFFECTS_HELD_MAX) this.dropFirst();
  }

  /** Forgets effects from `total` on: the execution began again and has only so many. */
  truncate(total: number): void {
    if (total >= this.to) return;
    this.held.length = Math.max(0, total - this.start);
    this.start = Math.min(this.start, total);
    this.follows = true;
  }

  /** What to ask the host for to show more; undefined when there is no more in that direction. */
  pageRequest(
    direction: 'earlier' | 'later',
    total: number,
  ): { readonly from: number; readonly count: number } | undefined {
    if (direction === 'later') {
      const count = Math.min(EFFECTS_PER_PAGE, total - this.to);
      return count > 0 ? { from: this.to, count } : undefined;
    }
    const from = Math.max(0, this.start - EFFECTS_PER_PAGE);
    return this.start > 0 ? { from, count: this.start - from } : undefined;
  }

  /** Takes in a page that was asked for; one that no longer fits on either end is left out. */
  addPage(page: readonly EffectSummary[], total: number): void {
    const [first] = page;
    if (first === undefined) return;
    if (this.held.length === 0) this.start = first.seq;
    if (first.seq === this.to) {
      this.held.push(...page);
      while (this.held.length > EFFECTS_HELD_MAX) this.dropFirst();
    } else if (first.seq + page.length === this.start) {
      this.held.unshift(...page);
      this.start = first.seq;
      while (this.held.length > EFFECTS_HELD_MAX) this.held.length -= EFFECTS_PER_PAGE;
    }
    this.follows = this.to >= total;
  }

  private dropFirst(): void {
    this.held.splice(0, EFFECTS_PER_PAGE);
    this.start += EFFECTS_PER_PAGE;
  }
}
