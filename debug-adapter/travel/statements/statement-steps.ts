/** Where steps lead in one execution, statement by statement and through the effects between. */
import { isWithin, type Place } from '../place.ts';
import type { ExecutionPath } from './execution-path.ts';
import { Moves } from './moves.ts';
import type { Standing } from './visit.ts';

/** `in` and `back-in` come to every statement, and to every effect in the middle of one. */
export type StepCommand = 'over' | 'in' | 'out' | 'back' | 'back-in' | 'back-out';

/** Stands for whichever call was the outermost: activations count from 1. */
const OUTERMOST = 0;

export class StatementSteps {
  private readonly moves: Moves;

  constructor(private readonly path: ExecutionPath) {
    this.moves = new Moves(path);
  }

  /** Undefined when what is known of the execution ends before it. */
  target(place: Place, command: StepCommand): Place | undefined {
    switch (command) {
      case 'over':
      case 'out':
        if (place.kind === 'end') return undefined;
        return this.place(this.moves.forward(this.path.standingAt(place), command));
      case 'in':
        return place.kind === 'end' ? undefined : this.into(place);
      case 'back':
        return this.place(this.moves.backward(this.standingAt(place), 'over'));
      case 'back-out':
        return this.place(this.moves.backward(this.standingAt(place), 'out'));
      case 'back-in':
        return this.backInto(place);
    }
  }

  /** The first statement of the call that a frame is in; undefined for one without statements. */
  entryOf(place: Place, chainLevel: number): Place | undefined {
    return this.place(this.moves.entryOf(this.standingAt(place), chainLevel));
  }

  private into(place: Exclude<Place, { kind: 'end' }>): Place | undefined {
    const seq = this.path.effectDuring(place);
    if (seq !== undefined) return this.path.effectPlace(seq);
    return this.place(this.path.tickAt(place) + 1);
  }

  private backInto(place: Place): Place | undefined {
    const { path } = this;
    const tick = place.kind === 'end' ? path.count() + 1 : path.tickAt(place);
    const { effectTicks } = path.reruns.learned;
    const before = place.kind === 'end' ? effectTicks.length : place.seq;
    const during = effectTicks[before - 1];
    // In the middle of a statement, an earlier effect of it comes before its beginning.
    const from = isWithin(place) ? tick : tick - 1;
    if (during !== undefined && during >= from) return this.path.effectPlace(before - 1);
    return this.place(from);
  }

  private standingAt(place: Place): Standing {
    if (place.kind !== 'end') return this.path.standingAt(place);
    const tick = this.path.count() + 1;
    // A program that has exited has returned from all its calls.
    const chain = this.path.reruns.learned.exited ? [OUTERMOST] : [];
    return { tick, isWithin: false, chain };
  }

  private place(tick: number | undefined): Place | undefined {
    return tick !== undefined && this.path.has(tick) ? this.path.placeAt(tick) : undefined;
  }
}
