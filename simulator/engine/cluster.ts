/**
 * The nodes and what befalls them: crashes and pauses, and who owns which execution in
 * consequence.
 *
 * L1  The epoch of an execution rises with every claim; its earlier owners are zombies.
 * L2  A claim is made only on a running node that the journal store can be asked from, and only
 *     when the lease before it is over.
 */
import { assert } from '../kernel/assert.ts';
import { after, type VirtualNanos } from '../kernel/time.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { SimulatedNode } from '../world/node.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import { lastRenewal, renewalNanos } from './leases.ts';

export class Cluster {
  /** Every attempt that has not ended, by its node. */
  private readonly alive = new Map<SimulatedNode, Set<Attempt>>();
  /** Executions that nobody could take over so far. */
  private readonly unclaimed = new Set<Execution>();
  /** Those whose renewals do not come to the journal store. */
  private readonly cutOff = new Set<SimulatedNode>();
  private placed = 0;

  constructor(
    private readonly engine: Engine,
    readonly nodes: readonly SimulatedNode[],
  ) {
    for (const node of nodes) this.alive.set(node, new Set());
  }

  node(name: string): SimulatedNode | undefined {
    return this.nodes.find((node) => node.name === name);
  }

  /** A node for a new attempt: the next in the ring that can claim it; undefined when none can. */
  place(execution: Execution): SimulatedNode | undefined {
    const last = execution.latest?.node;
    const from = last === undefined ? this.placed++ : this.nodes.indexOf(last) + 1;
    for (let step = 0; step < this.nodes.length; step++) {
      const node = this.nodes[(from + step) % this.nodes.length];
      if (node?.state === 'up' && this.reachesStore(node)) return node;
    }
    this.unclaimed.add(execution);
    return undefined;
  }

  enter(attempt: Attempt): void {
    this.on(attempt.node).add(attempt);
    this.reviewLease(attempt);
  }

  leave(attempt: Attempt): void {
    this.on(attempt.node).delete(attempt);
  }

  /** The node stops at once and forgets everything; it comes back after a while. */
  crash(node: SimulatedNode, downNanos: bigint): void {
    if (node.state === 'down') return;
    const { engine } = this;
    node.crash();
    engine.trace({ kind: 'node.crashed', node: node.name });
    for (const attempt of [...this.on(node)]) {
      // The journal store learns of it only when the lease is not renewed.
      this.expectExpiry(attempt);
      attempt.end('crashed', `${node.name} crashed`);
    }
    const { incarnation } = node;
    engine.agenda.in(downNanos, () => {
      if (node.incarnation === incarnation) this.restart(node);
    });
  }

  /** Starts a node again that is down; one that runs is left alone. */
  restart(node: SimulatedNode): void {
    if (node.state !== 'down') return;
    node.restart();
    this.engine.trace({ kind: 'node.restarted', node: node.name });
    this.claimUnclaimed();
  }

  /** The node stands still and keeps everything. */
  pause(node: SimulatedNode, forNanos: bigint): void {
    if (node.state !== 'up') return;
    const { engine } = this;
    for (const attempt of this.on(node)) this.expectExpiry(attempt);
    node.pause();
    engine.trace({ kind: 'node.paused', node: node.name });
    const { pauses } = node;
    engine.agenda.in(forNanos, () => {
      if (node.pauses === pauses) this.resume(node);
    });
  }

  /** Lets a node go on that stands still; one that does not is left alone. */
  resume(node: SimulatedNode): void {
    if (node.state !== 'paused') return;
    this.engine.trace({ kind: 'node.resumed', node: node.name });
    if (!this.cutOff.has(node)) this.renewAfterSilence(node);
    node.resume();
    this.claimUnclaimed();
  }

  /** The process of an attempt is killed. Its node lives, and gives the execution back. */
  kill(attempt: Attempt, reason: string): void {
    if (attempt.ended) return;
    const { engine } = this;
    const { execution, node, epoch } = attempt;
    const isOwner = execution.owner === attempt;
    // Should what the node sends never arrive, the lease ends.
    this.expectExpiry(attempt);
    attempt.end('crashed', reason);
    if (!isOwner) return;
    const arrive = (): void => {
      const isFree = execution.owner === undefined && execution.journal.epoch === epoch;
      if (isFree) engine.claim(execution);
    };
    engine.traffic.call({ from: node.name, to: JOURNAL_STORE }, { sender: attempt, arrive });
  }

  attemptsOn(node: SimulatedNode): readonly Attempt[] {
    return [...this.on(node)];
  }

  /** The attempt of an execution that lives on a node. */
  attemptOn(node: SimulatedNode, execution: Execution): Attempt | undefined {
    return this.attemptsOn(node).find((attempt) => attempt.execution === execution);
  }

  /** Links to the journal store may have been cut, or be whole again. */
  reviewLinks(): void {
    for (const node of this.nodes) {
      const isOpen = this.engine.network.isOpen(node.name, JOURNAL_STORE);
      if (isOpen === !this.cutOff.has(node)) continue;
      if (isOpen) {
        this.cutOff.delete(node);
        if (node.state === 'up') this.renewAfterSilence(node);
      } else {
        this.cutOff.add(node);
        for (const attempt of this.on(node)) this.expectExpiry(attempt);
      }
    }
    this.claimUnclaimed();
    // What has come to the journal store meanwhile is heard of now.
    for (const attempts of this.alive.values()) {
      for (const attempt of [...attempts]) attempt.poke();
    }
  }

  private reachesStore({ name }: SimulatedNode): boolean {
    const { network } = this.engine;
    return network.isOpen(name, JOURNAL_STORE) && network.isOpen(JOURNAL_STORE, name);
  }

  /**
   * The first thing that a node does which has stood still, or was cut off, is to renew its leases;
   * where it may not, it is told.
   */
  private renewAfterSilence(node: SimulatedNode): void {
    const { now } = this.engine.agenda;
    for (const attempt of this.on(node)) {
      if (attempt.execution.owner === attempt) {
        attempt.leasedAt = now;
        attempt.leaseEndsAt = undefined;
        this.reviewLease(attempt);
      } else {
        this.renewInVain(attempt, now);
      }
    }
  }

  /** The journal store refuses a renewal that comes too late, and so the node learns of it. */
  private renewInVain(attempt: Attempt, at: VirtualNanos): void {
    const { agenda, network } = this.engine;
    const { node, incarnation } = attempt;
    const there = network.delayNanos(node.name, JOURNAL_STORE);
    const back = network.delayNanos(JOURNAL_STORE, node.name);
    agenda.at(after(at, there + back), () =>
      node.deliver(incarnation, () => attempt.end('fenced', 'its lease was over')),
    );
  }

  /** Lets a clock go faster or slower: the node renews its leases by its monotonic clock. */
  repace(node: SimulatedNode, change: () => void): void {
    const { engine } = this;
    for (const attempt of this.on(node)) {
      const { leaseNanos } = engine.world;
      attempt.leasedAt = lastRenewal(attempt.leasedAt, engine.agenda.now, leaseNanos, node);
      // A node that stands still or is cut off renews nothing, however its clock goes.
      if (node.state === 'up' && !this.cutOff.has(node)) attempt.leaseEndsAt = undefined;
    }
    change();
    for (const attempt of this.on(node)) this.reviewLease(attempt);
  }

  /** Its monotonic clock has stood still and goes on, and with it the node's renewals. */
  renewAgain(node: SimulatedNode): void {
    if (node.state === 'up' && !this.cutOff.has(node)) this.renewAfterSilence(node);
  }

  /** A running node whose clock is too slow renews too late, and does not know it. */
  private reviewLease(attempt: Attempt): void {
    const { agenda, world } = this.engine;
    const period = renewalNanos(world.leaseNanos, attempt.node, agenda.now);
    if (period > world.leaseNanos) this.expectExpiry(attempt);
  }

  /** From now on the node does not renew, or not in time: the lease ends, once. */
  private expectExpiry(attempt: Attempt): void {
    const { execution, node } = attempt;
    if (execution.owner !== attempt || execution.workflow.config.persistence === 'none') return;
    if (attempt.leaseEndsAt !== undefined) return;
    const { agenda, world } = this.engine;
    const renewed = lastRenewal(attempt.leasedAt, agenda.now, world.leaseNanos, node);
    const endsAt = after(renewed, world.leaseNanos);
    attempt.leaseEndsAt = endsAt;
    agenda.at(endsAt, () => {
      if (attempt.leaseEndsAt === endsAt) this.expire(attempt, renewed);
    });
  }

  private expire(attempt: Attempt, renewed: VirtualNanos): void {
    const { execution, node } = attempt;
    if (execution.ended || execution.journal.epoch !== attempt.epoch) return;
    // One that gave its execution back has no lease to lose.
    if (attempt.ended && attempt.outcome !== 'crashed') return;
    this.engine.trace({ kind: 'lease.expired', node: node.name, execution: execution.id });
    execution.owner = undefined;
    this.engine.claim(execution);
    const { agenda, world } = this.engine;
    if (attempt.ended || node.state !== 'up' || this.cutOff.has(node)) return;
    // It is told when its clock goes on.
    if (node.monotonic.isFrozen(agenda.now)) return;
    const period = renewalNanos(world.leaseNanos, node, agenda.now);
    this.renewInVain(attempt, after(renewed, period));
  }

  private claimUnclaimed(): void {
    const waiting = [...this.unclaimed];
    this.unclaimed.clear();
    for (const execution of waiting) {
      if (execution.owner === undefined) this.engine.claim(execution);
    }
  }

  private on(node: SimulatedNode): Set<Attempt> {
    const attempts = this.alive.get(node);
    assert(attempts !== undefined, `unknown node ${node.name}`);
    return attempts;
  }
}
