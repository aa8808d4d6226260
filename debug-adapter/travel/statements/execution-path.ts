/**
 * The statements of one execution, as far as its journal tells them, and where its effects lie
 * between them. It owns what it has learned by running the execution again.
 *
 * E1  Statements have the same numbers whatever is asked, and in whatever order.
 * E2  It runs no further than it needs to: a program may compute for ever.
 */
import { type Entry, type ExecutionId, seqOf } from '../../../simulator/journal/entry.ts';
import { lowerBound } from '../../../simulator/kernel/lower-bound.ts';
import { nthOf } from '../instructions/instruction-scan.ts';
import { isWithin, type Place } from '../place.ts';
import type { Hit, Reruns } from './reruns.ts';
import type { Snapshot } from './snapshot.ts';
import type { ScanRange, Standing, StatementScan, Visit } from './visit.ts';
import { NEAR_TICKS } from './window-run.ts';

/** Snapshots kept: those of one stop, and a few that one goes back to. */
const SNAPSHOTS_KEPT_MAX = 8;

/** The entries that a path is made of, and what of it a crash took away. */
export interface Life {
  readonly entries: readonly Entry[];
  /** What came after the effects before `from` was lost with the attempt. */
  readonly lost: { readonly attempt: number; readonly from: number } | undefined;
}

export type StatementPlace = Place & { readonly kind: 'statement' };

export class ExecutionPath implements StatementScan {
  private readonly snapshots = new Map<string, Snapshot>();
  /** The statement whose snapshot was made last. */
  private latest = 0;

  constructor(
    readonly execution: ExecutionId,
    readonly reruns: Reruns,
    readonly life: Life,
  ) {}

  get total(): number {
    return this.reruns.learned.total ?? Number.POSITIVE_INFINITY;
  }

  /** How many statements there are; runs the execution to its end to know it. */
  count(): number {
    this.reruns.reach(Number.POSITIVE_INFINITY);
    return this.total;
  }

  has(tick: number): boolean {
    this.reruns.reach(tick);
    return tick >= 1 && tick <= this.total;
  }

  /** The place of a statement that there is. */
  placeAt(tick: number): StatementPlace {
    this.reruns.reach(tick);
    const { effectTicks } = this.reruns.learned;
    // An effect that is called during a statement comes after it.
    const seq = seqOf(lowerBound(effectTicks, tick));
    return { kind: 'statement', execution: this.execution, seq, tick, ...this.lostFrom(seq) };
  }

  /**
   * The place before an instruction of a statement.
   *
   * @param effects how many have been called by then
   */
  instructionPlace(tick: number, index: number, effects: number): StatementPlace {
    if (index === 0) return this.placeAt(tick);
    const seq = seqOf(effects);
    const at = { execution: this.execution, seq, tick, instruction: index };
    return { kind: 'statement', ...at, ...this.lostFrom(seq) };
  }

  /** Whether an effect is known to be called. */
  calls(seq: number): boolean {
    return this.effectTick(seq) !== undefined;
  }

  /** The place before an instruction that there is; undefined for any other. */
  instructionAt(tick: number, index: number): StatementPlace | undefined {
    if (!this.reruns.canLook) return undefined;
    const found = nthOf(this.reruns, tick, index, () => true);
    return found && this.instructionPlace(tick, index, found.effects);
  }

  /** The place of a hit, which is at the beginning of a statement or in the middle of one. */
  placeOfHit({ tick, offset, earlier, isStatement }: Hit): StatementPlace {
    if (isStatement || !this.reruns.canLook) return this.placeAt(tick);
    const found = nthOf(this.reruns, tick, earlier, (look) => look.offset === offset);
    return found === undefined
      ? this.placeAt(tick)
      : this.instructionPlace(tick, found.index, found.effects);
  }

  effectPlace(seq: number): Place {
    return { kind: 'effect', execution: this.execution, seq: seqOf(seq), ...this.lostFrom(seq) };
  }

  /** What came before was not lost: it is on the path of the journal too. */
  private lostFrom(seq: number): { readonly lostWith?: number } {
    const { lost } = this.life;
    return lost !== undefined && seq >= lost.from ? { lostWith: lost.attempt } : {};
  }

  /** The latest statement that was begun at a place. */
  tickAt(place: Place): number {
    switch (place.kind) {
      case 'statement':
        return place.tick;
      case 'effect':
        return this.effectTick(place.seq) ?? this.count();
      case 'end':
        return this.count();
    }
  }

  /** The first effect that is called at or after a place, while its statement lasts. */
  effectDuring(place: Place & { readonly kind: 'effect' | 'statement' }): number | undefined {
    const tick = this.tickAt(place);
    this.reruns.reach(tick + 1);
    const seq = place.kind === 'effect' ? place.seq + 1 : place.seq;
    return this.reruns.learned.effectTicks[seq] === tick ? seq : undefined;
  }

  /** The statement during which an effect is called; undefined for one that is not known. */
  effectTick(seq: number): number | undefined {
    const { reruns } = this;
    for (let tick = Math.max(1, reruns.learned.to); ; tick *= 4) {
      const known = reruns.learned.effectTicks[seq];
      if (known !== undefined || reruns.learned.total !== undefined) return known;
      reruns.reach(tick);
    }
  }

  standingAt(place: Place): Standing {
    const { chain } = this.snapshotAt(place);
    return { tick: this.tickAt(place), isWithin: isWithin(place), chain };
  }

  /** All that can be seen of the program at a place. */
  snapshotAt(place: Place): Snapshot {
    const within = place.kind === 'statement' ? place.instruction : undefined;
    const tick = `${this.tickAt(place)} ${within ?? ''}`;
    const key = place.kind === 'effect' ? `effect ${place.seq}` : tick;
    const known = this.snapshots.get(key);
    if (known !== undefined) return known;
    const snapshot = this.readSnapshot(place, within);
    const [oldest] = this.snapshots.keys();
    if (this.snapshots.size >= SNAPSHOTS_KEPT_MAX && oldest !== undefined) {
      this.snapshots.delete(oldest);
    }
    this.snapshots.set(key, snapshot);
    return snapshot;
  }

  private readSnapshot(place: Place, within: number | undefined): Snapshot {
    const { reruns } = this;
    if (place.kind === 'effect') return reruns.atEffect(place.seq);
    const tick = this.tickAt(place);
    return within === undefined ? this.atTick(tick) : reruns.atInstruction(tick, within);
  }

  private atTick(tick: number): Snapshot {
    const { latest } = this;
    this.latest = tick;
    const isNear = Math.abs(tick - latest) < NEAR_TICKS;
    return this.reruns.atTick(tick, isNear ? (tick < latest ? -1 : 1) : 0);
  }

  scan(range: ScanRange, visit: (visit: Visit) => boolean): void {
    let { from } = range;
    while (from <= range.to) {
      const near = this.reruns.near(from);
      if (near === undefined) {
        this.reruns.visits({ ...range, from }, visit);
        return;
      }
      if (near.scan({ ...range, from }, visit)) return;
      from = near.to + 1;
    }
  }
}
