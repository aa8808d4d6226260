/** Steps into functions, and the calls that can be chosen between. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { ExecutionId } from '../simulator/journal/entry.ts';
import type { Arguments } from './arguments.ts';
import type { RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { step } from './step.ts';
import { type CallsAhead, callsAhead } from './travel/instructions/calls-ahead.ts';

/** Calls of one statement that are told. */
const CALLS_MAX = 100;

const stepIn = step((traveller, granularity) => traveller.in(granularity));

export const STEP_IN_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  stepIn: (state, args) => {
    const targetId = args.optionalInteger('targetId');
    return targetId === undefined ? stepIn(state, args) : stepIntoCall(state, args, targetId);
  },
  stepInTargets: (state, args) => {
    const frameId = args.integer('frameId');
    if (!state.isStopped) return { body: { targets: [] } };
    const isInnermost = state.view.frameOf(frameId)?.chainLevel === 0;
    const place = state.view.placeOf(frameId);
    const ahead = isInnermost && place !== undefined ? aheadAt(state, place.execution) : undefined;
    return { body: { targets: ahead === undefined ? [] : targetsOf(state, ahead) } };
  },
};

/** A target's number is the code offset of its call. */
function stepIntoCall(state: SessionState, args: Arguments, targetId: number) {
  state.requireStopped();
  const threadId = args.optionalInteger('threadId');
  const { execution } = state.traveller.position.place;
  const wanted = (threadId === undefined ? undefined : state.view.execution(threadId)) ?? execution;
  const ahead = aheadAt(state, wanted);
  const call = ahead?.calls.find(({ codeOffset }) => codeOffset === targetId);
  if (ahead === undefined || call === undefined) {
    return args.fail('targetId', `${targetId} is no call of the statement at hand`);
  }
  const { statement } = ahead;
  return step((traveller) => traveller.intoCall(call.codeOffset, statement))(state, args);
}

function aheadAt({ traveller, target }: SessionState, execution: ExecutionId) {
  const place = traveller.placeOf(execution);
  const snapshot = place && traveller.snapshotAt(place);
  return snapshot && callsAhead(target.knownProgram(execution), snapshot);
}

function targetsOf(
  { target, traveller, port }: SessionState,
  { calls }: CallsAhead,
): DebugProtocol.StepInTarget[] {
  const { locator } = target.knownProgram(traveller.position.place.execution);
  return calls.slice(0, CALLS_MAX).map(({ codeOffset, callee }) => {
    const source = locator.lines.lineAt(codeOffset);
    return {
      id: codeOffset,
      label: callee === undefined ? 'a call through a pointer' : locator.names.name(callee),
      ...(source === undefined
        ? {}
        : { line: port.line(source.line), column: port.column(Math.max(1, source.column)) }),
    };
  });
}
