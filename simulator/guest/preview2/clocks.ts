/** wasi:clocks: the clocks of the node that the execution runs on. */
import { clockRead } from '../../effects/clock.ts';
import type { HostInterface } from './host.ts';
import { type Pollable, timerPollable } from './pollable.ts';
import { InstantTimer, type TimerPort } from './timer.ts';

const WALL = Object.freeze({ clock: 'wall' } as const);
const MONOTONIC = Object.freeze({ clock: 'monotonic' } as const);
const NANOS_PER_SECOND = 1_000_000_000n;

/** Seconds since 1970, and nanoseconds of that second. */
export interface Datetime {
  readonly seconds: bigint;
  readonly nanoseconds: number;
}

/** The wall clock before 1970, which a datetime cannot say, is shown as 1970. */
export function datetimeOf(nanos: bigint): Datetime {
  const since = nanos < 0n ? 0n : nanos;
  return { seconds: since / NANOS_PER_SECOND, nanoseconds: Number(since % NANOS_PER_SECOND) };
}

export function wallClockInterface(port: TimerPort): HostInterface {
  return {
    now: (): Datetime => datetimeOf(BigInt(port.effect(clockRead, WALL).nanos)),
    resolution: (): Datetime => ({ seconds: 0n, nanoseconds: 1 }),
  };
}

export function monotonicClockInterface(port: TimerPort): HostInterface {
  return {
    now: (): bigint => BigInt(port.effect(clockRead, MONOTONIC).nanos),
    resolution: (): bigint => 1n,
    subscribeInstant: (when: bigint): Pollable => timerPollable(port, new InstantTimer(when)),
    subscribeDuration: (nanos: bigint): Pollable => timerPollable(port, port.startTimer(nanos)),
  };
}
