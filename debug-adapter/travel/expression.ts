/**
 * The small language of conditions, watches and log messages: paths into an effect's fields,
 * literals, comparisons and logic. It has no calls and no loops, so it always ends.
 */
import { unreachable } from '../../simulator/kernel/assert.ts';
import type { EffectFields } from './seen-effect.ts';

export type BinaryOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | '&&' | '||';

export type Expression =
  | { readonly kind: 'literal'; readonly value: null | boolean | number | string }
  | { readonly kind: 'path'; readonly root: string; readonly steps: readonly (string | number)[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

/** A text that is no expression, or names something that effects do not have. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
  readonly code = 'expression';
}

/** The expression asks for a result that is not there yet. */
export class ResultPendingError extends Error {
  override readonly name = 'ResultPendingError';
  readonly code = 'result-pending';
  constructor() {
    super('the effect has no result yet: it is about to be performed, or still on its way');
  }
}

const FIELD_NAMES: readonly (keyof EffectFields)[] = [
  'effect',
  'args',
  'result',
  'seq',
  'execution',
  'class',
  'state',
  'attempt',
  'key',
  'startedMs',
  'endedMs',
  'durationMs',
];

export const ROOT_NAMES: readonly string[] = FIELD_NAMES;

/**
 * What an expression is for an effect; undefined for a path that leads nowhere. Throws
 * ResultPendingError, and ExpressionError for a name that no effect has.
 */
export function evaluate(expression: Expression, fields: EffectFields): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return follow(expression.root, expression.steps, fields);
    case 'not':
      return !truth(evaluate(expression.operand, fields));
    case 'binary':
      return evaluateBinary(expression, fields);
    default:
      return unreachable(expression);
  }
}

export function truth(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

function evaluateBinary(
  { operator, left, right }: Expression & { kind: 'binary' },
  fields: EffectFields,
): boolean {
  const first = evaluate(left, fields);
  if (operator === '&&') return truth(first) && truth(evaluate(right, fields));
  if (operator === '||') return truth(first) || truth(evaluate(right, fields));
  return compare(operator, first, evaluate(right, fields));
}

function follow(root: string, steps: readonly (string | number)[], fields: EffectFields): unknown {
  const name = FIELD_NAMES.find((each) => each === root);
  if (name === undefined) {
    throw new ExpressionError(
      `there is no ${root} here: this version sees effects, with ${FIELD_NAMES.join(', ')}; ` +
        'variables of the program come with a later one',
    );
  }
  if (name === 'result' && fields.result === undefined) throw new ResultPendingError();
  let value: unknown = fields[name];
  for (const step of steps) {
    if (typeof value === 'string' && step === 'length') value = value.length;
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, step)) {
      value = (value as Record<string | number, unknown>)[step];
    } else return undefined;
  }
  return value;
}

type Comparison = Exclude<BinaryOperator, '&&' | '||'>;

const BY_ORDER: Record<Comparison, (order: number) => boolean> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** Values of different kinds are different, and neither less nor more. */
function compare(operator: Comparison, left: unknown, right: unknown): boolean {
  const order = orderOf(left ?? null, right ?? null);
  if (order === undefined) return operator === '!=';
  return BY_ORDER[operator](order);
}

function orderOf(left: unknown, right: unknown): number | undefined {
  const numbers = asNumbers(left, right);
  if (numbers !== undefined) {
    const [one, other] = numbers;
    // A bigint is never identical to a number, and yet ordered exactly with it.
    return one < other ? -1 : one > other ? 1 : 0;
  }
  if (typeof left === 'string' && typeof right === 'string') {
    return left === right ? 0 : left < right ? -1 : 1;
  }
  if (typeof left === 'object' && typeof right === 'object' && left !== null && right !== null) {
    return JSON.stringify(left) === JSON.stringify(right) ? 0 : undefined;
  }
  return left === right ? 0 : undefined;
}

const DECIMAL = /^-?\d{1,30}$/;

/** Sixty-four bit numbers are decimal texts in effects; beside a number they are numbers. */
function asNumbers(left: unknown, right: unknown): [number | bigint, number | bigint] | undefined {
  if (typeof left !== 'number' && typeof right !== 'number') return undefined;
  const one = asNumber(left);
  const other = asNumber(right);
  return one === undefined || other === undefined ? undefined : [one, other];
}

function asNumber(value: unknown): number | bigint | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && DECIMAL.test(value) ? BigInt(value) : undefined;
}

/** A value on one line, as the debug console shows it. */
export function valueText(value: unknown): string {
  if (value === undefined) return 'undefined';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
