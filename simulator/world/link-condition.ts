/**
 * What is wrong with some links for a while. A condition says which messages it concerns, and what
 * becomes of them; simulator/engine/link-faults.ts begins and ends it.
 */
import type { Choices } from '../kernel/choices.ts';
import { after, NANOS_PER_SECOND, VIRTUAL_START, type VirtualNanos } from '../kernel/time.ts';

/** What becomes of a message where it would arrive: it does, it never does, or it is held. */
export type Fate = 'passes' | 'lost' | 'held';

/** Whether messages from one end to the other are concerned. */
export type LinkTest = (from: string, to: string) => boolean;

/** A message that is to leave. */
export interface Leaving {
  readonly at: VirtualNanos;
  readonly bytes: number;
}

export interface LinkCondition {
  readonly kind:
    | 'partition'
    | 'slow-link'
    | 'lossy-link'
    | 'clog'
    | 'store-unreachable'
    | 'store-slow';
  readonly concerns: LinkTest;
  /** Nothing gets through for as long as it lasts. */
  readonly cuts: boolean;
  /** How much longer a message takes, in nanoseconds. */
  delayNanos(from: string, to: string, leaving: Leaving): bigint;
  fate(from: string, to: string): Fate;
}

export function partition(concerns: LinkTest): LinkCondition {
  return { kind: 'partition', concerns, cuts: true, delayNanos: () => 0n, fate: () => 'lost' };
}

export function clog(concerns: LinkTest): LinkCondition {
  return { kind: 'clog', concerns, cuts: true, delayNanos: () => 0n, fate: () => 'held' };
}

/** Shares are drawn in millionths. */
const WHOLE = 1_000_000;

/** @param share of the messages that is lost, 0 to 1 */
export function lossyLink(concerns: LinkTest, share: number, choices: Choices): LinkCondition {
  const bound = Math.round(share * WHOLE);
  return {
    kind: 'lossy-link',
    concerns,
    cuts: false,
    delayNanos: () => 0n,
    fate: (from, to) =>
      choices.below(`lossy-link ${from} -> ${to}`, WHOLE) < bound ? 'lost' : 'passes',
  };
}

export interface Slowness {
  readonly latencyNanos: bigint;
  /** The most that a message takes longer; drawn for each. */
  readonly jitterNanos: bigint;
  /** Bytes a second, in each direction of each link; undefined for as many as there are. */
  readonly bandwidth: number | undefined;
}

export function slowLink(concerns: LinkTest, slowness: Slowness, choices: Choices): LinkCondition {
  const { latencyNanos, jitterNanos, bandwidth } = slowness;
  /** When each link has sent all that it was given. */
  const freeAt = new Map<string, VirtualNanos>();
  const queueNanos = (link: string, { at, bytes }: Leaving): bigint => {
    if (bandwidth === undefined) return 0n;
    const free = freeAt.get(link) ?? VIRTUAL_START;
    const begins = free > at ? free : at;
    const ends = after(begins, (BigInt(bytes) * NANOS_PER_SECOND) / BigInt(bandwidth));
    freeAt.set(link, ends);
    return ends - at;
  };
  return {
    kind: 'slow-link',
    concerns,
    cuts: false,
    delayNanos: (from, to, leaving) => {
      const link = `${from} -> ${to}`;
      const jitter =
        jitterNanos === 0n ? 0 : choices.below(`slow-link ${link}`, Number(jitterNanos) + 1);
      return latencyNanos + BigInt(jitter) + queueNanos(link, leaving);
    },
    fate: () => 'passes',
  };
}
