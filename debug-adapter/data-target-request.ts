/** What a client means that asks about a value: a variable, an expression or an address. */
import { ExpressionError as ProgramError } from '../simulator/guest/symbols/index.ts';
import type { Arguments } from './arguments.ts';
import { debugErrors } from './debug-error.ts';
import type { SessionState } from './session-state.ts';
import { DataFinder, type Sighting } from './travel/data/data-finder.ts';
import type { DataTarget } from './travel/data/data-target.ts';
import type { Place } from './travel/place.ts';
import { type ReadableFrame, userFrameOf } from './variables/frame-scopes.ts';

/** Bytes of an address that comes without a length. */
const ADDRESS_BYTES = 4;

/** A value, and the place at which the client saw it. */
export interface MeantData {
  readonly target: DataTarget;
  readonly place: Place;
}

/**
 * Reads `variablesReference` and `name`; or `frameId`, an expression in the field that is named,
 * `bytes` and `asAddress`, as dataBreakpointInfo has them. Throws DebugError.
 */
export function targetOf(
  state: SessionState,
  args: Arguments,
  expressionField: 'name' | 'expression',
): MeantData {
  const reference = args.optionalInteger('variablesReference') ?? 0;
  if (reference > 0) return variable(state, reference, args.text('name'));
  const frameId = args.optionalInteger('frameId');
  const name = args.text(expressionField);
  const { finder, place, frame } = at(state, frameId, name);
  const length = args.optionalInteger('bytes');
  if (args.flag('asAddress', false)) {
    return { target: finder.ofAddress(addressOf(name), length ?? ADDRESS_BYTES), place };
  }
  const sighting = evaluated(state, place, frame, name);
  const { address } = sighting.value;
  const isRange = length !== undefined && address !== undefined;
  return { target: isRange ? finder.ofAddress(address, length) : finder.ofValue(sighting), place };
}

/** What the history of an expression is asked of, in a frame or the innermost one. */
export function historyOf(
  state: SessionState,
  expression: string,
  frameId: number | undefined,
): MeantData {
  const { finder, place, frame } = at(state, frameId, expression);
  return { target: finder.ofHistory(evaluated(state, place, frame, expression)), place };
}

function variable(state: SessionState, reference: number, name: string): MeantData {
  const shown = state.view.shownIn(reference, name);
  if (shown?.value === undefined) {
    throw debugErrors.notWatchable(name, 'it is no value of the program');
  }
  const { finder, place, frame } = at(state, shown.frameId, name);
  return { target: finder.ofValue({ name, value: shown.value, frame }), place };
}

/** The frame that is meant, or the innermost of the user's own. */
function at({ view, traveller, target }: SessionState, frameId: number | undefined, name: string) {
  const given = frameId === undefined ? undefined : view.placeOf(frameId);
  const place = given ?? traveller.position.place;
  const snapshot = traveller.snapshotAt(place);
  if (snapshot === undefined) {
    throw debugErrors.notWatchable(name, 'steps go from effect to effect here');
  }
  const { execution } = place;
  const finder = new DataFinder(execution, target.knownProgram(execution), snapshot);
  const shown = frameId === undefined ? undefined : view.frameOf(frameId);
  return { finder, place, frame: shown ?? userFrameOf(snapshot.frames) };
}

function evaluated(
  { target }: SessionState,
  place: Place,
  frame: ReadableFrame | undefined,
  expression: string,
): Sighting {
  const { locator } = target.knownProgram(place.execution);
  const debug = frame === undefined ? undefined : locator.debugOf(frame.module);
  if (frame === undefined || debug === undefined) {
    throw debugErrors.notWatchable(expression, 'there is no function to look for it in');
  }
  try {
    const { value } = debug.evaluate(expression, frame.state, frame.inlineLevel);
    if (value.missing !== undefined) throw debugErrors.notWatchable(expression, value.missing);
    return { name: expression, value, frame };
  } catch (error) {
    if (!(error instanceof ProgramError)) throw error;
    throw debugErrors.notWatchable(expression, error.message);
  }
}

function addressOf(text: string): number {
  const address = /^(?:0x[0-9a-f]+|\d+)$/i.test(text.trim()) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(address)) return address;
  throw debugErrors.notWatchable(text, 'it is no address, such as 0x1234');
}
