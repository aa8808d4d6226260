import type { WorkflowConfig } from '../config/config.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { MemoryTree } from '../world/files/memory-tree.ts';

/** A private mount: a copy of real files, the same at the beginning of every attempt. */
export interface ImageMount {
  readonly kind: 'image';
  readonly path: string;
  readonly tree: MemoryTree;
  readonly readOnly: boolean;
}

/** A mount of one of the world's volumes. */
export interface VolumeMount {
  readonly kind: 'volume';
  readonly path: string;
  readonly volume: string;
  readonly readOnly: boolean;
}

/** A workflow ready to run: its settings with everything that they name loaded. */
export interface Workflow {
  readonly config: WorkflowConfig;
  readonly program: GuestProgram;
  /** The bytes of standard input that are there from the start. */
  readonly stdin: Uint8Array;
  /** False leaves standard input open for more. */
  readonly stdinEnds: boolean;
  readonly mounts: readonly (ImageMount | VolumeMount)[];
}
