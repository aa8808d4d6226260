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
   * Waits for it alone, with an effect that fetches what is waited for, and not at all when it is
   * ready. Left out where nothing but the waiting is to be done.
   */
  waitAlone?(): void;
  /** It was found ready among several, or looked at. */
  settle?(): void;
  /** Nobody will wait for it. */
  forget?(): void;
}

/** The pollable that was made last, as `outputStreams` has it for streams. */
export const pollables: { latest: Pollable | undefined } = { latest: undefined };

export class Pollable {
  constructor(
    readonly port: TimerPort,
    readonly waitable: Waitable,
  ) {
    pollables.latest = this;
  }

  ready(): boolean {
    if (this.waitable.interest().kind === 'ready') return true;
    this.port.beginAll();
    const [found] = lookAtAll(this.port, [this.waitable.interest()]);
    if (found === undefined) return false;
    this.settle();
    return true;
  }

  block(): void {
    if (this.waitable.waitAlone !== undefined) {
      this.waitable.waitAlone();
      return;
    }
    if (this.waitable.interest().kind === 'ready') return;
    waitForAny(this.port, [this.waitable.interest()]);
    this.settle();
  }

  /** It was found ready. */
  settle(): void {
    this.waitable.settle?.();
  }

  [Symbol.dispose](): void {
    this.waitable.forget?.();
  }
}

/** A duration or an instant of the monotonic clock; once over, it stays so. */
class TimerWait implements Waitable {
  private isOver = false;

  constructor(
    private readonly port: TimerPort,
    private readonly timer: Timer,
  ) {}

  interest(): Interest {
    return this.isOver ? { kind: 'ready' } : { kind: 'deadline', deadline: this.timer.deadline() };
  }

  waitAlone(): void {
    if (this.isOver) return;
    this.port.sleep(this.timer);
    this.isOver = true;
  }

  settle(): void {
    this.isOver = true;
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
function poll(list: readonly Pollable[]): Uint32Array {
  const [first] = list;
  if (first === undefined) return trap('wasi:io/poll: poll was called with an empty list');
  if (list.length === 1) {
    first.block();
    return Uint32Array.of(0);
  }
  const { port } = first;
  // Asking can begin what was put off, so all are asked before an answer counts.
  const isReady = list.map(({ waitable }) => waitable.interest().kind === 'ready');
  if (!isReady.includes(true)) port.beginAll();
  const found = waitForAny(
    port,
    list.map(({ waitable }) => waitable.interest()),
  );
  const ready: number[] = [];
  found.forEach((readiness, index) => {
    if (readiness === undefined) return;
    list[index]?.settle();
    ready.push(index);
  });
  return Uint32Array.from(ready);
}

export const pollInterface: HostInterface = { Pollable, poll };
