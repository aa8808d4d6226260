import {
  type InodeArgs,
  type PathArgs,
  type VolumeFailure,
  type VolumeOpenArgs,
  type VolumeReadArgs,
  volumeCreateDirectory,
  volumeLink,
  volumeOpen,
  volumeSymlink,
  volumeSync,
} from '../../effects/files.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { byteChangeOf } from './byte-change.ts';
import { FileError, type FileStore, type InodeId } from './file-store.ts';
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
    const { args: done = args, told } = disturbance;
    const { store } = this;
    if (this.isFull && needsRoom(store, name, done)) {
      const failure: VolumeFailure = { errno: 'nospc', message: `${this.name} is full` };
      return failure;
    }
    const change = byteChangeOf(store, name, done);
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
