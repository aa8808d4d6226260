import type { Agenda } from '../engine/agenda.ts';
import type { TrialBudget } from './trial.ts';

/** Events and effects between two looks at whether it is to be broken off, which cost time. */
const LOOKS_EVERY = 64;

/** Measures what a trial has used of its budget, and hears when it is to be broken off. */
export class BudgetMeter {
  /** Whether it has used more than there is. */
  isOver = false;
  isBrokenOff = false;
  private effects = 0;
  private untilLook = LOOKS_EVERY;

  /** @param breaksOff asked now and then */
  constructor(
    private readonly budget: TrialBudget,
    private readonly breaksOff: () => boolean = () => false,
  ) {}

  /** Counts an effect that is to be performed; true when it is not to be. */
  countEffect(): boolean {
    this.effects++;
    if (this.effects > this.budget.effects) this.isOver = true;
    return this.isOver || this.look();
  }

  /** Whether it is to stop: more steps or more time were taken than there are, or it is broken off. */
  isSpent({ steps, now }: Pick<Agenda, 'steps' | 'now'>): boolean {
    if (steps > this.budget.steps || now > this.budget.virtualNanos) this.isOver = true;
    return this.isOver || this.look();
  }

  private look(): boolean {
    if (--this.untilLook > 0) return this.isBrokenOff;
    this.untilLook = LOOKS_EVERY;
    this.isBrokenOff = this.breaksOff();
    return this.isBrokenOff;
  }
}
