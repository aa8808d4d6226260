/**
 * Leases: an execution belongs to its owner's node while that node renews its claim in time, as
 * the node's own monotonic clock measures it. Renewals are not events; when a node stops or its
 * clock changes, what it would have done is worked out.
 *
 * L1  While a running node's clock keeps time, its leases never end.
 * L2  A lease ends one lease length after the last renewal, in true virtual time.
 */
import type { VirtualNanos } from '../kernel/time.ts';
import { after } from '../kernel/time.ts';
import type { SimulatedNode } from '../world/node.ts';

/** A lease is renewed this many times during its length. */
const RENEWALS_PER_LEASE = 3n;

/** The instant of the last renewal no later than `now`, for a lease held since `leasedAt`. */
export function lastRenewal(
  leasedAt: VirtualNanos,
  now: VirtualNanos,
  leaseNanos: bigint,
  node: SimulatedNode,
): VirtualNanos {
  // While its clock stands still, a node renews nothing.
  const until = node.monotonic.stillSince(now) ?? now;
  const held = until - leasedAt;
  if (held <= 0n) return leasedAt;
  return after(leasedAt, held - (held % paceNanos(leaseNanos, node)));
}

/** How long it takes a node from one renewal to the next, in true virtual time: a slow clock is late. */
export function renewalNanos(leaseNanos: bigint, node: SimulatedNode, now: VirtualNanos): bigint {
  const period = node.monotonic.virtualDuration(leaseNanos / RENEWALS_PER_LEASE, now);
  return period > 0n ? period : 1n;
}

/** The same while its clock does not stand still. */
function paceNanos(leaseNanos: bigint, node: SimulatedNode): bigint {
  const period = node.monotonic.pace(leaseNanos / RENEWALS_PER_LEASE);
  return period > 0n ? period : 1n;
}
