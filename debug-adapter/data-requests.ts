/** The requests about values over time: what changes them, and what they were. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Arguments } from './arguments.ts';
import { targetOf } from './data-target-request.ts';
import { DebugError } from './debug-error.ts';
import type { RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { toldHistory } from './value-history-request.ts';

export const DATA_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  dataBreakpointInfo: (state, args) => {
    state.requireStopped();
    try {
      return { body: infoOf(state, args) };
    } catch (error) {
      if (!(error instanceof DebugError && error.code === 'not-watchable')) throw error;
      return { body: { dataId: null, description: error.message } };
    }
  },
  setDataBreakpoints: (state, args) => {
    const wanted = args.list('breakpoints').map((each) => ({
      dataId: each.text('dataId'),
      accessType: each.optionalText('accessType'),
      condition: each.optionalText('condition'),
      hitCondition: each.optionalText('hitCondition'),
    }));
    const breakpoints = state.breakpoints.data.set(wanted);
    if (state.known !== undefined) state.traveller.settings = state.breakpoints.settings();
    return { body: { breakpoints } };
  },
  'backstitch/lastWrite': (state, args) => {
    state.requireStopped();
    const { target } = targetOf(state, args, 'expression');
    return { after: state.startMotion((traveller) => traveller.toLastWrite(target)) };
  },
  'backstitch/valueHistory': (state, args) => {
    state.requireStopped();
    const frameId = args.optionalInteger('frameId');
    return { body: toldHistory(state, args.text('expression'), frameId) };
  },
};

function infoOf(
  state: SessionState,
  args: Arguments,
): DebugProtocol.DataBreakpointInfoResponse['body'] {
  const { target, place } = targetOf(state, args, 'name');
  const { debug } = state.target.knownProgram(place.execution).locator;
  const { name, functionName } = target;
  const call = functionName === undefined ? '' : ` in this call of ${functionName}`;
  return {
    dataId: state.breakpoints.data.offer(target, debug),
    description: `${name}${call}`,
    accessTypes: ['write'],
    canPersist: false,
  };
}
