/** The requests that give values to variables: those of the program, and fields of results. */

import { assignExpression, assignValue, shownFrame } from './assignment.ts';
import { changeResult } from './branch-requests.ts';
import { debugErrors } from './debug-error.ts';
import { typedValue } from './parse-edit.ts';
import type { Outcome, RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';

/** A path in the result of the effect at hand. */
const RESULT_PATH = /^\s*result\b/;

export const ASSIGNMENT_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  setVariable: (state, args) => {
    state.requireStopped();
    const name = args.text('name');
    const text = args.text('value');
    const shown = state.view.shownIn(args.integer('variablesReference'), name);
    const frame = shownFrame(state, shown?.frameId);
    if (shown?.value !== undefined && frame !== undefined) {
      const target = { name: shown.expression ?? name, value: shown.value };
      return assignValue(state, frame, target, text);
    }
    const path = shown?.expression ?? '';
    if (RESULT_PATH.test(path)) return setResult(state, path, text);
    throw debugErrors.notSettable(name);
  },
  setExpression: (state, args) => {
    state.requireStopped();
    const expression = args.text('expression');
    const text = args.text('value');
    const frame = shownFrame(state, args.optionalInteger('frameId'));
    if (frame !== undefined) {
      const assigned = assignExpression(state, frame, expression, text);
      if (assigned !== undefined) return assigned;
    }
    if (RESULT_PATH.test(expression)) return setResult(state, expression, text);
    throw debugErrors.notSettable(expression);
  },
};

async function setResult(state: SessionState, path: string, text: string): Promise<Outcome> {
  const value = typedValue(text);
  const { after } = await changeResult(state, state.branching.effectAtHand(), path, value);
  return { body: { value: typeof value === 'string' ? value : JSON.stringify(value) }, after };
}
