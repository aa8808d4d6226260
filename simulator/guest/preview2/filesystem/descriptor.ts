import {
  type DirectoryEntry,
  FileError,
  type FileStore,
  type FileType,
  type InodeId,
  writeSome,
} from '../../../world/files/file-store.ts';
import type { Devices } from '../../files/devices.ts';
import { knownOffset, linkPath, openPath, renamePath } from '../../files/file-calls.ts';
import { InputStream, OutputStream } from '../streams.ts';
import type { TimerPort } from '../timer.ts';
import {
  asksForChange,
  type DescriptorFlags,
  directoryFlags,
  fileFlags,
  type OpenFlags,
  type PathFlags,
} from './descriptor-flags.ts';
import { DirectoryEntryStream } from './directory-entry-stream.ts';
import { withErrorCode } from './error-code.ts';
import {
  DESCRIPTOR_TYPE,
  type DescriptorStat,
  type DescriptorType,
  descriptorStat,
  type MetadataHash,
  metadataHash,
  type NewTimestamp,
  timeChange,
} from './file-stat.ts';
import { FileSink, FileSource } from './file-streams.ts';
import { OpenNode, type OpenNodes } from './open-node.ts';

/** What the descriptors of one program share. */
export interface FilesHost {
  readonly port: TimerPort;
  readonly devices: Devices;
  readonly nodes: OpenNodes;
}

/**
 * Bytes of one read, however many the program asks for: it may name more than its memory holds, and
 * a file with holes has them.
 */
const READ_BYTES_MAX = 16 * 1024 * 1024;

/**
 * An open file or directory of wasi:filesystem.
 *
 * D1: a file is read and written only as its flags say.
 * D2: a directory can be listed, and changed where its store allows changes. Programs built for
 *     preview 1 open directories without `mutate-directory` and create files in them, so that flag
 *     is passed on from the directory they were opened from.
 */
export class Descriptor {
  constructor(
    private readonly host: FilesHost,
    private readonly node: OpenNode,
    private readonly type: FileType,
    private readonly flags: DescriptorFlags,
  ) {}

  readViaStream(offset: bigint): InputStream {
    return withErrorCode(() => {
      const node = this.readable();
      const source = new FileSource(node, knownOffset(offset));
      node.hold();
      return new InputStream(this.host.port, source);
    });
  }

  writeViaStream(offset: bigint): OutputStream {
    return withErrorCode(() => this.outputFrom(knownOffset(offset)));
  }

  appendViaStream(): OutputStream {
    return withErrorCode(() => this.outputFrom('append'));
  }

  /** Advice changes nothing that a program could see. */
  advise(): void {
    withErrorCode(() => this.file());
  }

  syncData(): void {
    this.sync();
  }

  sync(): void {
    const { store, inode } = this.node;
    withErrorCode(() => store.sync(inode));
  }

  getFlags(): DescriptorFlags {
    return this.flags;
  }

  getType(): DescriptorType {
    return DESCRIPTOR_TYPE[this.type];
  }

  setSize(size: bigint): void {
    withErrorCode(() => {
      const { store, inode } = this.writable();
      store.setSize(inode, size);
    });
  }

  setTimes(accessed: NewTimestamp, modified: NewTimestamp): void {
    const { store, inode } = this.node;
    withErrorCode(() => store.setTimes(inode, timeChange(accessed), timeChange(modified)));
  }

  /** The bytes, and whether the file ends with them. */
  read(length: bigint, offset: bigint): [Uint8Array, boolean] {
    return withErrorCode(() => {
      const { store, inode } = this.readable();
      const count = length > BigInt(READ_BYTES_MAX) ? READ_BYTES_MAX : Number(length);
      const bytes = store.read(inode, knownOffset(offset), count);
      return [bytes, bytes.length < count];
    });
  }

  write(bytes: Uint8Array, offset: bigint): bigint {
    return withErrorCode(() => {
      const { store, inode } = this.writable();
      const { length } = writeSome(store, inode, knownOffset(offset), bytes);
      if (this.isSynchronised) store.sync(inode);
      return BigInt(length);
    });
  }

  readDirectory(): DirectoryEntryStream {
    return withErrorCode(() => {
      const { store, inode } = this.directory();
      const entries: readonly DirectoryEntry[] = store.readDirectory(inode);
      return new DirectoryEntryStream(entries);
    });
  }

  createDirectoryAt(path: string): void {
    withErrorCode(() => {
      const { store, inode } = this.directory();
      store.createDirectory(inode, path);
    });
  }

  stat(): DescriptorStat {
    const { store, inode } = this.node;
    return withErrorCode(() => descriptorStat(store.stat(inode)));
  }

  statAt({ symlinkFollow = false }: PathFlags, path: string): DescriptorStat {
    return withErrorCode(() => {
      const { store, inode } = this.directory();
      return descriptorStat(store.statPath(inode, path, symlinkFollow));
    });
  }

  setTimesAt(
    { symlinkFollow = false }: PathFlags,
    path: string,
    accessed: NewTimestamp,
    modified: NewTimestamp,
  ): void {
    withErrorCode(() => {
      const { store, inode } = this.directory();
      const times = [timeChange(accessed), timeChange(modified)] as const;
      store.setTimesPath(inode, path, symlinkFollow, ...times);
    });
  }

  linkAt(
    { symlinkFollow = false }: PathFlags,
    oldPath: string,
    newDescriptor: Descriptor,
    newPath: string,
  ): void {
    withErrorCode(() => {
      linkPath(this.directory(), oldPath, symlinkFollow, newDescriptor.directory(), newPath);
    });
  }

  openAt(
    { symlinkFollow = false }: PathFlags,
    path: string,
    openFlags: OpenFlags,
    flags: DescriptorFlags,
  ): Descriptor {
    return withErrorCode(() => {
      const directory = this.directory();
      const { create = false, exclusive = false, truncate = false } = openFlags;
      const isDirectory = openFlags.directory ?? false;
      const how = {
        followLast: symlinkFollow,
        create,
        exclusive,
        truncate,
        directory: isDirectory,
      };
      this.host.nodes.mustHaveRoom();
      const { store } = directory;
      const opened = openPath(directory, path, how, flags.write === true);
      if (store.readOnly && asksForChange(how, flags)) {
        store.close(opened.inode);
        throw new FileError('rofs', `${path} would be opened to be changed, and is read-only`);
      }
      return this.opened(store, opened, flags);
    });
  }

  readlinkAt(path: string): string {
    return withErrorCode(() => {
      const { store, inode } = this.directory();
      const target = store.readLink(inode, path);
      if (target.startsWith('/')) throw absolute(target);
      return target;
    });
  }

  removeDirectoryAt(path: string): void {
    withErrorCode(() => {
      const { store, inode } = this.directory();
      store.removeDirectory(inode, path);
    });
  }

  renameAt(oldPath: string, newDescriptor: Descriptor, newPath: string): void {
    withErrorCode(() => {
      renamePath(this.directory(), oldPath, newDescriptor.directory(), newPath);
    });
  }

  symlinkAt(oldPath: string, newPath: string): void {
    withErrorCode(() => {
      const { store, inode } = this.directory();
      if (oldPath.startsWith('/')) throw absolute(oldPath);
      store.symlink(oldPath, inode, newPath);
    });
  }

  unlinkFileAt(path: string): void {
    withErrorCode(() => {
      const { store, inode } = this.directory();
      store.unlink(inode, path);
    });
  }

  isSameObject(other: Descriptor): boolean {
    return this.node.store === other.node.store && this.node.inode === other.node.inode;
  }

  metadataHash(): MetadataHash {
    const { store, inode } = this.node;
    return withErrorCode(() => this.hashOf(store, store.stat(inode)));
  }

  metadataHashAt({ symlinkFollow = false }: PathFlags, path: string): MetadataHash {
    return withErrorCode(() => {
      const { store, inode } = this.directory();
      return this.hashOf(store, store.statPath(inode, path, symlinkFollow));
    });
  }

  [Symbol.dispose](): void {
    this.node.release();
  }

  private get isSynchronised(): boolean {
    const { fileIntegritySync, dataIntegritySync, requestedWriteSync } = this.flags;
    return (fileIntegritySync || dataIntegritySync || requestedWriteSync) === true;
  }

  private outputFrom(offset: bigint | 'append'): OutputStream {
    const node = this.writable();
    const sink = new FileSink(node, offset, this.isSynchronised);
    node.hold();
    return new OutputStream(this.host.port, sink);
  }

  private opened(
    store: FileStore,
    { inode, type }: { readonly inode: InodeId; readonly type: FileType },
    flags: DescriptorFlags,
  ): Descriptor {
    const node = new OpenNode(store, inode, this.host.nodes);
    const shown = type === 'directory' ? directoryFlags(store, flags) : fileFlags(flags);
    return new Descriptor(this.host, node, type, shown);
  }

  private hashOf(store: FileStore, stat: ReturnType<FileStore['stat']>): MetadataHash {
    return metadataHash(this.host.devices.numberOf(store), stat);
  }

  private directory(): OpenNode {
    if (this.type === 'directory') return this.node;
    throw new FileError('notdir', 'the descriptor is not a directory');
  }

  private file(): OpenNode {
    if (this.type === 'file') return this.node;
    throw new FileError('isdir', 'the descriptor is a directory');
  }

  private readable(): OpenNode {
    const node = this.file();
    if (this.flags.read) return node;
    throw new FileError('badf', 'the descriptor was not opened for reading');
  }

  private writable(): OpenNode {
    const node = this.file();
    if (this.flags.write) return node;
    throw new FileError('badf', 'the descriptor was not opened for writing');
  }
}

function absolute(target: string): FileError {
  return new FileError('notcapable', `${target} leads out of the directory that was opened`);
}
