/** Conditions and messages of breakpoints over the variables of a program. */
import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import {
  type DebugInfo,
  ExpressionError as ProgramError,
  type Value,
} from '../../../simulator/guest/symbols/index.ts';
import { ExpressionError } from '../expression.ts';
import { splitLogMessage } from '../log-message.ts';
import type { Hit } from './reruns.ts';

/** What it asks throws ExpressionError where the condition means nothing. */
export function statementCondition(text: string, debug: DebugInfo): (hit: Hit) => boolean {
  return ({ state }) => conditionHolds(text, debug, state);
}

/** Whether a condition holds in a frame. Throws ExpressionError where it means nothing. */
export function conditionHolds(
  text: string,
  debug: DebugInfo,
  state: FrameState,
  inlineLevel = 0,
): boolean {
  try {
    return debug.evaluate(`(${text}) ? 1 : 0`, state, inlineLevel).value.text === '1';
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw new ExpressionError(`the condition ${text}: ${error.message}`);
  }
}

/** Text with `{expressions}` in it; what cannot be told stands in it as such. */
export function statementMessage(text: string, debug: DebugInfo): (hit: Hit) => string {
  const parts = splitLogMessage(text, (expression) => ({ expression }));
  return ({ state }) => {
    const told = parts.map((part) => {
      if (typeof part === 'string') return part;
      try {
        return plainText(debug.evaluate(part.expression, state).value);
      } catch (error) {
        if (error instanceof ProgramError) return `(${error.message})`;
        throw error;
      }
    });
    return told.join('');
  };
}

/** A text as it is; anything else as variables are shown. */
function plainText(value: Value): string {
  return value.string() ?? value.text;
}
