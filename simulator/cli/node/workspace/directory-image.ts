import type { Dirent } from 'node:fs';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageEntry } from '../../../world/files/tree-image.ts';
import { unreadable, WorkspaceError } from './workspace-error.ts';

const ENTRIES_MAX = 100_000;

/**
 * Copies a real directory's files into memory, parents first and names in code unit order, so
 * that the same directory gives the same image on every machine. Symbolic links stay links.
 *
 * @param role what the directory is for, in messages
 * @throws WorkspaceError when it cannot be read or holds more than `bytesMax`
 */
export async function readDirectoryImage(
  directory: string,
  bytesMax: number,
  role: string,
): Promise<readonly ImageEntry[]> {
  const image: ImageEntry[] = [];
  let bytes = 0;
  const pending = [''];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const found of await entriesOf(join(directory, folder), role)) {
      const entry = await readEntry(directory, `${folder}${found.name}`, found, role);
      if (entry === undefined) continue;
      image.push(entry);
      if (entry.type === 'directory') pending.push(`${entry.path}/`);
      if (entry.type === 'file') bytes += entry.bytes.length;
      if (image.length > ENTRIES_MAX || bytes > bytesMax) {
        throw tooLarge(directory, role, image.length, bytesMax);
      }
    }
  }
  return image;
}

async function entriesOf(folder: string, role: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
  } catch (cause) {
    throw unreadable(folder, role, cause);
  }
}

async function readEntry(
  directory: string,
  path: string,
  found: Dirent,
  role: string,
): Promise<ImageEntry | undefined> {
  const real = join(directory, path);
  try {
    if (found.isDirectory()) return { path, type: 'directory' };
    if (found.isSymbolicLink()) return { path, type: 'symlink', target: await readlink(real) };
    // Sockets, pipes and devices are not files that could be copied.
    return found.isFile() ? { path, type: 'file', bytes: await readFile(real) } : undefined;
  } catch (cause) {
    throw unreadable(real, role, cause);
  }
}

function tooLarge(
  directory: string,
  role: string,
  entries: number,
  bytesMax: number,
): WorkspaceError {
  const limit =
    entries > ENTRIES_MAX ? `${ENTRIES_MAX} files` : `${Math.floor(bytesMax / 1024 / 1024)} MiB`;
  return new WorkspaceError(
    'too-large',
    directory,
    `${directory}, ${role}, holds more than ${limit}; name a smaller directory` +
      (entries > ENTRIES_MAX ? '.' : ', or raise "sizeMiB" if it is a volume.'),
  );
}
