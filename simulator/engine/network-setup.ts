import type { WorldConfig } from '../config/config.ts';
import { NANOS_PER_MILLI } from '../kernel/time.ts';
import { linkName, type NetworkSetup } from '../world/network.ts';

/**
 * How long the journal store takes to acknowledge a commit, unless the configuration names its
 * links. Commits themselves are streamed, and arrive as they are sent.
 */
const ACKNOWLEDGE_NANOS = 2n * NANOS_PER_MILLI;

/** The links of a world that is configured. */
export function networkSetup(world: WorldConfig): NetworkSetup {
  const links = world.links.map((link) => [linkName(link.from, link.to), link] as const);
  return {
    fallback: world.defaultLink,
    commit: { latencyNanos: 0n, jitterNanos: 0n },
    acknowledge: { latencyNanos: ACKNOWLEDGE_NANOS, jitterNanos: 0n },
    links: new Map(links),
  };
}
