/** The flags of wasi:filesystem, as the glue gives and takes them. */
import type { FileStore, OpenHow } from '../../../world/files/file-store.ts';

export interface DescriptorFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly fileIntegritySync?: boolean;
  readonly dataIntegritySync?: boolean;
  readonly requestedWriteSync?: boolean;
  readonly mutateDirectory?: boolean;
}

export interface PathFlags {
  readonly symlinkFollow?: boolean;
}

export interface OpenFlags {
  readonly create?: boolean;
  readonly directory?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
}

/** What a directory can do, with what the program asked for besides. */
export function directoryFlags(store: FileStore, flags: DescriptorFlags): DescriptorFlags {
  return { ...flags, read: true, write: false, mutateDirectory: !store.readOnly };
}

export function fileFlags(flags: DescriptorFlags): DescriptorFlags {
  return { ...flags, mutateDirectory: false };
}

/** What open-at refuses below a directory that must not be changed. */
export function asksForChange(how: OpenHow, flags: DescriptorFlags): boolean {
  return (how.create || how.truncate || flags.write || flags.mutateDirectory) === true;
}
