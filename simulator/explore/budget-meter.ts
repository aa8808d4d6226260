import type { Agenda } from '../engine/agenda.ts';
import type { TrialBudget } from './trial.ts';

/** Measures what a trial has used of its budget. */
export class BudgetMeter {
  /** Whether it has used more than there is. */
  isOver = false;
  private effects = 0;

  constructor(private readonly budget: TrialBudget) {}

  /** Counts an effect that is to be performed; true when there is no budget left for it. */
  countEffect(): boolean {
    this.effects++;
    if (this.effects > this.budget.effects) this.isOver = true;
    return this.isOver;
  }

  /** Whether more steps or more time were taken than there are. */
  isSpent({ steps, now }: Pick<Agenda, 'steps' | 'now'>): boolean {
    if (steps > this.budget.steps || now > this.budget.virtualNanos) this.isOver = true;
    return this.isOver;
  }
}
