/** wasi:io/poll: one thing that a program waits for, or several. */
import { type Interest, lookAtAll, waitForAny } from '../waiting.ts';
import { trap } from './component-error.ts';
import type { HostInterface } from './host.ts';
import type { Timer, TimerPort } from './timer.ts';

/** Something that becomes ready. */
export interface Waitable {
  /** What it waits for now; asked again each time. */
  interest(): Interest;
  /**
   * Waits for it alone, with an effect that fetches what is waited for. Left out where nothing but
   * the waiting is to be done.
   */
  waitAlone?(): void;
}

export class Pollable {
  constructor(
    private readonly port: TimerPort,
    readonly waitable: Waitable,
  ) {}

  ready(): boolean {
    if (this.waitable.interest().kind === 'ready') return true;
    this.port.fixTimers();
    const [found] = lookAtAll(this.port, [this.waitable.interest()]);
    if (found === undefined) return false;
    this.settle();
    return true;
  }

  block(): void {
    if (this.waitable.interest().kind === 'ready') return;
    if (this.waitable.waitAlone === undefined) {
      waitForAny(this.port, [this.waitable.interest()]);
    } else {
      this.waitable.waitAlone();
    }
    this.settle();
  }

  /** It was found ready. */
  settle(): void {
    if (this.waitable instanceof TimerWait) this.waitable.isOver = true;
  }

  [Symbol.dispose](): void {
    if (this.waitable instanceof TimerWait) this.waitable.forget();
  }
}

/** A duration or an instant of the monotonic clock; once over, it stays so. */
class TimerWait implements Waitable {
  isOver = false;

  constructor(
    private readonly port: TimerPort,
    private readonly timer: Timer,
  ) {}

  interest(): Interest {
    return this.isOver ? { kind: 'ready' } : { kind: 'deadline', deadline: this.timer.deadline() };
  }

  waitAlone(): void {
    this.port.sleep(this.timer);
  }

  forget(): void {
    this.port.forget(this.timer);
  }
}

/** Ready when `timer` is over. */
export function timerPollable(port: TimerPort, timer: Timer): Pollable {
  return new Pollable(port, new TimerWait(port, timer));
}

/** The indices of those that are ready, of which there is at least one. */
function poll(pollables: readonly Pollable[]): Uint32Array {
  const [first] = pollables;
  if (first === undefined) return trap('wasi:io/poll: poll was called with an empty list');
  if (pollables.length === 1) {
    first.block();
    return Uint32Array.of(0);
  }
  const { port } = first as unknown as { port: TimerPort };
  if (pollables.every(({ waitable }) => waitable.interest().kind !== 'ready')) port.fixTimers();
  const found = waitForAny(
    port,
    pollables.map(({ waitable }) => waitable.interest()),
  );
  const ready: number[] = [];
  found.forEach((readiness, index) => {
    if (readiness === undefined) return;
    pollables[index]?.settle();
    ready.push(index);
  });
  return Uint32Array.from(ready);
}

export const pollInterface: HostInterface = { Pollable, poll };
