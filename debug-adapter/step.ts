import type { RequestHandler } from './requests.ts';
import type { Granularity } from './travel/stepping.ts';
import type { Stop } from './travel/stop.ts';
import type { Traveller } from './travel/traveller.ts';

type Step = (traveller: Traveller, granularity: Granularity) => Stop | Promise<Stop>;

/** A step of the thread that the client names, which becomes the one that is looked at. */
export const step =
  (move: Step): RequestHandler =>
  (state, args) => {
    const threadId = args.optionalInteger('threadId');
    const execution = threadId === undefined ? undefined : state.view.execution(threadId);
    // Lines are no coarser than statements.
    const wanted = args.optionalText('granularity');
    const granularity = wanted === 'instruction' ? wanted : 'statement';
    const after = state.startMotion((traveller) => {
      if (execution !== undefined) traveller.turnTo(execution);
      return move(traveller, granularity);
    });
    return { after };
  };
