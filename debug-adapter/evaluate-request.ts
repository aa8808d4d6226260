import {
  type Completion,
  ExpressionError as ProgramError,
  type Value,
} from '../simulator/guest/symbols/index.ts';
import { keepPromise, sendMessage } from '../simulator/host/outside-values.ts';
import { timelineText } from '../simulator/host/text/timeline-text.ts';
import { type ExecutionId, executionId, seqOf } from '../simulator/journal/entry.ts';
import type { Arguments } from './arguments.ts';
import { type Assigned, assign, type ShownFrame } from './assignment.ts';
import { changeResult } from './branch-requests.ts';
import { debugErrors } from './debug-error.ts';
import { type ReplActions, runReplCommand } from './repl-commands.ts';
import type { Outcome } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { ExpressionError, evaluate, ROOT_NAMES, valueText } from './travel/expression.ts';
import { parseExpression } from './travel/expression-parser.ts';
import type { Place } from './travel/place.ts';
import { effectFields } from './travel/seen-effect.ts';
import { printHistory } from './value-history-request.ts';
import type { ReadableFrame } from './variables/frame-scopes.ts';
import { valueNode } from './variables/value-node.ts';
import { jsonNode, type VariableNode } from './variables/variable-node.ts';

/** What an expression means in a frame: a value, what it assigns, or why it means nothing. */
interface ProgramValue {
  readonly value?: Value;
  readonly assigned?: Assigned;
  readonly error?: Error;
}

/** An expression over the effect at hand, or a command of the debug console. */
export function evaluateRequest(state: SessionState, args: Arguments): Outcome | Promise<Outcome> {
  const text = args.text('expression');
  const context = args.optionalText('context') ?? 'watch';
  const frameId = args.optionalInteger('frameId');
  const place = frameId === undefined ? undefined : state.view.placeOf(frameId);
  const { traveller } = state;
  if (context === 'repl' && text.trimStart().startsWith('.')) {
    const execution = place?.execution ?? traveller.position.place.execution;
    return runCommand(state, text, execution, frameId);
  }
  state.requireStopped();
  const frame = frameId === undefined ? undefined : state.view.frameOf(frameId);
  const found = frame === undefined ? undefined : programValue(state, place, frame, text);
  if (found?.assigned !== undefined && place !== undefined && frame !== undefined) {
    if (context !== 'repl') throw debugErrors.assignsElsewhere(text);
    return assignedInRepl(state, { place, frame }, found.assigned);
  }
  if (found?.value !== undefined) {
    if (context === 'clipboard') {
      return { body: { result: found.value.string() ?? found.value.text, variablesReference: 0 } };
    }
    return shown(state, valueNode(text, found.value), frameId);
  }
  const effect = traveller.effectAt(place ?? traveller.position.place);
  if (effect === undefined || (found !== undefined && !isOverEffect(text))) {
    throw found?.error ?? debugErrors.noEffectHere((place ?? traveller.position.place).execution);
  }
  const value = evaluate(parseExpression(text), effectFields(effect));
  if (context === 'clipboard') {
    const whole = typeof value === 'object' ? JSON.stringify(value, null, 2) : valueText(value);
    return { body: { result: whole, variablesReference: 0 } };
  }
  return shown(state, jsonNode(text, value), frameId);
}

/** What can stand at the end of an expression over the variables of a frame. */
export function programCompletions(
  { target, view, isStopped }: SessionState,
  frameId: number | undefined,
  before: string,
): readonly Completion[] {
  const place = frameId === undefined ? undefined : view.placeOf(frameId);
  const frame = frameId === undefined ? undefined : view.frameOf(frameId);
  if (!isStopped || place === undefined || frame === undefined) return [];
  const debug = target.knownProgram(place.execution).locator.debugOf(frame.module);
  return debug?.completions(before, frame.state, frame.inlineLevel) ?? [];
}

function shown(state: SessionState, node: VariableNode, frameId?: number): Outcome {
  const { value: result, ...rest } = state.view.variable(node, frameId);
  return { body: { ...rest, result } };
}

async function assignedInRepl(
  state: SessionState,
  place: ShownFrame,
  assigned: Assigned,
): Promise<Outcome> {
  const { body, after } = await assign(state, place, assigned);
  const { value: result, ...rest } = body;
  return { body: { ...rest, result }, after };
}

/** The value of an expression over the program's variables, or why there is none. */
function programValue(
  { target }: SessionState,
  place: Place | undefined,
  frame: ReadableFrame,
  text: string,
): ProgramValue | undefined {
  const { execution } = place ?? {};
  if (execution === undefined) return undefined;
  const debug = target.knownProgram(execution).locator.debugOf(frame.module);
  if (debug === undefined) return undefined;
  try {
    const { value, write, target: name } = debug.evaluate(text, frame.state, frame.inlineLevel);
    if (write === undefined || name === undefined) return { value };
    return { value, assigned: { name, text: value.text, write } };
  } catch (error) {
    if (error instanceof ProgramError) return { error: new ExpressionError(error.message) };
    throw error;
  }
}

/** Whether an expression begins with a name that effects have. */
function isOverEffect(text: string): boolean {
  const [name] = /[A-Za-z_]\w*/.exec(text) ?? [];
  return name !== undefined && ROOT_NAMES.includes(name);
}

async function runCommand(
  state: SessionState,
  line: string,
  execution: ExecutionId,
  frameId: number | undefined,
): Promise<Outcome> {
  const after: (() => void)[] = [];
  const history = (expression: string): string => {
    state.requireStopped();
    return printHistory(state, expression, frameId);
  };
  const actions = { ...replActions(state, execution, after), history };
  const result = await runReplCommand(line, actions);
  const body = { result, variablesReference: 0 };
  return {
    body,
    after: () => {
      for (const each of after) each();
    },
  };
}

function replActions(
  state: SessionState,
  execution: ExecutionId,
  after: (() => void)[],
): Omit<ReplActions, 'history'> {
  const { traveller, target } = state;
  const live = (what: string) => {
    if (target.live === undefined) throw debugErrors.notLive(what);
    return target.live.run.simulation;
  };
  return {
    traveller,
    execution,
    seek: (id, seq) => {
      after.push(state.startMotion(() => traveller.seek(executionId(id), seq)));
      return `going to ${id} #${seq}`;
    },
    inject: async (fault) => {
      const outcome = await state.branching.inject(fault);
      after.push(outcome.after);
      return outcome.branch ? 'injected: a branch begins here' : 'injected: go on to see it happen';
    },
    edit: async (path, value) => {
      const effect = state.branching.effectAtHand(traveller.placeOf(execution));
      const outcome = await changeResult(state, effect, path, value);
      after.push(outcome.after);
      return outcome.branch ? 'edited: a branch begins here' : 'edited: go on to see it arrive';
    },
    branch: async (record) => {
      const outcome = await state.branching.begin(state.branching.nextEffect(), [], record);
      after.push(outcome.after);
      return 'a branch begins here';
    },
    branches: () => state.branching.book.text(),
    feed: (id, text) => {
      live('.feed').inputs.feed(executionId(id), new TextEncoder().encode(text), false);
      after.push(() => state.resumeWaiting());
      return `${id} has ${JSON.stringify(text)} to read`;
    },
    endInput: (id) => {
      live('.eof').inputs.feed(executionId(id), new Uint8Array(0), true);
      after.push(() => state.resumeWaiting());
      return `the standard input of ${id} has ended`;
    },
    answer: (answer) => {
      const { place } = traveller.position;
      const simulation = live('.answer');
      const seq = seqOf(place.kind === 'effect' ? place.seq : 0);
      if (simulation.inputs.answer(place.execution, seq, answer)) return `answered: ${answer}`;
      throw debugErrors.badArguments('.answer', `${place.execution} #${seq} asks nothing`);
    },
    keepPromise: (promise, text) => {
      const kept = keepPromise(live('.promise'), { promise, ...textValue(text) });
      after.push(() => state.resumeWaiting());
      return kept ? `${promise} is kept` : `${promise} was kept before; its first value stays`;
    },
    sendMessage: (id, text) => {
      const sent = sendMessage(live('.message'), { execution: id, ...textValue(text) });
      after.push(() => state.resumeWaiting());
      return sent ? `${id} has a message` : `${id} has ended, and takes no messages`;
    },
    timeline: () => timelineText(traveller.view.history, { colors: false }),
  };
}

function textValue(text: string) {
  return { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(text) };
}
