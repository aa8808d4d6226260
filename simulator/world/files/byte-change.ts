/** What an operation is about to do to the bytes of a file. */
import {
  type PathArgs,
  type VolumeOpenArgs,
  type VolumeSizeArgs,
  type VolumeWriteArgs,
  volumeOpen,
  volumeSetSize,
  volumeWrite,
} from '../../effects/files.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { FileError, type FileStore, type InodeId } from './file-store.ts';

export interface ByteChange {
  readonly inode: InodeId;
  readonly sizeBefore: number;
  /** The first byte that may change, and the one after the last. */
  readonly from: number;
  readonly to: number;
  /** The file is cut to this length or made as long. */
  readonly resizedTo?: number;
}

/** Undefined when it changes no bytes, or cannot. */
export function byteChangeOf(
  store: FileStore,
  name: string,
  args: EffectValue,
): ByteChange | undefined {
  try {
    return CHANGES[name]?.(store, args);
  } catch (error) {
    // The operation itself will say what is wrong.
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

type Change = (store: FileStore, args: EffectValue) => ByteChange | undefined;

const CHANGES: Readonly<Record<string, Change>> = {
  [volumeWrite.name]: (store, args) => {
    const { inode, offset, body } = args as VolumeWriteArgs;
    const sizeBefore = sizeOf(store, inode as InodeId);
    const from = offset === 'append' ? sizeBefore : Number(offset);
    return { inode: inode as InodeId, sizeBefore, from, to: from + body.length };
  },
  [volumeSetSize.name]: (store, args) => {
    const { inode, size } = args as VolumeSizeArgs;
    return resized(store, inode as InodeId, Number(size));
  },
  [volumeOpen.name]: (store, args) => {
    const { directory, path, how } = args as VolumeOpenArgs & PathArgs;
    if (!how.truncate) return undefined;
    const { inode } = store.statPath(directory as InodeId, path, how.followLast);
    return resized(store, inode, 0);
  },
};

function resized(store: FileStore, inode: InodeId, size: number): ByteChange {
  const sizeBefore = sizeOf(store, inode);
  return { inode, sizeBefore, from: Math.min(size, sizeBefore), to: sizeBefore, resizedTo: size };
}

function sizeOf(store: FileStore, inode: InodeId): number {
  return Number(store.stat(inode).size);
}
