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
} from './file-store.ts';
import { NodeTable, TREE_LIMITS, type TreeLimits } from './node-table.ts';
import { type LastLink, type Place, walk } from './path-walk.ts';
import { type ImageEntry, imageOf, plantImage } from './tree-image.ts';
import { contentOf, type DirectoryNode, statOf, type TreeNode } from './tree-nodes.ts';

export interface MemoryTreeOptions {
  /** Wall-clock nanoseconds since 1970, for timestamps; the tree's only source of time. */
  readonly now: () => bigint;
  readonly readOnly?: boolean;
  readonly limits?: Partial<TreeLimits>;
  /** What is there from the start. It does not count against `bytesMax` until it is changed. */
  readonly image?: readonly ImageEntry[];
}

/**
 * A tree of files in memory with POSIX semantics. Reading does not move the access time, so that
 * only operations that change something change anything.
 *
 * M1: an operation that throws has changed nothing.
 * M2: inode numbers grow and are never used twice.
 * M3: `..` never leads above the directory that a path starts from.
 */
export class MemoryTree implements FileStore {
  readonly root = ROOT_INODE;
  readonly readOnly: boolean;
  private readonly now: () => bigint;
  private readonly table: NodeTable;

  constructor(options: MemoryTreeOptions, table?: NodeTable) {
    this.now = options.now;
    this.readOnly = options.readOnly ?? false;
    this.table = table ?? new NodeTable(limitsWith(options.limits), this.now());
    if (options.image !== undefined) plantImage(this.table, options.image, this.now());
  }

  /** An independent tree with the same files, numbers and limits; bytes are copied on write. */
  clone(options: Pick<MemoryTreeOptions, 'now' | 'readOnly'>): MemoryTree {
    return new MemoryTree(options, this.table.clone());
  }

  /** Everything with a name, as an image that another tree can start from. */
  image(): ImageEntry[] {
    return imageOf(this.table);
  }

  open(directory: InodeId, path: string, how: OpenHow): { inode: InodeId; type: FileType } {
    const place = this.place(directory, path, lastLinkOf(path, how));
    const node = how.create ? this.openOrCreate(place, path, how) : existing(place, path);
    if (node.type !== 'directory' && (how.directory || place.slash)) throw notDirectory(path);
    if (node.type === 'symlink') throw new FileError('loop', `${path} is a symbolic link`);
    if (how.truncate) {
      if (node.type === 'directory') throw isDirectory(path);
      this.setSize(node.inode, 0n);
    }
    node.opens++;
    return { inode: node.inode, type: node.type };
  }

  close(inode: InodeId): void {
    this.table.closed(inode);
  }

  read(inode: InodeId, offset: bigint, length: number): Uint8Array {
    const content = contentOf(this.table.file(inode));
    if (offset >= BigInt(content.size)) return new Uint8Array(0);
    return content.read(Number(offset), length);
  }

  write(inode: InodeId, offset: bigint | 'append', bytes: Uint8Array): bigint {
    const file = this.table.file(inode);
    this.mustBeWritable();
    const content = contentOf(file);
    const start = this.table.offset(offset === 'append' ? content.size : offset, bytes.length);
    if (bytes.length === 0) return BigInt(start);
    this.table.grow(file, content.growth(start, bytes.length));
    content.write(start, bytes);
    this.touch(file);
    return BigInt(start + bytes.length);
  }

  stat(inode: InodeId): FileStat {
    return statOf(this.table.get(inode));
  }

  statPath(directory: InodeId, path: string, followLast: boolean): FileStat {
    return statOf(this.find(directory, path, followLast));
  }

  setSize(inode: InodeId, size: bigint): void {
    const file = this.table.file(inode);
    this.mustBeWritable();
    const length = this.table.offset(size, 0);
    const content = contentOf(file);
    this.table.resize(file, content, length);
    this.touch(file);
  }

  allocate(inode: InodeId, offset: bigint, length: bigint): void {
    const file = this.table.file(inode);
    this.mustBeWritable();
    if (length === 0n) throw new FileError('inval', 'nothing to allocate: the length is 0');
    const start = this.table.offset(offset, 0);
    const count = this.table.offset(length, 0);
    this.table.offset(offset, count);
    const content = contentOf(file);
    // Checked before the growth is worked out, so that a huge range costs nothing.
    this.table.mustFit(count);
    this.table.grow(file, content.growth(start, count));
    content.reserve(start, count);
    this.touch(file);
  }

  setTimes(inode: InodeId, accessed: TimeChange, modified: TimeChange): void {
    this.changeTimes(this.table.get(inode), accessed, modified);
  }

  setTimesPath(
    directory: InodeId,
    path: string,
    followLast: boolean,
    accessed: TimeChange,
    modified: TimeChange,
  ): void {
    this.changeTimes(this.find(directory, path, followLast), accessed, modified);
  }

  readDirectory(directory: InodeId): readonly DirectoryEntry[] {
    const entries: DirectoryEntry[] = [];
    for (const [name, inode] of this.table.directory(directory).entries) {
      entries.push({ name, inode, type: this.table.get(inode).type });
    }
    return entries;
  }

  parent(directory: InodeId): InodeId {
    return this.table.directory(directory).parent;
  }

  createDirectory(directory: InodeId, path: string): void {
    const place = this.place(directory, path, 'name');
    if (place.node !== undefined) throw exists(path);
    this.mustBeWritable();
    this.table.addDirectory(place.parent, place.name, this.now());
  }

  removeDirectory(directory: InodeId, path: string): void {
    const place = this.place(directory, path, 'name');
    if (place.name === '.') throw new FileError('inval', `${path} ends with a dot`);
    if (place.name === '..') throw notEmpty(path);
    this.mustBeWritable();
    const node = existing(place, path);
    if (node.type !== 'directory') throw notDirectory(path);
    if (node.entries.size > 0) throw notEmpty(path);
    this.table.remove(place.parent, place.name, node, this.now());
  }

  unlink(directory: InodeId, path: string): void {
    const place = this.place(directory, path, 'name');
    if (place.name === '.' || place.name === '..') throw isDirectory(path);
    this.mustBeWritable();
    const node = existing(place, path);
    if (node.type === 'directory') throw isDirectory(path);
    if (place.slash) throw notDirectory(path);
    this.table.remove(place.parent, place.name, node, this.now());
  }

  rename(from: InodeId, fromPath: string, to: InodeId, toPath: string): void {
    const source = this.place(from, fromPath, 'name');
    const target = this.place(to, toPath, 'name');
    for (const { name } of [source, target]) {
      if (name === '.' || name === '..') {
        throw new FileError('busy', `a path that ends with ${name} cannot be renamed`);
      }
    }
    this.mustBeWritable();
    const node = existing(source, fromPath);
    if (node.type !== 'directory' && (source.slash || target.slash)) {
      throw notDirectory(source.slash ? fromPath : toPath);
    }
    if (this.table.isInside(target.parent, node)) {
      throw new FileError('inval', `${fromPath} cannot be moved into itself`);
    }
    if (target.node !== undefined) {
      if (target.node === node) return;
      this.mustBeReplaceable(source.parent, node, target.node, toPath);
    }
    this.table.move(source, target, node, this.now());
  }

  link(from: InodeId, fromPath: string, followLast: boolean, to: InodeId, toPath: string): void {
    const node = this.find(from, fromPath, followLast);
    const target = this.place(to, toPath, 'name');
    mustBeNew(target, toPath);
    this.mustBeWritable();
    if (node.type === 'directory') {
      throw new FileError('perm', `${fromPath} is a directory, which has one name only`);
    }
    this.table.addLink(target.parent, target.name, node, this.now());
  }

  symlink(target: string, directory: InodeId, path: string): void {
    if (target === '') throw new FileError('noent', 'the target of the symbolic link is empty');
    const place = this.place(directory, path, 'name');
    mustBeNew(place, path);
    this.mustBeWritable();
    this.table.addSymlink(place.parent, place.name, target, this.now());
  }

  readLink(directory: InodeId, path: string): string {
    const node = this.find(directory, path, false);
    if (node.type !== 'symlink') throw new FileError('inval', `${path} is not a symbolic link`);
    return node.target;
  }

  sync(inode: InodeId): void {
    this.table.get(inode);
  }

  private place(directory: InodeId, path: string, last: LastLink): Place {
    const start: DirectoryNode = this.table.directory(directory);
    return walk(this.table.nodes, this.table.limits, start, path, last);
  }

  private find(directory: InodeId, path: string, followLast: boolean): TreeNode {
    const place = this.place(directory, path, followLast ? 'follow' : 'keep');
    const node = existing(place, path);
    if (place.slash && node.type !== 'directory') throw notDirectory(path);
    return node;
  }

  private openOrCreate(place: Place, path: string, how: OpenHow): TreeNode {
    if (how.directory) {
      throw new FileError('inval', `${path}: open does not create directories`);
    }
    if (place.slash && place.name !== '.' && place.name !== '..') throw isDirectory(path);
    if (place.node === undefined) {
      this.mustBeWritable();
      return this.table.addFile(place.parent, place.name, this.now());
    }
    if (how.exclusive) throw exists(path);
    if (place.node.type === 'directory') throw isDirectory(path);
    return place.node;
  }

  private mustBeReplaceable(
    sourceParent: DirectoryNode,
    node: TreeNode,
    replaced: TreeNode,
    path: string,
  ): void {
    if (this.table.isInside(sourceParent, replaced)) throw notEmpty(path);
    if (node.type === 'directory') {
      if (replaced.type !== 'directory') throw notDirectory(path);
      if (replaced.entries.size > 0) throw notEmpty(path);
    } else if (replaced.type === 'directory') throw isDirectory(path);
  }

  private mustBeWritable(): void {
    if (this.readOnly) throw new FileError('rofs', 'these files are read-only');
  }

  private touch(node: TreeNode): void {
    node.modifiedNanos = this.now();
    node.changedNanos = node.modifiedNanos;
  }

  private changeTimes(node: TreeNode, accessed: TimeChange, modified: TimeChange): void {
    this.mustBeWritable();
    if (accessed === 'keep' && modified === 'keep') return;
    const now = this.now();
    if (accessed !== 'keep') node.accessedNanos = accessed === 'now' ? now : accessed;
    if (modified !== 'keep') node.modifiedNanos = modified === 'now' ? now : modified;
    node.changedNanos = now;
  }
}

function limitsWith(limits: Partial<TreeLimits> | undefined): TreeLimits {
  return limits === undefined ? TREE_LIMITS : { ...TREE_LIMITS, ...limits };
}

/** A name that must be new is not followed, and one that ends with a slash is refused first. */
function lastLinkOf(path: string, how: OpenHow): LastLink {
  if (how.create && (how.exclusive || path.endsWith('/'))) return 'name';
  return how.followLast ? 'follow' : 'keep';
}

function existing(place: Place, path: string): TreeNode {
  if (place.node === undefined) throw new FileError('noent', `${path} does not exist`);
  return place.node;
}

function mustBeNew(place: Place, path: string): void {
  if (place.node !== undefined) throw exists(path);
  if (place.slash) throw new FileError('noent', `${path} does not exist`);
}

function exists(path: string): FileError {
  return new FileError('exist', `${path} exists already`);
}

function notDirectory(path: string): FileError {
  return new FileError('notdir', `${path} is not a directory`);
}

function isDirectory(path: string): FileError {
  return new FileError('isdir', `${path} is a directory`);
}

function notEmpty(path: string): FileError {
  return new FileError('notempty', `${path} is not empty`);
}
