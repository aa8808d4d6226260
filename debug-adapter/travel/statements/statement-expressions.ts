/** Conditions and messages of breakpoints over the variables of a program. */
import type { DebugInfo } from '../../../simulator/guest/symbols/index.ts';
import { ExpressionError } from '../expression.ts';
import type { Hit } from './reruns.ts';

/** Throws ExpressionError. */
export function statementCondition(text: string, _debug: DebugInfo): (hit: Hit) => boolean {
  throw new ExpressionError(`${text}: not yet`);
}

/** Throws ExpressionError. */
export function statementMessage(text: string, _debug: DebugInfo): (hit: Hit) => string {
  throw new ExpressionError(`${text}: not yet`);
}
