import { readFile, stat } from 'node:fs/promises';
import { unreadable, WorkspaceError } from './workspace-error.ts';

/**
 * Reads a file that the configuration names.
 *
 * @param role what the file is for, in messages
 * @throws WorkspaceError when it cannot be read, or is larger than `bytesMax`
 */
export async function readLimited(
  file: string,
  bytesMax: number,
  role: string,
): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size <= bytesMax) return await readFile(file);
  } catch (cause) {
    throw unreadable(file, role, cause);
  }
  throw new WorkspaceError(
    'too-large',
    file,
    `${file}, ${role}, is larger than ${bytesMax / 1024 / 1024} MiB; use a smaller file.`,
  );
}
