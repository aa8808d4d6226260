import {
  type InodeArgs,
  type PathArgs,
  type VolumeFailure,
  type VolumeOpenArgs,
  type VolumeReadArgs,
  type VolumeSizeArgs,
  type VolumeWriteArgs,
  volumeCreateDirectory,
  volumeLink,
  volumeOpen,
  volumeSetSize,
  volumeSymlink,
  volumeSync,
  volumeWrite,
} from '../../effects/files.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { type ByteChange, byteChangeOf } from './byte-change.ts';
import { FileError, type FileStore, type InodeId } from './file-store.ts';
import { type Landing, landingOf, type Misdirection } from './misdirected-write.ts';
import { RecentWrites, replacedBy } from './recent-writes.ts';
import { UnsyncedWrites } from './unsynced-writes.ts';
import { mutatesStore, performOnStore } from './volume-operations.ts';

/** Results that a volume remembers; a call sent again after that many others is done anew. */
export const REMEMBERED_RESULTS_MAX = 1024;

/** The part of an operation that names it. */
interface Named {
  readonly name: string;
}

/** What faults make of an operation. */
export interface Disturbance {
  /** What is done in place of what was asked for. */
  readonly args?: EffectValue;
  /** What the program is told in place of the result, which is no failure. */
  readonly told?: (result: EffectValue) => EffectValue;
  /** Where a write goes. */
  readonly misdirected?: Misdirected;
}

export interface Misdirected extends Misdirection {
  /** Hears where it landed; undefined for outside of any file. */
  readonly onLanding: (landing: Landing | undefined) => void;
}

/**
 * A disk that is shared by whatever mounts it. It outlives attempts and nodes.
 *
 * V1: a change that is sent again with the same key is not made again; it gets its first result,
 * as from the duplicate request cache of an NFS server (RFC 1813, section 4.6).
 */
export class Volume {
  /** Nothing more fits in. */
  isFull = false;
  private readonly results = new Map<string, EffectValue>();
  private readonly recent = new RecentWrites();
  private readonly unsynced = new UnsyncedWrites();

  constructor(
    readonly name: string,
    readonly store: FileStore,
  ) {}

  /**
   * Does an operation of effects/files.ts. Its own failures are part of the result; throws only
   * InvariantError, for an operation that volumes do not have.
   */
  perform(
    operation: Named,
    args: EffectValue,
    key: string | undefined,
    disturbance: Disturbance = {},
  ): EffectValue {
    if (key === undefined || !this.mutates(operation, args)) {
      return this.performNow(operation, args, disturbance);
    }
    const remembered = this.results.get(key);
    if (remembered !== undefined) return remembered;
    const result = this.performNow(operation, args, disturbance);
    this.results.set(key, result);
    for (const oldest of this.results.keys()) {
      if (this.results.size <= REMEMBERED_RESULTS_MAX) break;
      this.results.delete(oldest);
    }
    return result;
  }

  /** Whether the operation could change the volume; without arguments, whether it ever could. */
  mutates(operation: Named, args?: EffectValue): boolean {
    return mutatesStore(operation.name, args);
  }

  /** A `volume.read` that does not see so many of the latest changes of its file. */
  readBefore(changes: number, { inode, offset, length }: VolumeReadArgs): EffectValue {
    const content = this.recent.before(this.store, inode as InodeId, changes);
    const from = Number(offset);
    return { body: content.slice(from, from + length) };
  }

  /** Its server crashes and is there again; gives how many files have lost something. */
  loseUnsynced(): number {
    return this.unsynced.lose(this.store);
  }

  private performNow({ name }: Named, args: EffectValue, disturbance: Disturbance): EffectValue {
    const { args: done = args, told, misdirected } = disturbance;
    const { store } = this;
    if (this.isFull && needsRoom(store, name, done)) {
      const failure: VolumeFailure = { errno: 'nospc', message: `${this.name} is full` };
      return failure;
    }
    const change = byteChangeOf(store, name, done);
    if (misdirected !== undefined && change !== undefined && name === volumeWrite.name) {
      const result = this.misdirect(change, done as VolumeWriteArgs, misdirected);
      return 'errno' in result || told === undefined ? result : told(result);
    }
    const replaced = change && replacedBy(store, change);
    // One that fails changes nothing, and then what is kept is as it is.
    if (change !== undefined) this.unsynced.note(store, change);
    const result = performOnStore(store, name, done);
    if ('errno' in result) return result;
    if (replaced !== undefined) this.recent.note(replaced);
    else if (change !== undefined) this.recent.forget(change.inode);
    if (name === volumeSync.name) this.unsynced.synced((done as InodeArgs).inode as InodeId);
    return told === undefined ? result : told(result);
  }

  /** What is written lands elsewhere; its file grows as if it had not. */
  private misdirect(
    change: ByteChange,
    { body }: VolumeWriteArgs,
    { onLanding, ...misdirection }: Misdirected,
  ): EffectValue {
    const { inode, to, sizeBefore } = change;
    const landing = landingOf(this.store, change, body, misdirection);
    const failure = landing && this.land(landing);
    if (failure !== undefined) return failure;
    const sizeNow = Number(this.store.stat(inode).size);
    if (to > Math.max(sizeBefore, sizeNow)) {
      const grown: VolumeSizeArgs = { volume: this.name, inode, size: `${to}` };
      const result = this.performNow(volumeSetSize, grown, {});
      if ('errno' in result) return result;
    }
    onLanding(landing);
    const told: { end: string } = { end: `${to}` };
    return told;
  }

  /** Gives how it failed, if it did. */
  private land({ inode, path, offset, bytes }: Landing): EffectValue | undefined {
    const { modifiedNanos } = this.store.stat(inode);
    const landed: VolumeWriteArgs = {
      ...{ volume: this.name, inode },
      ...{ offset: `${offset}`, body: bytes },
    };
    const result = this.performNow(volumeWrite, landed, {});
    if ('errno' in result) return result;
    // Nobody knows that another file was written to.
    if (path !== undefined) this.store.setTimes(inode, 'keep', modifiedNanos);
    return undefined;
  }
}

const ADDING_NAMES: ReadonlySet<string> = new Set([
  volumeCreateDirectory.name,
  volumeLink.name,
  volumeSymlink.name,
]);

/** Whether an operation takes room that it has not got. */
function needsRoom(store: FileStore, name: string, args: EffectValue): boolean {
  if (ADDING_NAMES.has(name)) return true;
  if (name === volumeOpen.name) return createsFile(store, args as VolumeOpenArgs);
  const change = byteChangeOf(store, name, args);
  return change !== undefined && change.resizedTo === undefined && change.to > change.sizeBefore;
}

function createsFile(
  store: FileStore,
  { directory, path, how }: VolumeOpenArgs & PathArgs,
): boolean {
  if (!how.create) return false;
  try {
    store.statPath(directory as InodeId, path, how.followLast);
    return false;
  } catch (error) {
    if (error instanceof FileError) return error.code === 'noent';
    throw error;
  }
}
