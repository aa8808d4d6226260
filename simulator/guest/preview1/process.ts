import { GuestExit, GuestSignal, withoutStack } from '../../effects/operation.ts';
import { GuestError } from './guest-error.ts';

type SignalEffect = 'none' | 'ignored' | 'ends' | 'stops';

/** Signals of the specification, index = number, with what POSIX has them do by default. */
const SIGNALS: readonly (readonly [name: string, effect: SignalEffect])[] = [
  ['none', 'none'],
  ['SIGHUP', 'ends'],
  ['SIGINT', 'ends'],
  ['SIGQUIT', 'ends'],
  ['SIGILL', 'ends'],
  ['SIGTRAP', 'ends'],
  ['SIGABRT', 'ends'],
  ['SIGBUS', 'ends'],
  ['SIGFPE', 'ends'],
  ['SIGKILL', 'ends'],
  ['SIGUSR1', 'ends'],
  ['SIGSEGV', 'ends'],
  ['SIGUSR2', 'ends'],
  ['SIGPIPE', 'ends'],
  ['SIGALRM', 'ends'],
  ['SIGTERM', 'ends'],
  ['SIGCHLD', 'ignored'],
  ['SIGCONT', 'ignored'],
  ['SIGSTOP', 'stops'],
  ['SIGTSTP', 'stops'],
  ['SIGTTIN', 'stops'],
  ['SIGTTOU', 'stops'],
  ['SIGURG', 'ignored'],
  ['SIGXCPU', 'ends'],
  ['SIGXFSZ', 'ends'],
  ['SIGVTALRM', 'ends'],
  ['SIGPROF', 'ends'],
  ['SIGWINCH', 'ignored'],
  ['SIGPOLL', 'ends'],
  ['SIGPWR', 'ends'],
  ['SIGSYS', 'ends'],
];

export function processCalls() {
  return {
    proc_exit: (code: number) => {
      throw withoutStack(() => new GuestExit(code >>> 0));
    },
    proc_raise: (number: number) => {
      const signal = SIGNALS[number >>> 0];
      if (signal === undefined) throw new GuestError('inval', `there is no signal ${number}`);
      const [name, effect] = signal;
      if (effect === 'ends') throw new GuestSignal(name, number);
      // Nothing could ever continue a stopped execution.
      if (effect === 'stops') throw new GuestError('notsup', `${name} cannot stop an execution`);
    },
    /** There is one thread, so there is nobody to yield to. */
    sched_yield: () => {},
  };
}
