/** Breakpoints and how an effect meets them. */
import type { SourceFrame } from '../../simulator/guest/symbols/index.ts';
import {
  type Expression,
  ExpressionError,
  evaluate,
  ResultPendingError,
  truth,
} from './expression.ts';
import type { LogMessage } from './log-message.ts';
import type { EffectFields } from './seen-effect.ts';
import type { Stack } from './stack-book.ts';

/** An effect's name or a pattern of them: `http.request`, `volume.*`, `*`. */
export const EFFECT_PATTERN = /^(?:\*|[a-z*]+\.[a-z*-]+)$/;

export type BreakpointTarget =
  /** `file` is a path of the debug information. */
  | { readonly kind: 'line'; readonly file: string; readonly line: number }
  | { readonly kind: 'function'; readonly name: string }
  /** Effects whose name matches; `*` stands for anything. */
  | { readonly kind: 'effect'; readonly pattern: string };

export interface Breakpoint {
  readonly id: number;
  readonly target: BreakpointTarget;
  readonly condition: Expression | undefined;
  readonly hits: HitCondition | undefined;
  /** A logpoint prints this instead of stopping. */
  readonly log: LogMessage | undefined;
}

/** Whether it stops at its n-th hit, counting from 1. */
export type HitCondition = (count: number) => boolean;

const HIT_CONDITION = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d{1,9})\s*$/;

const HIT_TESTS: Record<string, (count: number, operand: number) => boolean> = {
  '==': (count, operand) => count === operand,
  '=': (count, operand) => count === operand,
  '>': (count, operand) => count > operand,
  '>=': (count, operand) => count >= operand,
  '<': (count, operand) => count < operand,
  '<=': (count, operand) => count <= operand,
  '%': (count, operand) => operand !== 0 && count % operand === 0,
};

/** Reads `3`, `>= 3` or `% 2`; throws ExpressionError. */
export function parseHitCondition(text: string): HitCondition {
  const [, operator = '==', digits] = HIT_CONDITION.exec(text) ?? [];
  const test = HIT_TESTS[operator];
  if (digits === undefined || test === undefined) {
    throw new ExpressionError(`${text}: a hit count is a number, also with one of == > >= < <= %`);
  }
  const operand = Number(digits);
  return (count) => test(count, operand);
}

/** Whether a condition holds; `pending` while that depends on a result that is not there. */
export function conditionHolds(
  condition: Expression | undefined,
  fields: () => EffectFields,
): boolean | 'pending' {
  if (condition === undefined) return true;
  try {
    return truth(evaluate(condition, fields()));
  } catch (error) {
    if (error instanceof ResultPendingError) return 'pending';
    // It was checked when the breakpoint was set; what is left is a name that no effect has.
    if (error instanceof ExpressionError) return false;
    throw error;
  }
}

/**
 * Tells when an execution comes anew to a line or into a function, looking at the stacks of its
 * effects one after the other. An effect called from the line itself is always a new visit; while
 * functions called from the line perform effects, that is one visit, until the same stack shows
 * that the line was reached again.
 */
export class VisitTracker {
  private outside: string | undefined;
  private first: Stack | undefined;

  constructor(private readonly target: BreakpointTarget & { kind: 'line' | 'function' }) {}

  /** One that has seen the same, and goes on by itself. */
  fork(): VisitTracker {
    const fork = new VisitTracker(this.target);
    fork.outside = this.outside;
    fork.first = this.first;
    return fork;
  }

  visits(stack: Stack): boolean {
    const { target } = this;
    const index = stack.frames.findIndex((frame) => isAt(frame, target));
    if (index === -1) {
      this.outside = undefined;
      return false;
    }
    if (target.kind === 'line' && index === stack.userIndex) {
      this.outside = undefined;
      return true;
    }
    const outside = callPath(stack, target.kind === 'line' ? index : index + 1);
    if (outside === this.outside && stack !== this.first) return false;
    this.outside = outside;
    this.first = stack;
    return true;
  }
}

function isAt(
  { source, functionName }: SourceFrame,
  target: BreakpointTarget & { kind: 'line' | 'function' },
): boolean {
  if (target.kind === 'line') return source?.line === target.line && source.file === target.file;
  return functionName === target.name || plainName(functionName) === target.name;
}

/** A function's name without its parameters. */
export function plainName(functionName: string): string {
  const parenthesis = functionName.indexOf('(', 1);
  return parenthesis === -1 ? functionName : functionName.slice(0, parenthesis);
}

/** The calls from frame `index` outwards, as text. */
export function callPath({ frames }: Stack, index: number): string {
  return frames
    .slice(index)
    .map(({ module = '', functionIndex, codeOffset }) => `${module}${functionIndex}:${codeOffset}`)
    .join();
}
