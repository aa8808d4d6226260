import type { Environment, OutputStream } from './node/terminal.ts';

/** What a command has to do with the process that it runs in. */
export interface CommandIo {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Environment;
  /** The working directory, absolute. */
  readonly folder: string;
  /** Where the bundles are, absolute. */
  readonly distFolder: string;
}
