/** What an engine is made of, and whoever drives it. */
import type { WorldConfig } from '../config/config.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { FaultInjector } from '../faults/injector.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { AnyOperation, Seq } from '../journal/entry.ts';
import type { RecordingSink } from '../journal/records.ts';
import type { Choices } from '../kernel/choices.ts';
import type { Volume } from '../world/files/volume.ts';
import type { Network } from '../world/network.ts';
import type { SimulatedNode } from '../world/node.ts';
import type { Service } from '../world/service.ts';
import type { Agenda } from './agenda.ts';
import type { Attempt } from './attempt.ts';
import type { Execution } from './execution.ts';
import type { JournalStore } from './journal-store.ts';
import type { PatchesSetup } from './patches.ts';
import type { RealRequests } from './real-requests.ts';
import type { Workflow } from './workflow.ts';

/** What whoever drives the engine hears and decides while guests run. */
export interface EngineDriver {
  /** Called before an effect is performed, inside the guest's call; true puts the guest aside. */
  stopsBefore(attempt: Attempt, seq: Seq, operation: AnyOperation, args: EffectValue): boolean;
  /** Called now and then while a guest with probes computes; true puts it aside. */
  stopsWithin(attempt: Attempt, tick: number): boolean;
  /** Called where an input can come in: between happenings. */
  takeInputs(): void;
  onStopped(attempt: Attempt): void;
  /** The attempt's guest is put on the stack. */
  onTurn(attempt: Attempt): void;
  onEnded(execution: Execution): void;
}

export interface EngineParts {
  readonly world: WorldConfig;
  readonly agenda: Agenda;
  readonly choices: Choices;
  readonly network: Network;
  readonly faults: FaultInjector;
  readonly sink: RecordingSink;
  readonly store: JournalStore;
  readonly nodes: readonly SimulatedNode[];
  readonly services: readonly Service[];
  readonly volumes: ReadonlyMap<string, Volume>;
  readonly driver: EngineDriver;
  readonly real: RealRequests;
  readonly patches: PatchesSetup;
  /** What faults can deploy, by how plans name it. */
  readonly programs: ReadonlyMap<string, GuestProgram>;
  /** What can be started by name: by a request, or by another execution. */
  readonly workflowFor: (name: string) => Workflow | undefined;
}
