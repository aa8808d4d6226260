/**
 * All simulations of this window, in the order in which they were begun.
 *
 * L1  At most HOSTS_MAX hosts of ended simulations stay open; the oldest are let go first.
 * L2  At most SIMULATIONS_MAX are listed; the oldest that has ended makes room.
 */
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { HostEvent, RunOptions, ServeOptions } from '../../simulator/host/protocol.ts';
import { type Disposable, Emitter } from '../model/emitter.ts';
import { faultInWords } from '../model/fault-by-hand.ts';
import type { ModelChange } from '../model/simulation-model.ts';
import type { Host } from './host.ts';
import type { PortHost } from './serving-host.ts';
import { Simulation, type SimulationIdentity, type SimulationNeeds } from './simulation.ts';

const HOSTS_MAX = 4;
const SIMULATIONS_MAX = 100;

export interface SimulationEvent {
  readonly simulation: Simulation;
  readonly event: HostEvent;
}

export interface SimulationChange extends ModelChange {
  readonly simulation: Simulation;
}

export class Simulations implements Disposable {
  private readonly listed: Simulation[] = [];
  private begun = 0;
  private readonly changes = new Emitter<SimulationChange>();
  private readonly events = new Emitter<SimulationEvent>();
  private readonly lists = new Emitter<{ readonly removed: readonly Simulation[] }>();

  readonly onChange = this.changes.event;
  readonly onEvent = this.events.event;
  /** Simulations were added or removed. */
  readonly onList = this.lists.event;

  constructor(private readonly needs: SimulationNeeds) {}

  get all(): readonly Simulation[] {
    return this.listed;
  }

  /** The one that commands are about when nobody points at another: the newest live one. */
  get current(): Simulation | undefined {
    return this.listed.findLast(({ model }) => model.isLive) ?? this.listed.at(-1);
  }

  byId(id: number): Simulation | undefined {
    return this.listed.find((one) => one.id === id);
  }

  run(title: string, options: RunOptions): { simulation: Simulation; begun: Promise<void> } {
    const simulation = this.add({ title });
    return { simulation, begun: simulation.begin({ kind: 'run', options }) };
  }

  serve(
    title: string,
    host: PortHost,
    options: ServeOptions,
  ): { simulation: Simulation; begun: Promise<void> } {
    const simulation = this.add({ title });
    return { simulation, begun: simulation.serve(host, options) };
  }

  branch(
    from: Simulation,
    fault: JsonObject,
    options: { readonly record?: string; readonly paceMs: number },
  ): { simulation: Simulation; begun: Promise<void> } {
    const { recording } = from.model;
    // The newest fault stands first: a side bar cuts off the end, which branches of one run share.
    const { base } = from;
    const earlier = from.title.slice(base.length);
    const title = `${base} · ${faultInWords(fault)}${earlier}`;
    const simulation = this.add({ title, base, parent: from.id });
    const begun = simulation.begin({
      kind: 'branch',
      options: { ...(recording === undefined ? {} : { recording }), faults: [fault], ...options },
    });
    return { simulation, begun };
  }

  /** Opens a recording; one that is listed already is not opened twice. */
  open(title: string, recording: string): { simulation: Simulation; begun: Promise<void> } {
    const known = this.listed.find(({ model }) => model.recording === recording);
    if (known !== undefined) return { simulation: known, begun: Promise.resolve() };
    const simulation = this.add({ title });
    return { simulation, begun: simulation.begin({ kind: 'open', recording }) };
  }

  /** Lists what a debug session runs. */
  attach(title: string, host: Host, recording: string | undefined): Simulation {
    const simulation = this.add({ title, debugged: true });
    simulation.model.recording = recording;
    simulation.adopt(host);
    return simulation;
  }

  /** Removes those that have ended, or one. */
  clear(one?: Simulation): void {
    this.remove(
      this.listed.filter((each) => (one === undefined ? !each.model.isLive : each === one)),
    );
  }

  dispose(): void {
    for (const simulation of this.listed) simulation.dispose();
    this.listed.length = 0;
    this.changes.dispose();
    this.events.dispose();
    this.lists.dispose();
  }

  private add(identity: Omit<SimulationIdentity, 'id'>): Simulation {
    this.makeRoom();
    const simulation = new Simulation({ id: ++this.begun, ...identity }, this.needs);
    this.listed.push(simulation);
    simulation.onChange((change) => {
      this.changes.fire({ simulation, ...change });
      if (change.all && !simulation.model.isLive) this.letHostsGo(simulation);
    });
    simulation.onEvent((event) => this.events.fire({ simulation, event }));
    this.lists.fire({ removed: [] });
    return simulation;
  }

  private makeRoom(): void {
    if (this.listed.length < SIMULATIONS_MAX) return;
    const oldest = this.listed.find(({ model }) => !model.isLive) ?? this.listed[0];
    if (oldest !== undefined) this.remove([oldest]);
  }

  /** @param latest has just been opened, for somebody who looks at it */
  private letHostsGo(latest: Simulation): void {
    const ended = this.listed.filter(({ model, hasHost, isDriven }) => {
      return hasHost && !model.isLive && !isDriven && model.recording !== undefined;
    });
    const others = ended.filter((simulation) => simulation !== latest);
    for (const simulation of others.slice(0, Math.max(0, ended.length - HOSTS_MAX))) {
      void simulation.letGo();
    }
  }

  private remove(gone: readonly Simulation[]): void {
    for (const simulation of gone) {
      this.listed.splice(this.listed.indexOf(simulation), 1);
      simulation.dispose();
    }
    if (gone.length > 0) this.lists.fire({ removed: gone });
  }
}
