/**
 * Links between nodes, services, volumes and the journal store. A link is named by its two ends and
 * has a latency; a message can overtake another only where jitter lets it. For a while, conditions
 * can make links worse than they are.
 */
import type { Choices } from '../kernel/choices.ts';
import { VIRTUAL_START } from '../kernel/time.ts';
import type { Fate, Leaving, LinkCondition } from './link-condition.ts';

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

/** A message that is so short that no bandwidth matters. */
const SHORT: Leaving = { at: VIRTUAL_START, bytes: 0 };

export function linkName(from: string, to: string): string {
  return `${from} -> ${to}`;
}

export class Network {
  private conditions: readonly LinkCondition[] = [];

  constructor(
    private readonly setup: NetworkSetup,
    private readonly choices: Choices,
  ) {}

  begin(condition: LinkCondition): void {
    this.conditions = [...this.conditions, condition];
  }

  /** False when it had ended before. */
  end(condition: LinkCondition): boolean {
    const { length } = this.conditions;
    this.conditions = this.conditions.filter((each) => each !== condition);
    return this.conditions.length < length;
  }

  /** How long the next message from one end to the other takes, in nanoseconds. */
  delayNanos(from: string, to: string, leaving: Leaving = SHORT): bigint {
    const link = this.link(from, to);
    let delay = link.latencyNanos;
    if (link.jitterNanos > 0n) {
      const bound = Number(link.jitterNanos) + 1;
      delay += BigInt(this.choices.below(`network ${linkName(from, to)}`, bound));
    }
    for (const condition of this.conditions) {
      if (condition.concerns(from, to)) delay += condition.delayNanos(from, to, leaving);
    }
    return delay;
  }

  /** What becomes of a message where it would arrive now. What is held is not lost. */
  fate(from: string, to: string): Fate {
    let fate: Fate = 'passes';
    for (const condition of this.conditions) {
      if (!condition.concerns(from, to)) continue;
      const its = condition.fate(from, to);
      if (its === 'held') return its;
      if (its === 'lost') fate = its;
    }
    return fate;
  }

  /** Whether messages from one end to the other get through at all. */
  isOpen(from: string, to: string): boolean {
    return !this.conditions.some((each) => each.cuts && each.concerns(from, to));
  }

  /** Whether it goes over this link as it always does. */
  isCalm(from: string, to: string): boolean {
    return !this.conditions.some((each) => each.concerns(from, to));
  }

  /** What is wrong with a link, each kind once. */
  faultsOn(from: string, to: string): readonly LinkCondition['kind'][] {
    const those = this.conditions.filter((each) => each.concerns(from, to));
    return [...new Set(those.map(({ kind }) => kind))];
  }

  private link(from: string, to: string): Link {
    const { links, commit, acknowledge, fallback } = this.setup;
    const named = links.get(linkName(from, to));
    if (named !== undefined) return named;
    if (to === JOURNAL_STORE) return commit;
    return from === JOURNAL_STORE ? acknowledge : fallback;
  }
}
