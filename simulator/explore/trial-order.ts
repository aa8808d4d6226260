/**
 * The numbers of trials. It owns which trial has which number: rounds, in each of which every
 * strategy has a share, so that the first ones leave time for the last.
 *
 * O1  Which trial a number means follows from the aim and the strategies alone.
 * O2  Every trial of a strategy that has an end has exactly one number.
 */

import type { StrategyName } from './explore-options.ts';
import { gcd } from './gcd.ts';
import type { Aim, Strategy, TrialList } from './strategies/strategy.ts';
import type { Trial } from './trial.ts';

/** How many trials of a strategy come before those of the next, in the first round. */
const SHARES: Readonly<Record<StrategyName, number>> = {
  crashes: 2_000,
  faults: 2_000,
  clocks: 1_000,
  pairs: 1_000,
  partitions: 500,
  schedules: 500,
  swarms: 1_000,
  corruptions: 2_000,
};

export interface NumberedTrial {
  readonly strategy: StrategyName;
  /** Undefined when its faults do not go together. */
  readonly trial: Trial | undefined;
}

/** A strategy with the order in which its trials are gone through. */
interface Row {
  readonly name: StrategyName;
  readonly list: TrialList;
  /** The trial after number n is n + stride, around the list: what is cut off is spread evenly. */
  readonly stride: number;
}

/** A stretch of numbers that belong to one strategy. */
interface Stretch {
  readonly row: Row;
  /** The first number. */
  readonly first: number;
  /** The number within the strategy that `first` has. */
  readonly offset: number;
  readonly length: number;
}

export class TrialOrder {
  private readonly rows: readonly Row[];
  private readonly stretches: Stretch[] = [];
  private readonly used = new Map<Row, number>();
  /** Numbers below it belong to a stretch. */
  private known = 0;

  constructor(strategies: readonly Strategy[], aim: Aim) {
    this.rows = strategies
      .map((strategy) => rowOf(strategy, strategy.trials(aim)))
      .filter(({ list }) => list.count > 0);
  }

  /** How many trials there are; may be Infinity. */
  get count(): number {
    return this.rows.reduce((sum, { list }) => sum + list.count, 0);
  }

  /** How many trials of a strategy there are. */
  countOf(name: StrategyName): number {
    return this.rows.find((row) => row.name === name)?.list.count ?? 0;
  }

  /** The trial with a number from 0; undefined beyond the last. */
  at(number: number): NumberedTrial | undefined {
    if (number >= this.count) return undefined;
    while (this.known <= number) this.addRound();
    const stretch = this.stretches.findLast(({ first }) => first <= number);
    if (stretch === undefined) return undefined;
    const { row, first, offset } = stretch;
    const { name, list, stride } = row;
    const place = offset + number - first;
    const index = Number.isFinite(list.count) ? (place * stride) % list.count : place;
    return { strategy: name, trial: list.at(index) };
  }

  private addRound(): void {
    for (const row of this.rows) {
      const offset = this.used.get(row) ?? 0;
      const length = Math.min(SHARES[row.name], row.list.count - offset);
      if (length === 0) continue;
      this.stretches.push({ row, first: this.known, offset, length });
      this.used.set(row, offset + length);
      this.known += length;
    }
  }
}

function rowOf({ name }: Strategy, list: TrialList): Row {
  const stride = list.count <= SHARES[name] ? 1 : strideFor(list.count);
  return { name, list, stride };
}

/** A step near the golden section that comes to every number below `count` before it repeats one. */
function strideFor(count: number): number {
  if (!Number.isFinite(count)) return 1;
  let stride = Math.max(1, Math.floor(count * 0.618));
  while (gcd(stride, count) !== 1) stride++;
  return stride;
}
