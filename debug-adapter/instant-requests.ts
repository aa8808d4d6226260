/** The requests about instants: which one is looked at, going to one, and how steps go on from it. */
import { executionId } from '../simulator/journal/entry.ts';
import type { Arguments } from './arguments.ts';
import { parseSteps } from './launch-arguments.ts';
import type { RequestHandler } from './requests.ts';
import type { SessionState } from './session-state.ts';
import { instantOf } from './travel/instant.ts';
import type { Stop } from './travel/stop.ts';
import type { Traveller } from './travel/traveller.ts';

export const INSTANT_REQUESTS: Readonly<Record<string, RequestHandler>> = {
  'backstitch/seek': (state, args) => ({ after: state.startMotion(seekMotion(args)) }),
  'backstitch/position': (state) => {
    state.requireStopped();
    return { body: positionBody(state) };
  },
  'backstitch/steps': (state, args) => {
    args.text('steps');
    return { after: state.stepBy(parseSteps(args)) };
  },
};

/** To a statement, to an effect, or, with both, to the statement where there are any. */
function seekMotion(args: Arguments): (traveller: Traveller) => Stop | Promise<Stop> {
  const execution = executionId(args.text('execution'));
  const tick = args.optionalInteger('tick');
  const lostWith = args.optionalInteger('lostWith');
  const instruction = args.optionalInteger('instruction');
  if (tick !== undefined && args.value('seq') === undefined) {
    return (traveller) => traveller.seekStatement(execution, tick);
  }
  const seq = args.integer('seq');
  return (traveller) => traveller.seekInstant({ execution, seq, tick, instruction, lostWith });
}

/** The instant, and the source line of the user's own that it is at. */
function positionBody({ target, traveller, view }: SessionState): object {
  const { place, at } = traveller.position;
  const { execution, seq, tick, instruction, lostWith } = instantOf(place, traveller.view.history);
  const thread = { id: view.threadId(execution), execution };
  const { stackFrames } = view.stackTrace(target, traveller, thread, 0, 0);
  const own = stackFrames.find(({ source }) => source !== undefined);
  return {
    execution,
    seq,
    tick: tick ?? null,
    instruction: instruction ?? null,
    lostWith: lostWith ?? null,
    at: at.toString(),
    recording: target.recordedAt ?? null,
    ...(own === undefined ? {} : { name: own.name, source: own.source, line: own.line }),
  };
}
