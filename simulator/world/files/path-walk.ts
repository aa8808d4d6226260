import { FileError, type InodeId } from './file-store.ts';
import { type DirectoryNode, type TreeNode, utf8Length } from './tree-nodes.ts';

export interface PathLimits {
  readonly nameBytesMax: number;
  readonly pathBytesMax: number;
  /** Symbolic links followed in one walk; more is a loop. */
  readonly symlinksMax: number;
}

/** How the last name of a path is treated when it is a symbolic link. */
export type LastLink =
  /** Followed. */
  | 'follow'
  /** Followed only when a slash comes after it, as lstat does. */
  | 'keep'
  /** Never followed: the name itself is about to be made, moved or removed. */
  | 'name';

/** Where a path leads. */
export interface Place {
  /** The directory that holds, or would hold, `name`. */
  readonly parent: DirectoryNode;
  /** `.` and `..` when the path ends with them, and then `node` is that directory. */
  readonly name: string;
  readonly node: TreeNode | undefined;
  /** A slash came after the last name. */
  readonly slash: boolean;
}

/**
 * Resolves `path` from `start` as POSIX does, but never above `start`: absolute paths, and `..`
 * or symbolic links that lead above it, are `notcapable` (the sandbox rule of WASI preview 1).
 */
export function walk(
  nodes: ReadonlyMap<InodeId, TreeNode>,
  limits: PathLimits,
  start: DirectoryNode,
  path: string,
  last: LastLink,
): Place {
  if (path === '') throw new FileError('noent', 'the path is empty');
  checkPath(path, limits);
  const trail = [start];
  // The names still to go, the next one at the end.
  const pending = path.split('/').reverse();
  let slash = dropTrailingSlashes(pending);
  let symlinksLeft = limits.symlinksMax;
  for (;;) {
    const name = pending.pop();
    const parent = trail[trail.length - 1] as DirectoryNode;
    if (name === undefined) return { parent, name: '.', node: parent, slash };
    const isLast = pending.length === 0;
    if (name === '' || name === '.') {
      if (isLast) return { parent, name: '.', node: parent, slash };
      continue;
    }
    if (name === '..') {
      if (trail.length === 1) throw escaped(path);
      trail.pop();
      if (isLast) {
        const directory = trail[trail.length - 1] as DirectoryNode;
        return { parent: directory, name, node: directory, slash };
      }
      continue;
    }
    checkName(name, limits);
    const node = childOf(nodes, parent, name);
    const isFollowed = !isLast || last === 'follow' || (last === 'keep' && slash);
    if (node?.type === 'symlink' && isFollowed) {
      if (symlinksLeft-- === 0) throw new FileError('loop', `too many symbolic links: ${path}`);
      if (node.target.startsWith('/')) throw escaped(path);
      const target = node.target.split('/').reverse();
      const targetSlash = dropTrailingSlashes(target);
      if (isLast) slash ||= targetSlash;
      // Every symbolic link adds at most one path's worth of names, so this stays bounded.
      pending.push(...target);
      continue;
    }
    if (isLast) return { parent, name, node, slash };
    if (node === undefined) throw new FileError('noent', `${path}: ${name} does not exist`);
    if (node.type !== 'directory') {
      throw new FileError('notdir', `${path}: ${name} is not a directory`);
    }
    trail.push(node);
  }
}

export function childOf(
  nodes: ReadonlyMap<InodeId, TreeNode>,
  directory: DirectoryNode,
  name: string,
): TreeNode | undefined {
  const inode = directory.entries.get(name);
  return inode === undefined ? undefined : nodes.get(inode);
}

/** Takes the empty names at the front of a reversed list away; says whether there were any. */
function dropTrailingSlashes(reversed: string[]): boolean {
  let count = 0;
  while (count < reversed.length - 1 && reversed[count] === '') count++;
  reversed.splice(0, count);
  return count > 0;
}

function checkPath(path: string, limits: PathLimits): void {
  if (path.startsWith('/')) throw escaped(path);
  if (path.length > limits.pathBytesMax || utf8Length(path) > limits.pathBytesMax) {
    throw new FileError('nametoolong', `the path is over ${limits.pathBytesMax} bytes long`);
  }
  if (path.includes('\0')) throw new FileError('inval', 'the path holds a zero byte');
}

function checkName(name: string, limits: PathLimits): void {
  if (name.length > limits.nameBytesMax || utf8Length(name) > limits.nameBytesMax) {
    throw new FileError('nametoolong', `${name} is over ${limits.nameBytesMax} bytes long`);
  }
}

function escaped(path: string): FileError {
  return new FileError('notcapable', `${path} leads out of the directory that was opened`);
}
