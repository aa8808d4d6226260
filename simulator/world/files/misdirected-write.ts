/**
 * Where a write lands that was meant for another place, as when a disk takes the wrong sector: what
 * is there is overwritten, and where it was meant to be all is as before. The length of its file is
 * as if it had been right, and so is its time.
 */
import { matchesGlob } from '../../kernel/glob.ts';
import type { ByteChange } from './byte-change.ts';
import type { FileStore, InodeId } from './file-store.ts';

/** Files of a volume among which one is drawn. */
export const DRAWN_FILES_MAX = 10_000;

export interface Misdirection {
  /** The paths of other files, a pattern; undefined for the same file. */
  readonly file: string | undefined;
  /** In bytes from the beginning of the file; undefined to draw it. */
  readonly offset: number | undefined;
  /** An integer from 0 to `bound`-1. */
  readonly draw: (bound: number) => number;
}

export interface Landing {
  readonly inode: InodeId;
  /** Undefined for the file that was meant. */
  readonly path: string | undefined;
  readonly offset: number;
  /** What lands within the file; the rest is outside of any. */
  readonly bytes: Uint8Array;
}

/** Undefined when it lands in no file: there is none like that, or no other place in it. */
export function landingOf(
  store: FileStore,
  { inode, from, to, sizeBefore }: ByteChange,
  written: Uint8Array,
  { file, offset, draw }: Misdirection,
): Landing | undefined {
  if (file === undefined) {
    const size = Math.max(sizeBefore, to);
    if (offset === undefined && size < 2) return undefined;
    const at = offset ?? besides(from, draw(size - 1));
    return landing({ inode, path: undefined, size }, at, written);
  }
  const others = filesOf(store).filter((each) => each.inode !== inode && each.size > 0);
  const fitting = others.filter(({ path }) => matchesGlob(file, path));
  if (fitting.length === 0) return undefined;
  const other = fitting[draw(fitting.length)] as StoredFile;
  return landing(other, offset ?? draw(other.size), written);
}

/** The number with this index among those that are not `taken`. */
function besides(taken: number, index: number): number {
  return index < taken ? index : index + 1;
}

interface StoredFile {
  readonly inode: InodeId;
  readonly path: string | undefined;
  readonly size: number;
}

function landing(
  { inode, path, size }: StoredFile,
  offset: number,
  written: Uint8Array,
): Landing | undefined {
  const bytes = written.subarray(0, Math.max(0, size - offset));
  return bytes.length === 0 ? undefined : { inode, path, offset, bytes };
}

/** The first files of a store, with their paths. */
function filesOf(store: FileStore): readonly (StoredFile & { readonly path: string })[] {
  const files: (StoredFile & { readonly path: string })[] = [];
  const folders: [InodeId, string][] = [[store.root, '']];
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const [folder, prefix] = next;
    for (const { name, inode, type } of store.readDirectory(folder)) {
      const path = `${prefix}${name}`;
      if (type === 'directory') folders.push([inode, `${path}/`]);
      if (type !== 'file' || files.length >= DRAWN_FILES_MAX) continue;
      files.push({ inode, path, size: Number(store.stat(inode).size) });
    }
  }
  return files;
}
