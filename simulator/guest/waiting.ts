/** Waiting for one of several things, as both ABIs do it: with one `wait.poll` effect at most. */
import type { EffectPort } from '../effects/operation.ts';
import { type Deadline, type InboxName, waitPoll } from '../effects/wait.ts';

/** What has to happen before something is ready. */
export type Interest =
  | { readonly kind: 'ready' }
  /** Only the program itself can make it ready. */
  | { readonly kind: 'never' }
  | { readonly kind: 'deadline'; readonly deadline: Deadline }
  | { readonly kind: 'inbox'; readonly inbox: InboxName };

/** What an interest has come to. */
export interface Readiness {
  /** Bytes to read at once, where an inbox tells. */
  readonly available: number;
  /** Nothing more will come. */
  readonly ended: boolean;
}

const READY: Readiness = { available: 0, ended: false };
const NOW: Deadline = { clock: 'monotonic', nanos: '0', absolute: false };

/**
 * Waits until at least one interest is ready, and tells of each what it has come to; undefined for
 * those that are not ready. Where one is ready at once, it only looks at the others.
 */
export function waitForAny(
  port: EffectPort,
  interests: readonly Interest[],
): readonly (Readiness | undefined)[] {
  return new Wait(interests).perform(port, false);
}

/** The same without waiting. */
export function lookAtAll(
  port: EffectPort,
  interests: readonly Interest[],
): readonly (Readiness | undefined)[] {
  return new Wait(interests).perform(port, true);
}

class Wait {
  private readonly deadlines: Deadline[] = [];
  private readonly inboxes: InboxName[] = [];
  /** The position of each interest in its list. */
  private readonly positions: readonly number[];

  constructor(private readonly interests: readonly Interest[]) {
    this.positions = interests.map((interest) => this.position(interest));
  }

  perform(port: EffectPort, onlyLook: boolean): readonly (Readiness | undefined)[] {
    const isReady = this.interests.some(({ kind }) => kind === 'ready');
    // Nothing that the world knows could change the answer.
    if (isReady && this.inboxes.length === 0) return this.interests.map(readyAtOnce);
    if (onlyLook && this.deadlines.length + this.inboxes.length === 0) return [];
    const isImmediate = isReady || onlyLook;
    const deadlines = isImmediate ? [...this.deadlines, NOW] : this.deadlines;
    const result = port.effect(waitPoll, { deadlines, inboxes: this.inboxes });
    const passed = new Set(result.passed);
    const readable = new Map(result.readable.map((one) => [one.inbox, one]));
    return this.interests.map((interest, index) => {
      const position = this.positions[index] ?? 0;
      if (interest.kind === 'deadline') return passed.has(position) ? READY : undefined;
      if (interest.kind === 'inbox') return readable.get(position);
      return readyAtOnce(interest);
    });
  }

  private position(interest: Interest): number {
    if (interest.kind === 'deadline') return this.deadlines.push(interest.deadline) - 1;
    if (interest.kind !== 'inbox') return -1;
    // Two subscriptions to one inbox are one interest.
    const known = this.inboxes.indexOf(interest.inbox);
    return known >= 0 ? known : this.inboxes.push(interest.inbox) - 1;
  }
}

function readyAtOnce(interest: Interest): Readiness | undefined {
  return interest.kind === 'ready' ? READY : undefined;
}
