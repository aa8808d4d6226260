/** What is thrown through a guest whose attempt does not go on there. */
import { Unwind, withoutStack } from '../effects/operation.ts';
import type { GuestOutcome } from '../guest/run-guest.ts';
import type { AttemptOutcome } from '../journal/records.ts';

/** A trap is reported as a shell reports an abort: 128 and the number of SIGABRT. */
const TRAP_EXIT_CODE = 128 + 6;

/** The guest is put aside: it continues in a later turn of the same attempt. */
export class Parked extends Unwind {
  override readonly name = 'Parked';
}

export function parked(): Parked {
  return withoutStack(() => new Parked('parked'));
}

/** The attempt has ended; its guest must go. */
export class AttemptOver extends Unwind {
  override readonly name = 'AttemptOver';
}

/** Made ahead: where the guest has used up its stack, there is no room to make anything. */
export const STACK_ENDED = withoutStack(
  () => new AttemptOver('the guest left no room on the stack for the engine'),
);

/** Of a guest that caught the end of its stack and went on to its next effect. */
export const STACK_OVERFLOW: GuestOutcome = {
  kind: 'trapped',
  exitCode: TRAP_EXIT_CODE,
  message: 'stack overflow inside an effect',
  stack: '',
};

/** Why other ends of its connections see them reset; undefined where they see a plain end. */
const LOSSES: Partial<Readonly<Record<AttemptOutcome, string>>> = {
  crashed: 'the node at the other end crashed',
  fenced: 'another node has taken over the other end',
  suspended: 'the other end was given back to wait',
};

export function lossOf(outcome: AttemptOutcome): string | undefined {
  return LOSSES[outcome];
}
