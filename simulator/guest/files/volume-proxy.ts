import * as files from '../../effects/files.ts';
import type { EffectPort, EffectValue, Operation } from '../../effects/operation.ts';
import {
  type DirectoryEntry,
  FileError,
  type FileStat,
  type FileStore,
  type FileType,
  type InodeId,
  type OpenHow,
  ROOT_INODE,
  type TimeChange,
  type WrittenBytes,
} from '../../world/files/file-store.ts';

/** A mounted volume as the guest's side sees it: every method is an effect. */
export class VolumeProxy implements FileStore {
  readonly root = ROOT_INODE;
  readonly readOnly = false;

  constructor(
    private readonly port: EffectPort,
    private readonly volume: string,
  ) {}

  /** The same volume, its effects going through another port of the same attempt. */
  through(port: EffectPort): VolumeProxy {
    return new VolumeProxy(port, this.volume);
  }

  open(directory: InodeId, path: string, how: OpenHow): { inode: InodeId; type: FileType } {
    const { followLast, create, exclusive, directory: isDirectory, truncate } = how;
    // Arguments are hashed as text, so the order of their keys must not depend on the caller.
    const ordered = { followLast, create, exclusive, directory: isDirectory, truncate };
    const args = { volume: this.volume, directory, path, how: ordered };
    const { inode, type } = this.perform(files.volumeOpen, args);
    return { inode: inode as InodeId, type };
  }

  /** A volume keeps removed files for a while by itself: its programs may die at any time. */
  close(_inode: InodeId): void {}

  read(inode: InodeId, offset: bigint, length: number): Uint8Array {
    const args = { volume: this.volume, inode, offset: offset.toString(), length };
    return this.perform(files.volumeRead, args).body;
  }

  write(inode: InodeId, offset: bigint | 'append', bytes: Uint8Array): bigint {
    let { end, length } = this.writeSome(inode, offset, bytes);
    while (length < bytes.length) {
      const at = offset === 'append' ? offset : end;
      const more = this.writeSome(inode, at, bytes.subarray(length));
      if (more.length === 0) throw new FileError('io', 'the volume writes nothing more');
      end = more.end;
      length += more.length;
    }
    return end;
  }

  writeSome(inode: InodeId, offset: bigint | 'append', bytes: Uint8Array): WrittenBytes {
    const args = { volume: this.volume, inode, offset: offset.toString(), body: bytes };
    const { end, length = bytes.length } = this.perform(files.volumeWrite, args);
    return { end: BigInt(end), length };
  }

  stat(inode: InodeId): FileStat {
    return statFrom(this.perform(files.volumeStat, { volume: this.volume, inode }));
  }

  statPath(directory: InodeId, path: string, followLast: boolean): FileStat {
    const args = { volume: this.volume, directory, path, followLast };
    return statFrom(this.perform(files.volumeStatPath, args));
  }

  setSize(inode: InodeId, size: bigint): void {
    this.perform(files.volumeSetSize, { volume: this.volume, inode, size: size.toString() });
  }

  allocate(inode: InodeId, offset: bigint, length: bigint): void {
    const range = { offset: offset.toString(), length: length.toString() };
    this.perform(files.volumeAllocate, { volume: this.volume, inode, ...range });
  }

  setTimes(inode: InodeId, accessed: TimeChange, modified: TimeChange): void {
    const times = { accessed: accessed.toString(), modified: modified.toString() };
    this.perform(files.volumeSetTimes, { volume: this.volume, inode, ...times });
  }

  setTimesPath(
    directory: InodeId,
    path: string,
    followLast: boolean,
    accessed: TimeChange,
    modified: TimeChange,
  ): void {
    const times = { accessed: accessed.toString(), modified: modified.toString() };
    const args = { volume: this.volume, directory, path, followLast, ...times };
    this.perform(files.volumeSetTimesPath, args);
  }

  readDirectory(directory: InodeId): readonly DirectoryEntry[] {
    const args = { volume: this.volume, inode: directory };
    const { entries } = this.perform(files.volumeReadDirectory, args);
    return entries.map(({ name, inode, type }) => ({ name, inode: inode as InodeId, type }));
  }

  parent(directory: InodeId): InodeId {
    const args = { volume: this.volume, inode: directory };
    return this.perform(files.volumeParent, args).inode as InodeId;
  }

  createDirectory(directory: InodeId, path: string): void {
    this.perform(files.volumeCreateDirectory, { volume: this.volume, directory, path });
  }

  removeDirectory(directory: InodeId, path: string): void {
    this.perform(files.volumeRemoveDirectory, { volume: this.volume, directory, path });
  }

  unlink(directory: InodeId, path: string): void {
    this.perform(files.volumeUnlink, { volume: this.volume, directory, path });
  }

  rename(from: InodeId, fromPath: string, to: InodeId, toPath: string): void {
    this.perform(files.volumeRename, { volume: this.volume, from, fromPath, to, toPath });
  }

  link(from: InodeId, fromPath: string, followLast: boolean, to: InodeId, toPath: string): void {
    const args = { volume: this.volume, from, fromPath, to, toPath, followLast };
    this.perform(files.volumeLink, args);
  }

  symlink(target: string, directory: InodeId, path: string): void {
    this.perform(files.volumeSymlink, { volume: this.volume, directory, path, target });
  }

  readLink(directory: InodeId, path: string): string {
    return this.perform(files.volumeReadLink, { volume: this.volume, directory, path }).target;
  }

  sync(inode: InodeId): void {
    this.perform(files.volumeSync, { volume: this.volume, inode });
  }

  private perform<A extends EffectValue, R extends EffectValue>(
    operation: Operation<A, files.VolumeResult<R>>,
    args: A,
  ): R {
    const result = this.port.effect(operation, args);
    if ('errno' in result) throw new FileError(result.errno, result.message);
    return result;
  }
}

function statFrom(result: files.StatResult): FileStat {
  return {
    inode: result.inode as InodeId,
    type: result.type,
    links: result.links,
    size: BigInt(result.size),
    accessedNanos: BigInt(result.accessedNanos),
    modifiedNanos: BigInt(result.modifiedNanos),
    changedNanos: BigInt(result.changedNanos),
  };
}
