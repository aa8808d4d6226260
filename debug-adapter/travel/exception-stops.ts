/** Which happenings a session stops at, and on what conditions. */
import { matchesGlob } from '../../simulator/kernel/glob.ts';
import { conditionHolds, EFFECT_PATTERN } from './breakpoint.ts';
import { type Expression, ExpressionError } from './expression.ts';
import { parseExpression } from './expression-parser.ts';
import { type ExceptionKind, type Happening, ON_THE_WAY } from './happening.ts';
import { mentionsResult } from './log-message.ts';
import type { Place } from './place.ts';
import { effectFields, type SeenEffect } from './seen-effect.ts';

/** What is asked of an effect: its name, or an expression over it. */
export type EffectCondition =
  | { readonly kind: 'name'; readonly pattern: string }
  | { readonly kind: 'expression'; readonly expression: Expression };

/** Reads `http.*` or an expression over an effect; throws ExpressionError. */
export function parseEffectCondition(text: string): EffectCondition {
  const trimmed = text.trim();
  if (EFFECT_PATTERN.test(trimmed)) return { kind: 'name', pattern: trimmed };
  return { kind: 'expression', expression: parseExpression(trimmed) };
}

/** The same for what befalls an effect, perhaps before its result is there. */
export function parseExceptionCondition(text: string): EffectCondition {
  const condition = parseEffectCondition(text);
  if (condition.kind === 'expression' && mentionsResult(condition.expression)) {
    throw new ExpressionError(
      `${text}: it may befall an effect before that has its result; ask for what its call has`,
    );
  }
  return condition;
}

export class ExceptionStops {
  /** @param effectAt the effect of a place, or the last one before it */
  constructor(
    private readonly conditions: ReadonlyMap<ExceptionKind, EffectCondition | undefined>,
    private readonly effectAt: (place: Place) => SeenEffect | undefined,
  ) {}

  has(kind: ExceptionKind): boolean {
    return this.conditions.has(kind);
  }

  /** These, and all of one kind. */
  and(kind: ExceptionKind): ExceptionStops {
    return new ExceptionStops(new Map([...this.conditions, [kind, undefined]]), this.effectAt);
  }

  /** Whether any of what execution goes on after is a stop. */
  get someOnTheWay(): boolean {
    return [...ON_THE_WAY].some((kind) => this.conditions.has(kind));
  }

  stopsAt({ kinds, position }: Happening): boolean {
    return kinds.some((kind) => {
      if (!this.conditions.has(kind)) return false;
      const condition = this.conditions.get(kind);
      return condition === undefined || this.holds(condition, this.effectAt(position.place));
    });
  }

  private holds(condition: EffectCondition, effect: SeenEffect | undefined): boolean {
    if (effect === undefined) return false;
    if (condition.kind === 'name') return matchesGlob(condition.pattern, effect.operation.name);
    return conditionHolds(condition.expression, () => effectFields(effect)) === true;
  }
}

export const NO_EXCEPTIONS = new ExceptionStops(new Map(), () => undefined);
