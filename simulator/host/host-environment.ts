import type { CheckProgram } from '../checks/user-check.ts';
import type { WorldConfig } from '../config/config.ts';
import type { FaultPlan } from '../faults/fault.ts';
import type { ComponentTranspiler } from '../guest/component/transpiled-component.ts';
import type { RecordingSource } from '../journal/recording-files.ts';
import type { RecordingSink } from '../journal/records.ts';
import type { SqlLoader } from '../journal/sql-engine.ts';
import type { ImageEntry } from '../world/files/tree-image.ts';
import type { ServiceSource } from '../world/service-source.ts';
import type { LoadedSimulation, LoadedWorkflow } from './loaded-simulation.ts';
import type { HostEvent, ProblemReport, RunTarget } from './protocol.ts';
import type { ServiceLoader } from './simulation-run.ts';
import type { RealWorld } from './upstream-real.ts';

/** A recording that is being written to its place. */
export interface HostRecording extends RecordingSink {
  /** Folds it into one SQLite file; throws RecordingError. */
  close(): Promise<void>;
  /** Lets go at once; the log keeps everything that was flushed. */
  leave(): void;
  /** How much its log has grown to; 0 before it is begun. */
  readonly logBytes: number;
}

export interface LoadedTarget {
  readonly loaded: LoadedSimulation;
  /** The plan that the configuration names. */
  readonly plan: FaultPlan;
  /** Its file, absolute; undefined when there is none. */
  readonly planFile?: string | undefined;
  /** Real directories by the volumes that were made of them, for writing back. */
  readonly mountedFolders: ReadonlyMap<string, string>;
  /** The module of checks that the configuration names, absolute. */
  readonly checks: string | undefined;
}

/** What a host needs of the machine it runs on. */
export interface HostEnvironment {
  readonly sql: SqlLoader;
  /** A transpiler that keeps what it makes in the workspace of a file, such as a recording. */
  transpilerFor(path: string): ComponentTranspiler;
  /** Makes services ready to be loaded; throws ServiceError. */
  serviceLoader(services: ReadonlyMap<string, ServiceSource>): Promise<ServiceLoader>;
  /**
   * Reads a module of checks and makes it ready; throws WorkspaceError and CheckError.
   *
   * @param areLimited whether each time that they are asked has a limit of time, which costs time
   */
  loadChecks(path: string, areLimited: boolean): Promise<CheckProgram>;
  /** Finds, builds and reads what is to run. */
  load(target: RunTarget, onProgress: (message: string) => void): Promise<LoadedTarget>;
  /** Reads and parses a fault plan; throws PlanError. */
  readPlan(path: string): Promise<FaultPlan>;
  /**
   * Reads and builds a module that replaces another.
   *
   * @param beside a file from whose folder a relative path goes; without one, the working directory
   */
  loadModule(path: string, like: LoadedWorkflow, beside?: string): Promise<LoadedWorkflow>;
  /** How a plan in a file names a module: relative to its folder, with slashes. */
  moduleName(path: string, planFile: string): string;
  /** What asks real hosts; without it, nobody real is asked. */
  readonly realWorld?: RealWorld;
  /** The real services of a recording whose hosts may be asked, by the configuration around it now. */
  permittedServices?(recording: string, world: WorldConfig): Promise<ReadonlySet<string>>;
  source(recording: string): RecordingSource;
  /** Reads a file of source code; undefined when it is not there, no file or too large. */
  readSource?(path: string): Uint8Array | undefined;
  /** Begins a recording, replacing one that is there. */
  record(recording: string): HostRecording;
  /** Folds a recording that nobody writes any more; throws RecordingError. */
  fold(recording: string): Promise<void>;
  /** Removes the parts after the first that an earlier recording had; throws RecordingError. */
  removeLaterParts(recording: string): void;
  /** Moves a finished recording over another. */
  replace(from: string, to: string): void;
  writeFiles(folder: string, files: readonly ImageEntry[]): void;
  /** Whether a request has come in that has not been taken yet; cheap. */
  hasRequests(): boolean;
  /**
   * Tells whoever watches that the host is alive and where: an execution, and the effect that it is
   * about to perform. Cheap.
   */
  beat(execution?: string, seq?: number): void;
  /** Real milliseconds, for deciding when to show something, and for waits that take real time. */
  now(): number;
  /** Calls `ring` once after so many real milliseconds, unless what it returns is called before. */
  alarm(milliseconds: number, ring: () => void): () => void;
  /** Lets requests come in. */
  yieldToRequests(): Promise<void>;
  sleep(milliseconds: number): Promise<void>;
  /** An error as people are to see it. */
  describe(error: unknown): ProblemReport;
  emit(event: HostEvent): void;
}
