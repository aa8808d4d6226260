/** The requests that give values to variables: those of the program, clocks, fields of results. */

import { assignExpression, assignValue, shownFrame } from './assignment.ts';
import { changeResult } from './branch-requests.ts';
import { debugErrors } from './debug-error.ts';
import { typedValue } from './parse-edit.ts';
import type { Outcome, RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import type { ShownVariable } from './stopped-view.ts';
import { clockText, parseClock } from './travel/clock-text.ts';
import type { Place } from './travel/place.ts';
import type { Changeable } from './variables/variable-node.ts';
import { assignGlobal } from './wasm-assignment.ts';

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
    const { changes } = shown ?? {};
    if (changes?.kind === 'clock') return setClock(state, placeOf(state, shown), changes, text);
    if (changes !== undefined && frame !== undefined) {
      return assignGlobal(state, frame, { ...changes, name }, text);
    }
    const path = shown?.expression ?? '';
    if (RESULT_PATH.test(path)) return setResult(state, placeOf(state, shown), path, text);
    throw debugErrors.notSettable(name);
  },
  setExpression: (state, args) => {
    state.requireStopped();
    const expression = args.text('expression');
    const text = args.text('value');
    const frameId = args.optionalInteger('frameId');
    const frame = shownFrame(state, frameId);
    if (frame !== undefined) {
      const assigned = assignExpression(state, frame, expression, text);
      if (assigned !== undefined) return assigned;
    }
    if (RESULT_PATH.test(expression)) {
      return setResult(state, placeOf(state, { frameId }), expression, text);
    }
    throw debugErrors.notSettable(expression);
  },
};

/** The place at which something is shown, which may be that of another thread. */
function placeOf(
  { view, traveller }: SessionState,
  shown: Pick<ShownVariable, 'frameId'> | undefined,
): Place {
  const place = shown?.frameId === undefined ? undefined : view.placeOf(shown.frameId);
  return place ?? traveller.position.place;
}

async function setResult(
  state: SessionState,
  place: Place,
  path: string,
  text: string,
): Promise<Outcome> {
  const value = typedValue(text);
  const { after } = await changeResult(state, state.branching.effectAtHand(place), path, value);
  return { body: { value: typeof value === 'string' ? value : JSON.stringify(value) }, after };
}

async function setClock(
  state: SessionState,
  place: Place,
  { node, clock, nanos }: Changeable & { readonly kind: 'clock' },
  text: string,
): Promise<Outcome> {
  const reading = parseClock(clock, text, nanos);
  const { after } = await state.branching.setClock(place, { node, clock, nanos: reading });
  return { body: { value: clockText(clock, reading) }, after };
}
