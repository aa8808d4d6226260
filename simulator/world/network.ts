/**
 * Links between nodes, services and the journal store. A link is named by its two ends and has a
 * latency; a message can overtake another only where jitter lets it.
 */
import type { Choices } from '../kernel/choices.ts';

/** The far end of every link over which entries are committed. */
export const JOURNAL_STORE = 'journal-store';

export interface Link {
  readonly latencyNanos: bigint;
  /** The most that a message takes longer; drawn for each message. */
  readonly jitterNanos: bigint;
}

export interface NetworkSetup {
  readonly fallback: Link;
  /** From every node to the journal store, and back. */
  readonly commit: Link;
  readonly acknowledge: Link;
  /** Keys are `<from> -> <to>`, one direction each. */
  readonly links: ReadonlyMap<string, Link>;
}

export function linkName(from: string, to: string): string {
  return `${from} -> ${to}`;
}

export class Network {
  constructor(
    private readonly setup: NetworkSetup,
    private readonly choices: Choices,
  ) {}

  /** How long the next message from one end to the other takes, in nanoseconds. */
  delayNanos(from: string, to: string): bigint {
    const link = this.link(from, to);
    if (link.jitterNanos === 0n) return link.latencyNanos;
    const bound = Number(link.jitterNanos) + 1;
    return link.latencyNanos + BigInt(this.choices.below(`network ${linkName(from, to)}`, bound));
  }

  private link(from: string, to: string): Link {
    const { links, commit, acknowledge, fallback } = this.setup;
    const named = links.get(linkName(from, to));
    if (named !== undefined) return named;
    if (to === JOURNAL_STORE) return commit;
    return from === JOURNAL_STORE ? acknowledge : fallback;
  }
}
