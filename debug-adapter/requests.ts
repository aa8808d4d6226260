/** The requests of the protocol: a row each, with what it does and what it is answered with. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { JsonObject } from '../simulator/effects/operation.ts';
import { stackText } from '../simulator/host/text/stack-text.ts';
import { timelineText } from '../simulator/host/text/timeline-text.ts';
import { frameView } from '../simulator/host/views.ts';
import type { Arguments } from './arguments.ts';
import { ASSIGNMENT_REQUESTS } from './assignment-requests.ts';
import { BRANCH_REQUESTS } from './branch-requests.ts';
import type { WantedBreakpoint, WantedFunction } from './breakpoint-book.ts';
import { completionsOf } from './completions.ts';
import { DATA_REQUESTS } from './data-requests.ts';
import { debugErrors } from './debug-error.ts';
import { evaluateRequest, programCompletions } from './evaluate-request.ts';
import { INSTANT_REQUESTS } from './instant-requests.ts';
import { parseAttach } from './launch-arguments.ts';
import { MEMORY_REQUESTS } from './memory-requests.ts';
import { listedModules } from './module-list.ts';
import { formatted, wantsHex } from './number-format.ts';
import type { SessionState } from './session-state.ts';
import { listedSources } from './source-list.ts';
import { step } from './step.ts';
import { STEP_IN_REQUESTS } from './step-in-requests.ts';
import type { Stop } from './travel/stop.ts';
import type { Traveller } from './travel/traveller.ts';

/** What a request is answered with, and what follows once the answer is sent. */
export interface Outcome {
  readonly body?: object;
  readonly after?: () => void;
}

export type RequestHandler = (state: SessionState, args: Arguments) => Outcome | Promise<Outcome>;

const NO_PATH =
  'This is no source file. To stop at effects, set a function breakpoint on their name, such as http.*';

const motion =
  (move: (traveller: Traveller) => Stop | Promise<Stop>): RequestHandler =>
  (state) => ({ body: { allThreadsContinued: true }, after: onThread(state, move) });

function onThread(state: SessionState, move: (traveller: Traveller) => Stop | Promise<Stop>) {
  return state.startMotion(move);
}

export const REQUESTS: Readonly<Record<string, RequestHandler>> = {
  // Beginning and end.
  launch: async (state, args) => ({ after: await state.load(args) }),
  attach: async (state, args) => ({ after: await state.load(args, parseAttach) }),
  configurationDone: (state) => ({ after: () => state.configurationDone() }),
  restart: async (state, args) => {
    const again = args.optionalObject('arguments');
    await state.restart(again);
    return { after: () => state.beginAgain() };
  },
  terminate: (state) => ({ after: () => void state.end('ended') }),
  disconnect: async (state, args) => {
    const isPaused = args.flag('suspendDebuggee', false);
    const isEnded = args.flag('terminateDebuggee', false);
    await state.end(isEnded ? 'ended' : isPaused ? 'paused' : 'as-before');
    return {};
  },

  // Breakpoints.
  setBreakpoints: (state, args) => {
    const path = args.object('source').optionalText('path');
    const wanted = args.list('breakpoints').map((each) => wantedBreakpoint(state, each));
    const breakpoints =
      path === undefined
        ? wanted.map(() => ({ verified: false, message: NO_PATH }))
        : state.breakpoints.setLines(path, wanted);
    return breakpointsSet(state, breakpoints);
  },
  setFunctionBreakpoints: (state, args) => {
    const wanted = args.list('breakpoints').map(
      (each): WantedFunction => ({
        name: each.text('name'),
        condition: each.optionalText('condition'),
        hitCondition: each.optionalText('hitCondition'),
      }),
    );
    return breakpointsSet(state, state.breakpoints.setFunctions(wanted));
  },
  setExceptionBreakpoints: (state, args) => {
    const plain = (args.texts('filters') ?? []).map((filter) => ({ filter, condition: undefined }));
    const conditional = args.list('filterOptions').map((each) => ({
      filter: each.text('filterId'),
      condition: each.optionalText('condition'),
    }));
    const breakpoints = state.breakpoints.exceptions.set([...plain, ...conditional]);
    return breakpointsSet(state, breakpoints);
  },
  breakpointLocations: (state, args) => {
    const path = args.object('source').optionalText('path') ?? '';
    const first = state.port.debuggerLine(args.integer('line'));
    const last = state.port.debuggerLine(args.optionalInteger('endLine') ?? args.integer('line'));
    const lines = state.breakpoints.linesBetween(path, first, last);
    return { body: { breakpoints: lines.map((line) => ({ line: state.port.line(line) })) } };
  },

  ...DATA_REQUESTS,
  ...STEP_IN_REQUESTS,
  ...MEMORY_REQUESTS,

  // Motions.
  continue: motion((traveller) => traveller.continue()),
  reverseContinue: motion((traveller) => traveller.reverseContinue()),
  next: step((traveller, granularity) => traveller.next(granularity)),
  stepOut: step((traveller, granularity) => traveller.out(granularity)),
  stepBack: step((traveller, granularity) => traveller.back(granularity)),
  restartFrame: (state, args) => {
    const frameId = args.integer('frameId');
    const level = state.view.frameOf(frameId)?.chainLevel;
    const place = state.view.placeOf(frameId);
    if (level === undefined || place === undefined) throw debugErrors.noFrameEntry();
    return {
      after: state.startMotion((traveller) => {
        traveller.turnTo(place.execution);
        return traveller.toEntryOf(level);
      }),
    };
  },
  terminateThreads: (state, args) => {
    const executions = args.integers('threadIds').flatMap((id) => state.view.execution(id) ?? []);
    for (const execution of executions) state.target.cancel(execution);
    const text = `Cancelled as soon as the simulation goes on: ${executions.join(', ')}\n`;
    return { after: () => state.port.output(text, 'console') };
  },
  pause: (state) => {
    const after = state.pause();
    return after === undefined ? {} : { after };
  },

  // Looking.
  threads: (state) => ({
    body: { threads: state.known === undefined ? [] : state.view.threads(state.traveller) },
  }),
  stackTrace: (state, args) => {
    const id = args.integer('threadId');
    const execution = state.view.execution(id);
    if (!state.isStopped || execution === undefined) {
      return { body: { stackFrames: [], totalFrames: 0 } };
    }
    const startFrame = Math.max(0, args.optionalInteger('startFrame') ?? 0);
    const levels = args.optionalInteger('levels') ?? 0;
    const { target, traveller, view } = state;
    return { body: view.stackTrace(target, traveller, { id, execution }, startFrame, levels) };
  },
  scopes: (state, args) => {
    const frameId = args.integer('frameId');
    if (!state.isStopped) return { body: { scopes: [] } };
    return { body: { scopes: state.view.scopesOf(state.target, state.traveller, frameId) } };
  },
  variables: (state, args) => {
    const reference = args.integer('variablesReference');
    const start = Math.max(0, args.optionalInteger('start') ?? 0);
    const count = args.optionalInteger('count') ?? 0;
    const filter = args.optionalText('filter');
    const kind = filter === 'indexed' || filter === 'named' ? filter : undefined;
    const hex = wantsHex(args);
    const variables = state.view
      .variables(reference, start, count, kind)
      .map((variable) => ({ ...variable, value: formatted(variable.value, hex) }));
    return { body: { variables } };
  },
  evaluate: (state, args) => {
    const outcome = evaluateRequest(state, args);
    return wantsHex(args) ? inHex(outcome) : outcome;
  },
  completions: (state, args) => {
    const frameId = args.optionalInteger('frameId');
    const inProgram = (before: string) => programCompletions(state, frameId, before);
    const targets = completionsOf(args.text('text'), args.integer('column'), inProgram);
    return { body: { targets } };
  },
  exceptionInfo: (state, args) => exceptionInfo(state, args.integer('threadId')),
  source: (state, args) => {
    const source = args.optionalObject('source');
    const path = source?.optionalText('path');
    const reference =
      source?.optionalInteger('sourceReference') ?? args.optionalInteger('sourceReference');
    const content = state.sources.content(reference, path);
    if (content !== undefined) return { body: { content } };
    throw debugErrors.noSource(path ?? source?.optionalText('name') ?? 'this source');
  },
  modules: (state, args) => {
    const modules = state.known === undefined ? [] : listedModules(state.target);
    const start = Math.max(0, args.optionalInteger('startModule') ?? 0);
    const count = args.optionalInteger('moduleCount') ?? 0;
    const page = modules.slice(start, count > 0 ? start + count : undefined);
    return { body: { modules: page, totalModules: modules.length } };
  },
  loadedSources: (state) => ({
    body: { sources: listedSources(state.known?.target, state.sources) },
  }),

  // Of our own; docs/debugger.md documents them.
  ...INSTANT_REQUESTS,
  'backstitch/reverseNext': step((traveller, granularity) => traveller.back(granularity)),
  'backstitch/reverseStepIn': step((traveller, granularity) => traveller.backIn(granularity)),
  'backstitch/reverseStepOut': step((traveller, granularity) => traveller.backOut(granularity)),
  ...ASSIGNMENT_REQUESTS,
  ...BRANCH_REQUESTS,
  'backstitch/timeline': (state) => ({ body: timeline(state) }),
};

async function inHex(outcome: Outcome | Promise<Outcome>): Promise<Outcome> {
  const { body, ...rest } = await outcome;
  const { result = '' } = (body ?? {}) as { readonly result?: string };
  return { ...rest, body: { ...body, result: formatted(result, true) } };
}

function wantedBreakpoint(state: SessionState, args: Arguments): WantedBreakpoint {
  return {
    line: state.port.debuggerLine(args.integer('line')),
    condition: args.optionalText('condition'),
    hitCondition: args.optionalText('hitCondition'),
    logMessage: args.optionalText('logMessage'),
  };
}

function breakpointsSet(state: SessionState, set: DebugProtocol.Breakpoint[]): Outcome {
  if (state.known !== undefined) state.traveller.settings = state.breakpoints.settings();
  const body = { breakpoints: set.map((each) => state.clientBreakpoint(each)) };
  return { body, after: () => state.tellNewLogs() };
}

function exceptionInfo(state: SessionState, threadId: number): Outcome {
  const happening = state.isStopped ? state.lastStop?.happening : undefined;
  const execution = state.view.execution(threadId);
  if (happening === undefined || happening.position.place.execution !== execution) {
    throw debugErrors.noException();
  }
  const { kinds, text, details, position } = happening;
  const { frames } = state.traveller.stackAt(position.place);
  return {
    body: {
      exceptionId: kinds[0],
      description: details === undefined ? text : `${text}\n${details}`,
      breakMode: 'always',
      details: { message: text, stackTrace: stackText(frames.map(frameView)) },
    },
  };
}

/** The whole as text, and where the session is in it. */
function timeline(state: SessionState): JsonObject {
  const { view, position } = state.traveller;
  const { place, at } = position;
  return {
    text: timelineText(view.history, { colors: false }),
    execution: place.execution,
    seq: place.kind === 'effect' ? place.seq : null,
    at: at.toString(),
  };
}
