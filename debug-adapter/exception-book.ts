/** The exception filters as the client set them. It owns the id of the breakpoint on any effect. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Breakpoint } from './travel/breakpoint.ts';
import {
  type EffectCondition,
  ExceptionStops,
  parseEffectCondition,
  parseExceptionCondition,
} from './travel/exception-stops.ts';
import { ExpressionError } from './travel/expression.ts';
import { EXCEPTION_KINDS, type ExceptionKind } from './travel/happening.ts';
import type { Place } from './travel/place.ts';
import type { SeenEffect } from './travel/seen-effect.ts';

/** The filter that is no happening: every effect, as a breakpoint. */
export const EFFECT_FILTER = 'effect';

/** The number of its breakpoint; those of other breakpoints count from 1. */
const EFFECT_FILTER_ID = 0;

/** A filter with what it asks for; a blank condition asks for nothing. */
export interface WantedFilter {
  readonly filter: string;
  readonly condition: string | undefined;
}

type EffectAt = (place: Place) => SeenEffect | undefined;

export class ExceptionBook {
  /** Finds the effects of what is debugged. */
  effectAt: EffectAt = () => undefined;
  private conditions = new Map<ExceptionKind, EffectCondition | undefined>([
    ['trap', undefined],
    ['divergence', undefined],
  ]);
  private anyEffect: Breakpoint | undefined;

  get stops(): ExceptionStops {
    return new ExceptionStops(this.conditions, this.effectAt);
  }

  get breakpoints(): readonly Breakpoint[] {
    return this.anyEffect === undefined ? [] : [this.anyEffect];
  }

  /** Replaces all; says of each whether it can be met. One that cannot stops nowhere. */
  set(wanted: readonly WantedFilter[]): DebugProtocol.Breakpoint[] {
    this.conditions = new Map();
    this.anyEffect = undefined;
    return wanted.map((each) => {
      try {
        return this.add(each);
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { verified: false, message: error.message };
      }
    });
  }

  private add({ filter, condition }: WantedFilter): DebugProtocol.Breakpoint {
    const asked = condition === undefined || condition.trim() === '' ? undefined : condition;
    if (filter === EFFECT_FILTER) {
      this.anyEffect = effectBreakpoint(asked);
      return { id: EFFECT_FILTER_ID, verified: true };
    }
    const kind = EXCEPTION_KINDS.find((each) => each === filter);
    if (kind === undefined) throw new ExpressionError(`There is no filter ${filter}.`);
    this.conditions.set(kind, asked === undefined ? undefined : parseExceptionCondition(asked));
    return { verified: true };
  }
}

function effectBreakpoint(condition: string | undefined): Breakpoint {
  const parsed = condition === undefined ? undefined : parseEffectCondition(condition);
  return {
    id: EFFECT_FILTER_ID,
    target: { kind: 'effect', pattern: parsed?.kind === 'name' ? parsed.pattern : '*' },
    condition: parsed?.kind === 'expression' ? parsed.expression : undefined,
    hits: undefined,
    log: undefined,
  };
}
