/**
 * The world of a simulation as it was at an instant, told from what is written down of what happened.
 * Nothing is run for it.
 *
 * P1  At the last instant of a history it is as the simulation that wrote it has it then.
 */
import type { WorldConfig } from '../config/config.ts';
import type { JsonObject } from '../effects/operation.ts';
import { executionFor, nodeFor, type RoleBearer } from '../engine/happenings/node-for.ts';
import { isLinkFault, linkTrouble } from '../engine/link-trouble.ts';
import { networkSetup } from '../engine/network-setup.ts';
import { nodeUpNanos } from '../engine/simulation.ts';
import { type VolumeTrouble, volumesIn } from '../engine/volume-faults.ts';
import type { Fault } from '../faults/fault.ts';
import { parseFault } from '../faults/plan.ts';
import type { ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';
import type { TraceRow } from '../journal/records.ts';
import { Choices } from '../kernel/choices.ts';
import { after, VIRTUAL_START, type VirtualNanos, virtualNanos } from '../kernel/time.ts';
import type { LinkCondition } from '../world/link-condition.ts';
import { Network } from '../world/network.ts';
import { SimulatedNode } from '../world/node.ts';
import { befallClock, clockOf } from './past-clock.ts';
import { lastInstant } from './text/timeline-text.ts';
import type { WorldState } from './world-summary.ts';

/** An instant of the past, as people point at it. */
export interface PastInstant {
  /** In virtual nanoseconds. */
  readonly at: bigint;
  /** The effect that begins then: what befalls it has not happened yet. */
  readonly before?: { readonly execution: string; readonly seq: number };
}

/** Something that a fault began, and that ends with its time or by hand. */
interface Lasting<T> {
  readonly what: T;
  readonly endsAt: VirtualNanos;
}

/** An attempt that holds the lease of its execution, or held it last. */
interface Holder {
  readonly node: SimulatedNode;
  readonly attempt: number;
}

export function pastWorld(
  history: History,
  world: WorldConfig,
  instant: PastInstant | undefined,
): WorldState {
  const past = new PastWorld(history, world);
  for (const row of rowsUntil(history, instant)) past.take(row);
  const now = instant === undefined ? endOf(history) : virtualNanos(instant.at);
  return past.at(now, instant?.before !== undefined);
}

/** The world may go on for a while after its last execution. */
function endOf(history: History): VirtualNanos {
  const end = lastInstant(history);
  const last = history.traces().at(-1)?.at;
  return last === undefined || last < end ? end : last;
}

/** What had happened by an instant, in its order. */
function rowsUntil(history: History, instant: PastInstant | undefined): readonly TraceRow[] {
  const rows = history.traces();
  if (instant === undefined) return rows;
  const { at, before } = instant;
  const isLater = (row: TraceRow): boolean => {
    if (row.at !== at || before === undefined) return row.at > at;
    return row.execution === before.execution && row.seq !== undefined && row.seq >= before.seq;
  };
  const end = rows.findIndex(isLater);
  return end < 0 ? rows : rows.slice(0, end);
}

class PastWorld {
  private readonly nodes: readonly SimulatedNode[];
  private readonly network: Network;
  private readonly choices: Choices;
  private links: readonly Lasting<LinkCondition>[] = [];
  private troubles: readonly Lasting<VolumeTrouble>[] = [];
  /** By execution: who owns it. */
  private readonly owners = new Map<ExecutionId, Holder>();
  /** By execution: who has owned it last. */
  private readonly latest = new Map<ExecutionId, Holder>();
  /** What tells of faults that have happened. */
  private readonly fired: TraceRow[] = [];

  constructor(
    private readonly history: History,
    private readonly world: WorldConfig,
  ) {
    const { startUnixNanos, seed } = world;
    this.nodes = world.nodes.map(
      (name, index) => new SimulatedNode(name, VIRTUAL_START, startUnixNanos, nodeUpNanos(index)),
    );
    // Nothing is sent, and so nothing is drawn.
    this.choices = new Choices({ seed, onChoice: () => {} });
    this.network = new Network(networkSetup(world), this.choices);
  }

  take(row: TraceRow): void {
    if (TELLING_KINDS.has(row.kind)) this.fired.push(row);
    const node = this.nodes.find(({ name }) => name === row.node);
    if (row.kind === 'fault.fired') this.fire(row);
    else if (row.kind === 'link.healed') this.endLink(row);
    else if (row.kind === 'volume.healed') this.endTrouble(row);
    else if (node !== undefined) this.takeOfNode(node, row);
  }

  at(now: VirtualNanos, isBefore: boolean): WorldState {
    const { world, nodes, network } = this;
    for (const { what } of this.links) network.begin(what);
    const owned = this.history
      .executions()
      .map(({ id }) => [id, this.ownerOf(id, now, isBefore)] as const);
    return {
      ...{ now, world, nodes, network },
      ownedBy: (node) => owned.filter(([, owner]) => owner?.node === node).map(([id]) => id),
      volumes: volumesIn(
        world.volumes.map(({ name }) => name),
        this.troubles.map(({ what }) => what),
      ),
      firedOf: (plan) => this.fired.filter((row) => tellsOf(row, plan)).length,
    };
  }

  private takeOfNode(node: SimulatedNode, row: TraceRow): void {
    switch (row.kind) {
      case 'node.crashed':
        node.crash();
        return;
      case 'node.paused':
        node.pause();
        return;
      case 'node.restarted':
      case 'node.resumed':
        node.state = 'up';
        return;
      case 'lease.claimed':
        this.claim(node, row);
        return;
      case 'lease.expired':
        if (row.execution !== undefined) this.owners.delete(row.execution);
        return;
      default:
        befallClock(node[clockOf(row)], row);
    }
  }

  private claim(node: SimulatedNode, { execution, data }: TraceRow): void {
    if (execution === undefined) return;
    const holder = { node, attempt: Number((data as JsonObject | undefined)?.attempt) };
    this.owners.set(execution, holder);
    this.latest.set(execution, holder);
  }

  private fire(row: TraceRow): void {
    const plan = (row.data ?? {}) as JsonObject;
    const fault = parseFault(plan, 'the recording');
    const until = (forNanos: bigint) => after(row.at, forNanos);
    if (fault.kind === 'full' || fault.kind === 'slow-volume') {
      const { kind, volume, forNanos } = fault;
      const byNanos = fault.kind === 'slow-volume' ? fault.byNanos : 0n;
      const what = { kind, volume, byNanos };
      this.troubles = [...this.troubles, { what, endsAt: until(forNanos) }];
    }
    if (!isLinkFault(fault)) return;
    const execution = this.bearer(fault, row);
    const what = linkTrouble(fault, {
      node: row.node,
      nodes: this.world.nodes,
      nameOf: (name) => nodeFor(this.nodes, name, execution)?.name ?? name,
      choices: this.choices,
    });
    this.links = [...this.links, { what, endsAt: until(fault.forNanos) }];
  }

  /** The execution by which the roles in a fault go. */
  private bearer({ at: trigger }: Fault, { at, execution }: TraceRow): RoleBearer | undefined {
    const executions = this.history
      .executions()
      .filter(({ startedAt }) => startedAt <= at)
      .map(({ id, endedAt }) => ({ id, ended: endedAt !== undefined && endedAt <= at }));
    const found = executionFor(executions, trigger, execution);
    if (found === undefined) return undefined;
    return { owner: this.ownerOf(found.id, at, true), latest: this.latest.get(found.id) };
  }

  /** @param isBefore what ended at that very instant had not ended yet */
  private ownerOf(
    execution: ExecutionId,
    now: VirtualNanos,
    isBefore: boolean,
  ): Holder | undefined {
    const owner = this.owners.get(execution);
    if (owner === undefined) return undefined;
    const endedAt = this.history.attempts(execution)[owner.attempt - 1]?.endedAt;
    const hasEnded = endedAt !== undefined && (isBefore ? endedAt < now : endedAt <= now);
    return hasEnded ? undefined : owner;
  }

  private endLink(row: TraceRow): void {
    const ended = firstEnding(this.links, row);
    this.links = this.links.filter((each) => each !== ended);
  }

  private endTrouble(row: TraceRow): void {
    const those = this.troubles.filter(({ what }) => what.volume === row.service);
    const ended = firstEnding(those, row);
    this.troubles = this.troubles.filter((each) => each !== ended);
  }
}

/** What a row tells the end of: what was to end then, or else, when all end by hand, any. */
function firstEnding<T extends { readonly kind: string }>(
  lasting: readonly Lasting<T>[],
  { at, data }: TraceRow,
): Lasting<T> | undefined {
  const { fault } = (data ?? {}) as JsonObject;
  const those = lasting.filter(({ what }) => what.kind === fault);
  return those.find(({ endsAt }) => endsAt === at) ?? those[0];
}

/** What tells of faults that are not told as such: of the others `fault.fired` does. */
const TELLING: Readonly<Record<string, TraceRow['kind']>> = {
  'lose-request': 'request.lost',
  'lose-response': 'response.lost',
  'timer-early': 'timer.moved',
  'timer-late': 'timer.moved',
  'timer-never': 'timer.lost',
  'timer-twice': 'timer.repeated',
};
const TELLING_KINDS: ReadonlySet<TraceRow['kind']> = new Set([
  'fault.fired',
  ...Object.values(TELLING),
]);

/** Whether a row tells, or may tell, that a fault has happened. */
function tellsOf({ kind, execution, seq, data }: TraceRow, plan: JsonObject): boolean {
  const telling = TELLING[String(plan.kind)];
  if (telling === undefined) return JSON.stringify(data) === JSON.stringify(plan);
  const { at } = plan as { readonly at: JsonObject };
  const isHere = at.seq === undefined || (at.execution === execution && at.seq === seq);
  return kind === telling && isHere;
}
