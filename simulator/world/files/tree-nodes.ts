import { FileContent } from './file-content.ts';
import type { FileStat, InodeId } from './file-store.ts';

interface NodeBase {
  readonly inode: InodeId;
  /** Names that lead here; 0 once it is removed but still open. */
  links: number;
  /** Opens that were not closed yet. */
  opens: number;
  accessedNanos: bigint;
  modifiedNanos: bigint;
  changedNanos: bigint;
}

export interface FileNode extends NodeBase {
  readonly type: 'file';
  /** Bytes of an image may be fetched on first use. */
  content: FileContent | (() => Uint8Array);
}

export interface DirectoryNode extends NodeBase {
  readonly type: 'directory';
  /** The root is its own parent. */
  parent: InodeId;
  readonly entries: Map<string, InodeId>;
}

export interface SymlinkNode extends NodeBase {
  readonly type: 'symlink';
  readonly target: string;
}

export type TreeNode = FileNode | DirectoryNode | SymlinkNode;

/** Links of an empty directory: its name and its `.`. */
const DIRECTORY_LINKS = 2;

// Written out one by one: spreading common fields makes a new tree several times slower.
export function newFile(inode: InodeId, now: bigint, content: FileNode['content']): FileNode {
  return {
    type: 'file',
    inode,
    links: 1,
    opens: 0,
    accessedNanos: now,
    modifiedNanos: now,
    changedNanos: now,
    content,
  };
}

export function newDirectory(inode: InodeId, now: bigint, parent: InodeId): DirectoryNode {
  return {
    type: 'directory',
    inode,
    links: DIRECTORY_LINKS,
    opens: 0,
    accessedNanos: now,
    modifiedNanos: now,
    changedNanos: now,
    parent,
    entries: new Map(),
  };
}

export function newSymlink(inode: InodeId, now: bigint, target: string): SymlinkNode {
  return {
    type: 'symlink',
    inode,
    links: 1,
    opens: 0,
    accessedNanos: now,
    modifiedNanos: now,
    changedNanos: now,
    target,
  };
}

export function contentOf(file: FileNode): FileContent {
  if (file.content instanceof FileContent) return file.content;
  const content = FileContent.of(file.content());
  file.content = content;
  return content;
}

/** Bytes that the node counts against its store's limit, without fetching anything. */
export function countedBytes(node: TreeNode): number {
  return node.type === 'file' && node.content instanceof FileContent ? node.content.counted : 0;
}

export function statOf(node: TreeNode): FileStat {
  return {
    inode: node.inode,
    type: node.type,
    links: node.links,
    size: BigInt(sizeOf(node)),
    accessedNanos: node.accessedNanos,
    modifiedNanos: node.modifiedNanos,
    changedNanos: node.changedNanos,
  };
}

function sizeOf(node: TreeNode): number {
  switch (node.type) {
    case 'file':
      return contentOf(node).size;
    case 'symlink':
      return utf8Length(node.target);
    case 'directory':
      return 0;
  }
}

export function cloneNode(node: TreeNode): TreeNode {
  switch (node.type) {
    case 'file':
      return {
        ...node,
        content: node.content instanceof FileContent ? node.content.clone() : node.content,
      };
    case 'directory':
      return { ...node, entries: new Map(node.entries) };
    case 'symlink':
      return { ...node };
  }
}

/** The length of a text in UTF-8, which is what limits on names are counted in. */
export function utf8Length(text: string): number {
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && index + 1 < text.length) {
      // A surrogate pair is two units here and four bytes there.
      length += 2;
      index++;
    } else length += 2;
  }
  return length;
}
