import { DebugInfoError } from '../debug-info-error.ts';
import { Unavailable } from '../locations/unavailable.ts';
import type { Value } from '../values/value.ts';
import { Evaluator } from './evaluate.ts';
import { ExpressionError } from './expression-error.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { parseExpression } from './parse-expression.ts';
import { planWrite, type ValueWrite } from './write-plan.ts';

export interface Evaluation {
  /** Of an assignment: what would be assigned. */
  readonly value: Value;
  /** Of an assignment: what to change. Nothing was changed yet. */
  readonly write: ValueWrite | undefined;
  /** Of an assignment: the expression for what is changed. */
  readonly target: string | undefined;
}

/** Computes an expression or an assignment. Throws ExpressionError, and no other. */
export function evaluateText(text: string, scope: ExpressionScope): Evaluation {
  return explained(() => {
    const syntax = parseExpression(text, (name) => scope.type(name));
    const evaluator = new Evaluator(scope);
    if (syntax.kind !== 'assignment') {
      return { value: evaluator.value(syntax).called(text), write: undefined, target: undefined };
    }
    const value = evaluator.value(syntax.value);
    const write = planWrite(evaluator.value(syntax.target), value);
    return { value, write, target: text.slice(0, syntax.at).trim() };
  });
}

/** How `target` becomes what an expression gives. Throws ExpressionError, and no other. */
export function planAssignment(target: Value, text: string, scope: ExpressionScope): ValueWrite {
  return explained(() => {
    const syntax = parseExpression(text, (name) => scope.type(name));
    return planWrite(target, new Evaluator(scope).value(syntax));
  });
}

function explained<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof Unavailable) throw new ExpressionError(error.message);
    if (error instanceof DebugInfoError) throw new ExpressionError(error.what);
    throw error;
  }
}
