import type { ShownOutput } from '../simulator/engine/journal-store.ts';
import { ChangeFeed } from '../simulator/host/change-feed.ts';
import type { LoadedSimulation } from '../simulator/host/loaded-simulation.ts';
import type { HostEvent, SimulationState } from '../simulator/host/protocol.ts';
import type { SimulationRun } from '../simulator/host/simulation-run.ts';
import type { RecordingSink } from '../simulator/journal/records.ts';
import type { Audience } from './debug-host.ts';

/**
 * Tells the clients of a host about a simulation that a debug session drives, as they hear of one
 * that the host itself drives.
 */
export class HostAudience implements Audience {
  private readonly feed: ChangeFeed;
  private run: SimulationRun | undefined;

  constructor(
    loaded: LoadedSimulation,
    private readonly emit: (event: HostEvent) => void,
    /** The host looks at this simulation from now on. */
    private readonly onBegin: (run: SimulationRun) => void = () => {},
  ) {
    this.feed = new ChangeFeed(loaded);
  }

  get sink(): RecordingSink {
    return this.feed.sink;
  }

  begin(run: SimulationRun): void {
    this.run = run;
    this.feed.watch(run.history);
    this.onBegin(run);
    this.refresh();
  }

  onOutput({ execution, seq, stream, bytes }: ShownOutput): void {
    this.emit({ kind: 'output', execution, seq, stream, bytes });
  }

  refresh(): void {
    const change = this.feed.take();
    if (change !== undefined) this.emit(change);
  }

  turn(state: SimulationState): void {
    this.refresh();
    if (this.run === undefined) return;
    this.emit({ kind: 'state', state, now: this.run.simulation.agenda.now });
  }
}
