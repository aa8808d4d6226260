import { type ClockArgs, type ClockName, clockRead } from '../../effects/clock.ts';
import { GuestError } from './guest-error.ts';
import type { Host } from './host.ts';

/**
 * The clock that answers for each clock id. Processor time is not simulated: the monotonic clock
 * stands in for it, which keeps programs that measure themselves running.
 */
const CLOCKS: readonly ClockName[] = ['wall', 'monotonic', 'monotonic', 'monotonic'];

const READ_ARGS: Readonly<Record<ClockName, ClockArgs>> = {
  wall: Object.freeze({ clock: 'wall' }),
  monotonic: Object.freeze({ clock: 'monotonic' }),
};

/** Virtual time counts single nanoseconds. */
const RESOLUTION_NANOS = 1n;

/** The clock behind a clock id; undefined when there is none. */
export function clockOfId(id: number): ClockName | undefined {
  return CLOCKS[id >>> 0];
}

function knownClock(id: number): ClockName {
  const clock = clockOfId(id);
  if (clock === undefined) throw new GuestError('inval', `there is no clock with the id ${id}`);
  return clock;
}

export function clockCalls({ port, memory }: Host) {
  return {
    clock_res_get: (id: number, out: number) => {
      knownClock(id);
      memory.setU64(out, RESOLUTION_NANOS);
    },
    clock_time_get: (id: number, _precision: bigint, out: number) => {
      const args = READ_ARGS[knownClock(id)];
      memory.check(out, 8);
      memory.setDecimalU64(out, port.effect(clockRead, args).nanos);
    },
  };
}
