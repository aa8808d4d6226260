import type { OutcomeAnswer } from '../engine/http-exchange.ts';
import type { FaultPlan } from '../faults/fault.ts';
import type { InputRow } from '../journal/records.ts';
import type { Choice } from '../kernel/choices.ts';
import type { HostRecording } from './host-environment.ts';
import type { LoadedSimulation } from './loaded-simulation.ts';
import type { PartedRecording } from './parted-recording.ts';
import type { RealPace } from './real-pace.ts';
import type { ServingFeed } from './serving-feed.ts';
import type { ServiceLoader } from './simulation-run.ts';

/** What a live simulation is begun with. */
export interface LiveSetup {
  readonly loaded: LoadedSimulation;
  readonly plan: FaultPlan;
  readonly loadService: ServiceLoader;
  readonly recording: HostRecording | undefined;
  /** The same recording, where it may go on in another part. */
  readonly parts?: Pick<PartedRecording, 'watch' | 'limitParts' | 'endIfLong'>;
  readonly paceMs: number;
  readonly paused: boolean;
  /** Whether clients want to hear what changes. */
  readonly changes: boolean;
  readonly answer: OutcomeAnswer | undefined;
  readonly choices?: readonly Choice[];
  readonly inputs?: readonly InputRow[];
  /** Outputs of each execution that were shown before, and are not to be shown again. */
  readonly shown?: ReadonlyMap<string, number>;
  /** Its executions are started by clients, so it never ends by itself. */
  readonly serving?: ServingFeed;
  /** Services whose real hosts may be asked. */
  readonly realServices: ReadonlySet<string>;
  /** The real time that waits take; they take none without it. */
  readonly pace?: RealPace;
}
