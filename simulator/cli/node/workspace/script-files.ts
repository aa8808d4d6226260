import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import type { ScriptSource } from '../../../world/service-source.ts';
import { unreadable, WorkspaceError } from './workspace-error.ts';

const FILES_MAX = 1000;
const LENGTH_MAX = 16 * 1024 * 1024;

/** Static imports and re-exports of other files; what a bundler would follow. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*(["'])(\.{1,2}\/[^"'\n]+)\1/g;

/**
 * Reads a script and every file that it imports by a relative path, directly or not. The paths of
 * the result are relative to the folder that holds them all, with `/`.
 *
 * @param role what it is for, such as `the script of service payment`
 * @throws WorkspaceError when the script cannot be read, or is too large
 */
export async function readScriptFiles(script: string, role: string): Promise<ScriptSource> {
  const files = new Map<string, string>();
  let length = 0;
  const add = (path: string, text: string): void => {
    files.set(path, text);
    length += text.length;
    if (files.size > FILES_MAX || length > LENGTH_MAX) throw tooLarge(script, role);
  };
  try {
    add(script, await readFile(script, 'utf8'));
  } catch (cause) {
    throw cause instanceof WorkspaceError ? cause : unreadable(script, role, cause);
  }
  // A Map gives back entries that are added while it is walked.
  for (const [path, text] of files) {
    for (const [, , wanted = ''] of text.matchAll(IMPORT)) {
      const found = await readImported(resolve(dirname(path), wanted), files);
      if (found !== undefined) add(found.path, found.text);
    }
  }
  return inCommonFolder(script, files);
}

/**
 * The file that an import means and that is not read yet. A missing one is left to the runtime,
 * which knows whether the import is real or stands in a comment, and names its line.
 */
async function readImported(
  path: string,
  known: ReadonlyMap<string, string>,
): Promise<{ path: string; text: string } | undefined> {
  const candidates = [path, `${path}.mjs`, `${path}.js`, `${path}.ts`];
  if (/\.m?js$/.test(path)) candidates.push(path.replace(/\.m?js$/, '.ts'));
  for (const candidate of candidates) {
    if (known.has(candidate)) return undefined;
    try {
      return { path: candidate, text: await readFile(candidate, 'utf8') };
    } catch {
      // Not this spelling; the next one may be a file.
    }
  }
  return undefined;
}

function inCommonFolder(script: string, files: ReadonlyMap<string, string>): ScriptSource {
  let folder = dirname(script);
  for (const path of files.keys()) {
    while (relative(folder, path).startsWith('..')) folder = dirname(folder);
  }
  const nameOf = (path: string) => relative(folder, path).split(sep).join('/');
  return {
    entry: nameOf(script),
    files: new Map([...files].map(([path, text]) => [nameOf(path), text])),
  };
}

function tooLarge(script: string, role: string): WorkspaceError {
  return new WorkspaceError(
    'too-large',
    script,
    `${script}, ${role}, imports more than ${FILES_MAX} files or ${LENGTH_MAX} characters; ` +
      'bundle it into one smaller file.',
  );
}
