import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { BuildError } from './build-error.ts';

const FILES_MAX = 5000;
const BYTES_MAX = 64 * 1024 * 1024;

const INCLUDE = /^[ \t]*#[ \t]*(?:include|embed)[ \t]*["<]([^">\n]+)[">]/gm;

/**
 * The source and all the local files that it includes, directly or not, by absolute path. Looks
 * where the compiler does: beside the including file, then in the include folders. What is in
 * neither is the compiler's own, or the compiler reports it. Inclusions that conditions leave out
 * are gathered too, which costs nothing but a rebuild.
 */
export async function gatherSources(
  source: string,
  includeFolders: readonly string[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const first = await readIfFile(source);
  if (first === undefined) {
    throw new BuildError('source-missing', source, `${source}: there is no such source file.`);
  }
  files.set(source, first);
  let bytes = first.length;
  // A Map gives back entries that are added while it is walked.
  for (const [path, content] of files) {
    const text = new TextDecoder().decode(content);
    for (const [, included = ''] of text.matchAll(INCLUDE)) {
      const found = await findIncluded(included, [dirname(path), ...includeFolders], files);
      if (found === undefined) continue;
      files.set(found.path, found.content);
      bytes += found.content.length;
      if (files.size > FILES_MAX || bytes > BYTES_MAX) {
        throw new BuildError(
          'source-too-large',
          source,
          `${source} includes more than ${FILES_MAX} files or ${BYTES_MAX} bytes; build it with ` +
            'your own tool and name the result as "module" in backstitch.json.',
        );
      }
    }
  }
  return files;
}

/** The first file of that name that is not gathered yet; undefined when there is none to add. */
async function findIncluded(
  name: string,
  folders: readonly string[],
  gathered: ReadonlyMap<string, Uint8Array>,
): Promise<{ path: string; content: Uint8Array } | undefined> {
  for (const folder of folders) {
    const path = resolve(folder, name);
    if (gathered.has(path)) return undefined;
    const content = await readIfFile(path);
    if (content !== undefined) return { path, content };
  }
  return undefined;
}

async function readIfFile(path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch {
    // Not a readable file: for an include, the next folder may have it.
    return undefined;
  }
}
