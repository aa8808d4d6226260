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
  const period = renewalNanos(leaseNanos, node);
  const held = now - leasedAt;
  return after(leasedAt, held - (held % period));
}

/** How often a node renews, in true virtual time: a slow clock renews late. */
export function renewalNanos(leaseNanos: bigint, node: SimulatedNode): bigint {
  const period = node.monotonic.virtualDuration(leaseNanos / RENEWALS_PER_LEASE);
  return period > 0n ? period : 1n;
}
