/** What befalls the timers that programs wait for. */
import { executionResult, messageReceive, promiseWait } from '../../effects/conversation.ts';
import { waitPoll } from '../../effects/wait.ts';
import type { DurationField } from '../fault-field.ts';
import type { FaultSpecs } from '../fault-spec.ts';

/** The waits that can have a deadline. */
const TIMED = [waitPoll.name, executionResult.name, promiseWait.name, messageReceive.name] as const;

const BY = {
  type: 'duration',
  sign: 'positive',
  default: 1_000_000_000n,
  text: 'By how much.',
} as const satisfies DurationField;

export const TIMER_FAULTS = {
  'timer-early': {
    acts: 'interferes',
    text: 'The timer of a wait goes off too early, but not before the wait begins.',
    fields: { by: BY },
    effects: TIMED,
  },
  'timer-late': {
    acts: 'interferes',
    text: 'The timer of a wait goes off too late.',
    fields: { by: BY },
    effects: TIMED,
  },
  'timer-twice': {
    acts: 'interferes',
    text: 'The timer of a wait goes off twice.',
    fields: {
      after: {
        type: 'duration',
        sign: 'not negative',
        default: 100_000_000n,
        text: 'How long after the first time.',
      },
    },
    effects: TIMED,
  },
  'timer-never': {
    acts: 'interferes',
    text: 'The timer of a wait never goes off; the engine finds out later that the wait is over.',
    fields: {
      for: {
        type: 'duration',
        sign: 'positive',
        text: 'How long after it was due the engine finds out; one lease length when left out.',
      },
    },
    effects: TIMED,
  },
} as const satisfies FaultSpecs;
