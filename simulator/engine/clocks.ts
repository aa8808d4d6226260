/**
 * What befalls the clocks of nodes, and ends again. Virtual time is not touched: a node sees it
 * wrongly. Each change is traced, so that the readings of a clock can be worked out afterwards.
 */
import { after, type VirtualNanos } from '../kernel/time.ts';
import type { SimulatedNode } from '../world/node.ts';
import type { NodeClock } from '../world/node-clock.ts';
import type { Engine } from './engine.ts';

/** One of the clocks of a node. */
export type ClockName = 'wall' | 'monotonic';

export class Clocks {
  constructor(private readonly engine: Engine) {}

  jump(node: SimulatedNode, clock: ClockName, byNanos: bigint): void {
    node[clock].jump(this.now, byNanos);
    this.trace('clock.jumped', node, { clock, byNanos: `${byNanos}` });
  }

  /** @param forNanos after which it is set back by the same; undefined for never */
  offset(node: SimulatedNode, clock: ClockName, byNanos: bigint, forNanos?: bigint): void {
    this.jump(node, clock, byNanos);
    this.later(node[clock], forNanos, () => this.jump(node, clock, -byNanos));
  }

  /** @param forNanos how long the clock runs wrong; undefined to the end */
  drift(node: SimulatedNode, clock: ClockName, driftPpm: number, forNanos?: bigint): void {
    const set = (ppm: number): void => {
      this.engine.cluster.repace(node, () => {
        node[clock].drift(this.now, ppm);
        this.trace('clock.drifted', node, { clock, ppm });
      });
    };
    set(driftPpm);
    this.later(node[clock], forNanos, () => set(0));
  }

  freeze(node: SimulatedNode, clock: ClockName, forNanos: bigint): void {
    this.engine.cluster.repace(node, () => {
      node[clock].freeze(this.now, after(this.now, forNanos));
      this.trace('clock.frozen', node, { clock, forNanos: `${forNanos}` });
    });
    this.later(node[clock], forNanos, () => {
      if (node[clock].isFrozen(this.now)) return;
      this.trace('clock.thawed', node, { clock });
      if (clock === 'monotonic') this.engine.cluster.renewAgain(node);
    });
  }

  strobe(
    node: SimulatedNode,
    clock: ClockName,
    {
      byNanos,
      everyNanos,
      forNanos,
    }: Readonly<Record<'byNanos' | 'everyNanos' | 'forNanos', bigint>>,
  ): void {
    node[clock].strobe(this.span(forNanos), byNanos, everyNanos);
    const data = { clock, byNanos: `${byNanos}`, everyNanos: `${everyNanos}` };
    this.trace('clock.strobed', node, { ...data, forNanos: `${forNanos}` });
    this.later(node[clock], forNanos, () => this.trace('clock.strobed', node, { clock }));
  }

  /** The wall clock gains so much, evenly over a length. */
  smear(node: SimulatedNode, byNanos: bigint, overNanos: bigint): void {
    node.wall.smear(this.span(overNanos), byNanos);
    const data = { clock: 'wall', byNanos: `${byNanos}`, forNanos: `${overNanos}` };
    this.trace('clock.smeared', node, data);
  }

  /** The clock shows again what it would if nothing had befallen it. */
  setRight(node: SimulatedNode, clock: ClockName): void {
    const wasFrozen = node[clock].isFrozen(this.now);
    this.engine.cluster.repace(node, () => node[clock].setRight(this.now));
    this.trace('clock.reset', node, { clock });
    if (wasFrozen && clock === 'monotonic') this.engine.cluster.renewAgain(node);
  }

  private get now(): VirtualNanos {
    return this.engine.agenda.now;
  }

  private span(lengthNanos: bigint): { from: VirtualNanos; until: VirtualNanos } {
    return { from: this.now, until: after(this.now, lengthNanos) };
  }

  /** Ends what befell a clock, unless the clock has been set right since. */
  private later(clock: NodeClock, forNanos: bigint | undefined, end: () => void): void {
    if (forNanos === undefined) return;
    const { generation } = clock;
    this.engine.agenda.in(forNanos, () => {
      if (clock.generation === generation) end();
    });
  }

  private trace(
    kind:
      | 'clock.jumped'
      | 'clock.drifted'
      | 'clock.frozen'
      | 'clock.thawed'
      | 'clock.strobed'
      | 'clock.smeared'
      | 'clock.reset',
    { name }: SimulatedNode,
    data: Readonly<Record<string, string | number>>,
  ): void {
    this.engine.trace({ kind, node: name, data });
  }
}
