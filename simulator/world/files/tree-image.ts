import { FileContent } from './file-content.ts';
import { ROOT_INODE } from './file-store.ts';
import type { NodeTable } from './node-table.ts';
import { contentOf, type DirectoryNode } from './tree-nodes.ts';

/**
 * One thing to put into a tree. Paths are relative to the root, without `.` and `..`; missing
 * directories above are made. Bytes are not copied and must not change; they may be fetched on
 * first use instead.
 */
export type ImageEntry =
  | { readonly path: string; readonly type: 'directory' }
  | { readonly path: string; readonly type: 'symlink'; readonly target: string }
  | {
      readonly path: string;
      readonly type: 'file';
      readonly bytes: Uint8Array | (() => Uint8Array);
    };

/** An image that no tree can be made of. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code = 'bad-image';
}

/** Fills a tree. Throws ImageError for a bad path, and for one that is taken. */
export function plantImage(table: NodeTable, image: readonly ImageEntry[], now: bigint): void {
  for (const entry of image) {
    const names = namesOf(entry.path);
    const last = names.pop();
    let parent = table.directory(ROOT_INODE);
    for (const name of names) parent = directoryIn(table, parent, name, entry.path, now);
    if (entry.type === 'directory') {
      if (last !== undefined) directoryIn(table, parent, last, entry.path, now);
      continue;
    }
    if (last === undefined || parent.entries.has(last)) {
      throw new ImageError(`the image has ${entry.path} twice`);
    }
    if (entry.type === 'symlink') table.addSymlink(parent, last, entry.target, now);
    else {
      const { bytes } = entry;
      table.addFile(parent, last, now, typeof bytes === 'function' ? bytes : FileContent.of(bytes));
    }
  }
}

/** Holes are filled in an image, so a sparse file can be too large for one. */
const IMAGE_FILE_BYTES_MAX = 1024 * 1024 * 1024;

/**
 * Everything in a tree, parents first; a file with two names is there twice. Throws ImageError for
 * a file of over 1 GiB.
 */
export function imageOf(table: NodeTable): ImageEntry[] {
  const image: ImageEntry[] = [];
  const visit = (directory: DirectoryNode, prefix: string): void => {
    for (const [name, inode] of directory.entries) {
      const node = table.get(inode);
      const path = prefix + name;
      if (node.type === 'directory') {
        image.push({ path, type: 'directory' });
        visit(node, `${path}/`);
      } else if (node.type === 'symlink') {
        image.push({ path, type: 'symlink', target: node.target });
      } else {
        const content = contentOf(node);
        if (content.size > IMAGE_FILE_BYTES_MAX) {
          throw new ImageError(`${path} is too large for an image: ${content.size} bytes`);
        }
        image.push({ path, type: 'file', bytes: content.read(0, content.size) });
      }
    }
  };
  visit(table.directory(ROOT_INODE), '');
  return image;
}

function namesOf(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  if (names.some((name) => name === '.' || name === '..' || name.includes('\0'))) {
    throw new ImageError(`the image's path ${path} must not hold ., .. or a zero byte`);
  }
  return names;
}

function directoryIn(
  table: NodeTable,
  parent: DirectoryNode,
  name: string,
  path: string,
  now: bigint,
): DirectoryNode {
  const inode = parent.entries.get(name);
  if (inode === undefined) return table.addDirectory(parent, name, now);
  const node = table.get(inode);
  if (node.type !== 'directory') {
    throw new ImageError(`the image's path ${path}: ${name} is not a directory`);
  }
  return node;
}
