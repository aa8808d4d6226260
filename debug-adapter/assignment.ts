/** Values of a program that a person assigns, in the Variables view, a watch or the console. */
import type { PatchWrite } from '../simulator/engine/patch.ts';
import {
  type DebugInfo,
  ExpressionError as ProgramError,
  type Value,
  type ValueWrite,
} from '../simulator/guest/symbols/index.ts';
import { debugErrors } from './debug-error.ts';
import type { Outcome } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { ExpressionError } from './travel/expression.ts';
import type { Place } from './travel/place.ts';
import { isReadable, type ReadableFrame } from './variables/frame-scopes.ts';
import { valueNode } from './variables/value-node.ts';

/** A frame that a client was shown, and the place that it is at. */
export interface ShownFrame {
  readonly place: Place;
  readonly frame: ReadableFrame;
}

/** Undefined for a number of no frame whose variables can be read. */
export function shownFrame(
  { view }: SessionState,
  frameId: number | undefined,
): ShownFrame | undefined {
  const place = frameId === undefined ? undefined : view.placeOf(frameId);
  const frame = frameId === undefined ? undefined : view.frameOf(frameId);
  return place === undefined || frame === undefined ? undefined : { place, frame };
}

/** Makes a value another one. Answers with what it is then, as `setVariable` does. */
export async function assignValue(
  state: SessionState,
  shown: ShownFrame,
  target: { readonly name: string; readonly value: Value },
  text: string,
): Promise<Outcome> {
  const { name, value } = target;
  const { frame } = shown;
  const debug = debugOf(state, shown);
  const write = explained(() => debug.assign(value, text, frame.state, frame.inlineLevel));
  return assign(state, shown, { name, text, write });
}

/**
 * Makes what an expression means another value; undefined where it means nothing in the frame.
 * Throws ExpressionError for a value that it cannot have.
 */
export function assignExpression(
  state: SessionState,
  shown: ShownFrame,
  expression: string,
  text: string,
): Promise<Outcome> | undefined {
  const { frame } = shown;
  const debug = debugOf(state, shown);
  let value: Value;
  try {
    value = debug.evaluate(expression, frame.state, frame.inlineLevel).value;
  } catch (error) {
    if (error instanceof ProgramError) return undefined;
    throw error;
  }
  return assignValue(state, shown, { name: expression, value }, text);
}

export interface Assigned {
  /** An expression for what is changed. */
  readonly name: string;
  readonly text: string;
  readonly write: ValueWrite;
}

/** Answered with what a variable is now, as `setVariable` is. */
export interface AssignedOutcome extends Outcome {
  readonly body: { readonly value: string; readonly variablesReference: number };
  readonly after: () => void;
}

/** Changes memory as planned. Throws DebugError `not-patchable`. */
export async function assign(
  state: SessionState,
  shown: ShownFrame,
  { name, text, write }: Assigned,
): Promise<AssignedOutcome> {
  const label = `${name} = ${text}`;
  const planned = patchWrite(state, shown, write, name);
  const { place, after } = await state.patching.patch(shown.place, planned, label);
  const body = { value: text, variablesReference: 0, ...valueAfter(state, place, shown, name) };
  return { body, after };
}

/** What can be written: places in the memory of the program's own module, and its globals. */
export function patchWrite(
  { target }: SessionState,
  { place, frame }: ShownFrame,
  write: ValueWrite,
  name: string,
): PatchWrite {
  const { main } = target.knownProgram(place.execution).program;
  if (frame.module !== main.tag) {
    const why = "it is in another module of the component than the program's own";
    throw debugErrors.notPatchable(name, why);
  }
  switch (write.kind) {
    case 'memory':
      return write;
    case 'local': {
      const where = `local ${write.index} of WebAssembly`;
      const why = `it is in ${where}, not in memory; build with -O0, which keeps variables there`;
      throw debugErrors.notPatchable(name, why);
    }
    case 'global':
      return globalWrite(main.info.globals[write.index], write, name);
  }
}

function globalWrite(
  global: { readonly type: string; readonly mutable: boolean } | undefined,
  { index, value }: ValueWrite & { readonly kind: 'global' | 'local' },
  name: string,
): PatchWrite {
  const isFit = global?.mutable === true && global.type === value.type;
  if (isFit && value.type === 'i64') return { kind: 'global', index, value };
  const isNumber = value.type === 'i32' || value.type === 'f32' || value.type === 'f64';
  if (isFit && isNumber) return { kind: 'global', index, value };
  throw debugErrors.notPatchable(name, `global ${index} of WebAssembly cannot hold it`);
}

/** The value in the same frame of what is there now. */
function valueAfter(
  state: SessionState,
  place: Place,
  shown: ShownFrame,
  name: string,
): object | undefined {
  const same = frameAfter(state, place, shown);
  if (same === undefined) return undefined;
  const debug = debugOf(state, { place, frame: same });
  const { value } = explained(() => debug.evaluate(name, same.state, same.inlineLevel));
  const { name: _, ...rest } = state.view.variable(valueNode(name, value));
  return rest;
}

/** The same frame of what is there now. */
export function frameAfter(
  { traveller }: SessionState,
  place: Place,
  { frame }: ShownFrame,
): ReadableFrame | undefined {
  const { level, inlineLevel } = frame;
  const same = traveller
    .snapshotAt(place)
    ?.frames.find((each) => each.level === level && each.inlineLevel === inlineLevel);
  return isReadable(same) ? same : undefined;
}

function debugOf({ target }: SessionState, { place, frame }: ShownFrame): DebugInfo {
  const debug = target.knownProgram(place.execution).locator.debugOf(frame.module);
  if (debug === undefined) {
    throw debugErrors.notPatchable('it', 'the program has no debug information');
  }
  return debug;
}

function explained<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof ProgramError) throw new ExpressionError(error.message);
    throw error;
  }
}
