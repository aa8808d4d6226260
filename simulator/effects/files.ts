import type { ErrnoName } from '../world/files/errno.ts';
import type { FileType, OpenHow } from '../world/files/file-store.ts';
import { jsonOperation } from './json-operation.ts';
import type { EffectValue } from './operation.ts';

/**
 * Operations on mounted volumes, one for each method of FileStore. Sizes, offsets and times are
 * decimal strings; bytes are the `body`. Keys are declared in the order they are written in.
 */

/** The operation failed as POSIX names it. */
export interface VolumeFailure {
  readonly errno: ErrnoName;
  readonly message: string;
  readonly body?: never;
}

export type VolumeResult<R extends EffectValue> = R | VolumeFailure;

/** Nothing to tell but that it is done. */
export type Done = Record<never, never>;

/** What every operation names: the volume, and an inode of it. */
export interface InodeArgs {
  readonly volume: string;
  readonly inode: number;
}

/** A path, and the directory that it starts from. */
export interface PathArgs {
  readonly volume: string;
  readonly directory: number;
  readonly path: string;
}

export interface LinkedPathArgs extends PathArgs {
  readonly followLast: boolean;
}

export interface VolumeOpenArgs extends PathArgs {
  readonly how: OpenHow;
}

export interface VolumeReadArgs extends InodeArgs {
  readonly offset: string;
  readonly length: number;
}

export interface VolumeWriteArgs extends InodeArgs {
  /** Decimal, or `append`. */
  readonly offset: string;
  readonly body: Uint8Array;
}

export interface VolumeSizeArgs extends InodeArgs {
  readonly size: string;
}

export interface VolumeAllocateArgs extends InodeArgs {
  readonly offset: string;
  readonly length: string;
}

/** Times to set: decimal nanoseconds, `now` or `keep`. */
export interface TimesFields {
  readonly accessed: string;
  readonly modified: string;
}

/** Two paths, each with the directory that it starts from. */
export interface TwoPathsArgs {
  readonly volume: string;
  readonly from: number;
  readonly fromPath: string;
  readonly to: number;
  readonly toPath: string;
}

export interface VolumeLinkArgs extends TwoPathsArgs {
  readonly followLast: boolean;
}

export interface VolumeSymlinkArgs extends PathArgs {
  readonly target: string;
}

export interface OpenedResult {
  readonly inode: number;
  readonly type: FileType;
}

export interface StatResult {
  readonly inode: number;
  readonly type: FileType;
  readonly links: number;
  readonly size: string;
  readonly accessedNanos: string;
  readonly modifiedNanos: string;
  readonly changedNanos: string;
}

export interface ReadDirectoryResult {
  readonly entries: readonly {
    readonly name: string;
    readonly inode: number;
    readonly type: FileType;
  }[];
}

function volumeOperation<A extends EffectValue, R extends EffectValue>(verb: string) {
  return jsonOperation<A, VolumeResult<R>>(`volume.${verb}`, 'call');
}

export const volumeOpen = volumeOperation<VolumeOpenArgs, OpenedResult>('open');
export const volumeRead = volumeOperation<VolumeReadArgs, { body: Uint8Array }>('read');
export interface VolumeWriteResult extends EffectValue {
  /** The offset after the last byte written. */
  readonly end: string;
  /** How many bytes were written, from the first on; left out when all were. */
  readonly length?: number;
}

export const volumeWrite = volumeOperation<VolumeWriteArgs, VolumeWriteResult>('write');
export const volumeStat = volumeOperation<InodeArgs, StatResult>('stat');
export const volumeStatPath = volumeOperation<LinkedPathArgs, StatResult>('stat-path');
export const volumeSetSize = volumeOperation<VolumeSizeArgs, Done>('set-size');
export const volumeAllocate = volumeOperation<VolumeAllocateArgs, Done>('allocate');
export const volumeSetTimes = volumeOperation<InodeArgs & TimesFields, Done>('set-times');
export const volumeSetTimesPath = volumeOperation<LinkedPathArgs & TimesFields, Done>(
  'set-times-path',
);
export const volumeReadDirectory = volumeOperation<InodeArgs, ReadDirectoryResult>(
  'read-directory',
);
export const volumeParent = volumeOperation<InodeArgs, { inode: number }>('parent');
export const volumeCreateDirectory = volumeOperation<PathArgs, Done>('create-directory');
export const volumeRemoveDirectory = volumeOperation<PathArgs, Done>('remove-directory');
export const volumeUnlink = volumeOperation<PathArgs, Done>('unlink');
export const volumeRename = volumeOperation<TwoPathsArgs, Done>('rename');
export const volumeLink = volumeOperation<VolumeLinkArgs, Done>('link');
export const volumeSymlink = volumeOperation<VolumeSymlinkArgs, Done>('symlink');
export const volumeReadLink = volumeOperation<PathArgs, { target: string }>('read-link');
export const volumeSync = volumeOperation<InodeArgs, Done>('sync');
