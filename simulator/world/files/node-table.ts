import { assert } from '../../kernel/assert.ts';
import { FileContent } from './file-content.ts';
import { FileError, type InodeId, ROOT_INODE } from './file-store.ts';
import type { PathLimits, Place } from './path-walk.ts';
import {
  cloneNode,
  countedBytes,
  type DirectoryNode,
  type FileNode,
  newDirectory,
  newFile,
  newSymlink,
  type SymlinkNode,
  type TreeNode,
} from './tree-nodes.ts';

export interface TreeLimits extends PathLimits {
  /** Bytes that all files with a name hold together; more is `nospc`. */
  readonly bytesMax: number;
  /** The same for open files without a name; past it the oldest go `stale`. */
  readonly orphanBytesMax: number;
  readonly orphansMax: number;
  /** Length of one file, holes included; more is `fbig`. */
  readonly fileBytesMax: number;
  readonly inodesMax: number;
  /** Names of one file; more is `mlink`. */
  readonly linksMax: number;
}

export const TREE_LIMITS: TreeLimits = {
  bytesMax: 256 * 1024 * 1024,
  orphanBytesMax: 64 * 1024 * 1024,
  orphansMax: 8192,
  fileBytesMax: 2 ** 40,
  inodesMax: 1_000_000,
  linksMax: 65_000,
  nameBytesMax: 255,
  pathBytesMax: 4096,
  symlinksMax: 40,
};

/**
 * The inodes of a tree, their numbers, and what they use of the limits. Callers have checked what
 * POSIX says about paths; each method here checks limits first and then changes everything.
 *
 * N1: every entry of a directory names a node of the table, and counts in its `links`.
 * N2: a node without links is here only while it is open, or its store never closes (orphans).
 * N3: `usedBytes` is what all nodes with links count, `orphanBytes` what those without count.
 */
export class NodeTable {
  readonly nodes = new Map<InodeId, TreeNode>();
  readonly limits: TreeLimits;
  private lastInode: number = ROOT_INODE;
  private usedBytes = 0;
  private orphanBytes = 0;
  /** Nodes without links, the one that lost them first in front. */
  private readonly orphans = new Set<InodeId>();

  constructor(limits: TreeLimits, now: bigint) {
    this.limits = limits;
    this.nodes.set(ROOT_INODE, newDirectory(ROOT_INODE, now, ROOT_INODE));
  }

  clone(): NodeTable {
    const copy = new NodeTable(this.limits, 0n);
    for (const [inode, node] of this.nodes) copy.nodes.set(inode, cloneNode(node));
    copy.lastInode = this.lastInode;
    copy.usedBytes = this.usedBytes;
    copy.orphanBytes = this.orphanBytes;
    for (const inode of this.orphans) copy.orphans.add(inode);
    return copy;
  }

  get(inode: InodeId): TreeNode {
    const node = this.nodes.get(inode);
    if (node === undefined) {
      throw new FileError('stale', `inode ${inode} was removed and is no longer kept`);
    }
    return node;
  }

  directory(inode: InodeId): DirectoryNode {
    const node = this.get(inode);
    if (node.type !== 'directory') {
      throw new FileError('notdir', `inode ${inode} is not a directory`);
    }
    return node;
  }

  file(inode: InodeId): FileNode {
    const node = this.get(inode);
    if (node.type === 'directory') {
      throw new FileError('isdir', `inode ${inode} is a directory`);
    }
    if (node.type === 'symlink') {
      throw new FileError('inval', `inode ${inode} is a symbolic link`);
    }
    return node;
  }

  /** Whether `directory` is `ancestor` or lies below it. */
  isInside(directory: DirectoryNode, ancestor: TreeNode): boolean {
    for (let node = directory; ; node = this.directory(node.parent)) {
      if (node === ancestor) return true;
      if (node.inode === node.parent) return false;
    }
  }

  /** Checks that `length` bytes at `offset` lie within the largest file. */
  offset(offset: bigint | number, length: number): number {
    if (offset > this.limits.fileBytesMax || Number(offset) + length > this.limits.fileBytesMax) {
      throw new FileError('fbig', `a file holds at most ${this.limits.fileBytesMax} bytes`);
    }
    return Number(offset);
  }

  /** Checks that a run of bytes is not longer than everything that can be stored. */
  mustFit(bytes: number): void {
    if (bytes > this.limits.bytesMax) throw this.full();
  }

  /** Takes room for `bytes` more in `file`, which are about to be stored there. */
  grow(file: FileNode, bytes: number): void {
    if (file.links > 0) {
      if (this.usedBytes + bytes > this.limits.bytesMax) throw this.full();
      this.usedBytes += bytes;
      return;
    }
    if (this.orphanBytes + bytes > this.limits.orphanBytesMax) {
      this.evictOrphans(bytes, file.inode);
      if (this.orphanBytes + bytes > this.limits.orphanBytesMax) throw this.full();
    }
    this.orphanBytes += bytes;
  }

  resize(file: FileNode, content: FileContent, size: number): void {
    const before = content.counted;
    content.resize(size);
    const freed = before - content.counted;
    if (file.links > 0) this.usedBytes -= freed;
    else this.orphanBytes -= freed;
  }

  addFile(
    parent: DirectoryNode,
    name: string,
    now: bigint,
    content: FileNode['content'] = new FileContent(),
  ): FileNode {
    return this.add(parent, name, newFile(this.nextInode(parent), now, content));
  }

  addDirectory(parent: DirectoryNode, name: string, now: bigint): DirectoryNode {
    const node = newDirectory(this.nextInode(parent), now, parent.inode);
    parent.links++;
    return this.add(parent, name, node);
  }

  addSymlink(parent: DirectoryNode, name: string, target: string, now: bigint): SymlinkNode {
    return this.add(parent, name, newSymlink(this.nextInode(parent), now, target));
  }

  addLink(parent: DirectoryNode, name: string, node: TreeNode, now: bigint): void {
    mustBeAlive(parent);
    if (node.links >= this.limits.linksMax) {
      throw new FileError('mlink', `a file has at most ${this.limits.linksMax} names`);
    }
    parent.entries.set(name, node.inode);
    node.links++;
    node.changedNanos = now;
    touch(parent, now);
  }

  /** Takes one name away; the node stays while it is open. */
  remove(parent: DirectoryNode, name: string, node: TreeNode, now: bigint): void {
    parent.entries.delete(name);
    touch(parent, now);
    this.unnamed(parent, node, now);
  }

  /** Renames `node`; whatever holds the new name loses it. */
  move(source: Place, target: Place, node: TreeNode, now: bigint): void {
    mustBeAlive(target.parent);
    source.parent.entries.delete(source.name);
    target.parent.entries.set(target.name, node.inode);
    if (target.node !== undefined) this.unnamed(target.parent, target.node, now);
    if (node.type === 'directory') {
      source.parent.links--;
      target.parent.links++;
      node.parent = target.parent.inode;
    }
    node.changedNanos = now;
    touch(source.parent, now);
    touch(target.parent, now);
  }

  closed(inode: InodeId): void {
    // An orphan that was evicted has nothing left to close.
    const node = this.nodes.get(inode);
    if (node === undefined) return;
    if (node.opens > 0) node.opens--;
    if (node.links === 0 && node.opens === 0) this.forget(node);
  }

  /** The number for a new node below `parent`, once all limits allow one. */
  private nextInode(parent: DirectoryNode): InodeId {
    mustBeAlive(parent);
    if (this.nodes.size >= this.limits.inodesMax) throw this.full();
    return ++this.lastInode as InodeId;
  }

  private add<N extends TreeNode>(parent: DirectoryNode, name: string, node: N): N {
    this.nodes.set(node.inode, node);
    parent.entries.set(name, node.inode);
    touch(parent, node.changedNanos);
    return node;
  }

  private unnamed(parent: DirectoryNode, node: TreeNode, now: bigint): void {
    node.changedNanos = now;
    if (node.type === 'directory') {
      parent.links--;
      node.links = 0;
    } else node.links--;
    if (node.links > 0) return;
    const bytes = countedBytes(node);
    this.usedBytes -= bytes;
    this.orphanBytes += bytes;
    this.orphans.add(node.inode);
    if (node.opens === 0) this.forget(node);
    else this.evictOrphans(0, node.inode);
  }

  /** Forgets the oldest orphans, but not `spared`, until `bytes` more are within the limit. */
  private evictOrphans(bytes: number, spared: InodeId): void {
    for (const inode of this.orphans) {
      const isWithin = this.orphanBytes + bytes <= this.limits.orphanBytesMax;
      if (isWithin && this.orphans.size <= this.limits.orphansMax) return;
      if (inode !== spared) this.forget(this.get(inode));
    }
  }

  private forget(node: TreeNode): void {
    assert(node.links === 0, 'only a node without a name is forgotten');
    this.orphans.delete(node.inode);
    this.orphanBytes -= countedBytes(node);
    this.nodes.delete(node.inode);
  }

  private full(): FileError {
    const { bytesMax, inodesMax } = this.limits;
    return new FileError('nospc', `full: at most ${bytesMax} bytes and ${inodesMax} files`);
  }
}

function mustBeAlive(directory: DirectoryNode): void {
  if (directory.links === 0) throw new FileError('noent', 'the directory has been removed');
}

function touch(directory: DirectoryNode, now: bigint): void {
  directory.modifiedNanos = now;
  directory.changedNanos = now;
}
