import type { Operation } from '../../effects/operation.ts';
import type { OutputArgs, OutputResult } from '../../effects/stdio.ts';
import type { DirectoryEntry, FileStore, InodeId } from '../../world/files/file-store.ts';
import { GuestError } from './guest-error.ts';
import { rightNames } from './rights.ts';

/** Open descriptors at one time; more is `mfile`. */
export const DESCRIPTORS_MAX = 4096;

interface DescriptorBase {
  rightsBase: number;
  rightsInheriting: number;
  /** fdflags of the ABI. */
  flags: number;
}

export interface StdinDescriptor extends DescriptorBase {
  readonly kind: 'stdin';
}

export interface OutputDescriptor extends DescriptorBase {
  readonly kind: 'output';
  readonly operation: Operation<OutputArgs, OutputResult>;
}

export interface FileDescriptor extends DescriptorBase {
  readonly kind: 'file';
  readonly store: FileStore;
  readonly inode: InodeId;
  offset: bigint;
}

export interface DirectoryDescriptor extends DescriptorBase {
  readonly kind: 'directory';
  readonly store: FileStore;
  readonly inode: InodeId;
  /** The guest's name for a directory that was open from the start. */
  readonly preopenPath: string | undefined;
  /** What fd_readdir goes through since it was last asked to begin. */
  listing: readonly DirectoryEntry[] | undefined;
}

export interface ListenerDescriptor extends DescriptorBase {
  readonly kind: 'listener';
  readonly listener: string;
}

export interface ConnectionDescriptor extends DescriptorBase {
  readonly kind: 'connection';
  readonly connection: string;
}

export type Descriptor =
  | StdinDescriptor
  | OutputDescriptor
  | FileDescriptor
  | DirectoryDescriptor
  | ListenerDescriptor
  | ConnectionDescriptor;

/** The guest's open descriptors, by number. A new one takes the lowest free number. */
export class DescriptorTable {
  private readonly slots: (Descriptor | undefined)[] = [];
  private readonly countMax: number;

  constructor(countMax: number) {
    this.countMax = countMax;
  }

  /** Throws `badf` when there is none, and `notcapable` when it lacks any of `rights`. */
  get(fd: number, rights = 0): Descriptor {
    const descriptor = this.slots[fd >>> 0];
    if (descriptor === undefined) throw new GuestError('badf', `descriptor ${fd} is not open`);
    if ((rights & ~descriptor.rightsBase) !== 0) throw lacks(fd, rights & ~descriptor.rightsBase);
    return descriptor;
  }

  directory(fd: number, rights: number): DirectoryDescriptor {
    const descriptor = this.get(fd);
    if (descriptor.kind !== 'directory') {
      throw new GuestError('notdir', `descriptor ${fd} is not a directory`);
    }
    if ((rights & ~descriptor.rightsBase) !== 0) throw lacks(fd, rights & ~descriptor.rightsBase);
    return descriptor;
  }

  add(descriptor: Descriptor): number {
    const fd = this.lowestFree();
    this.slots[fd] = descriptor;
    return fd;
  }

  /** Throws `mfile` when nothing more can be opened. To be asked before anything is opened. */
  mustHaveRoom(): void {
    this.lowestFree();
  }

  close(fd: number): void {
    const descriptor = this.get(fd);
    this.slots[fd >>> 0] = undefined;
    release(descriptor);
  }

  /** Moves an open descriptor onto another open one, which is closed. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (moved === replaced) return;
    this.slots[to >>> 0] = moved;
    this.slots[from >>> 0] = undefined;
    release(replaced);
  }

  private lowestFree(): number {
    let fd = 0;
    while (this.slots[fd] !== undefined) fd++;
    if (fd >= this.countMax) {
      throw new GuestError('mfile', `${this.countMax} descriptors are open already`);
    }
    return fd;
  }
}

function release(descriptor: Descriptor): void {
  if (descriptor.kind === 'file') descriptor.store.close(descriptor.inode);
  // What was open from the start was not opened through its store.
  if (descriptor.kind === 'directory' && descriptor.preopenPath === undefined) {
    descriptor.store.close(descriptor.inode);
  }
}

function lacks(fd: number, rights: number): GuestError {
  return new GuestError('notcapable', `descriptor ${fd} lacks ${rightNames(rights)}`);
}
