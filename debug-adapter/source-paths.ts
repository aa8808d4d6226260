/**
 * Between the paths of debug information and those of the machine the client runs on. Debug
 * information records paths as they were where the program was built.
 */
import { isAbsolutePath, joinPath } from '../simulator/guest/symbols/index.ts';
import { baseName } from '../simulator/host/text/stack-text.ts';

/** Parts of a path, ignoring how its separators and dots are written. */
function parts(path: string): string[] {
  const kept: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else kept.push(part);
  }
  return kept;
}

/** An absolute path for a client; a relative one lies beside the program it was built into. */
export function clientPath(file: string, originFolder: string): string {
  return isAbsolutePath(file) ? file : joinPath(originFolder, file);
}

/** Where folders of the machine that a program was built on are on the client's. */
export class PathMapping {
  /** The most specific first. */
  private readonly rules: readonly { readonly from: readonly string[]; readonly to: string }[];

  /** `folders`: from a folder, or a file, of the one machine to one of the other. */
  constructor(folders: Readonly<Record<string, string>>) {
    this.rules = Object.entries(folders)
      .map(([from, to]) => ({ from: parts(from), to: to.replace(/(?<=.)[\\/]+$/, '') }))
      .sort((one, other) => other.from.length - one.from.length);
  }

  map(path: string): string {
    const given = parts(path);
    for (const { from, to } of this.rules) {
      if (!from.every((part, index) => part === given[index])) continue;
      const rest = given.slice(from.length);
      return rest.length === 0 ? to : joinPath(to, rest.join(to.includes('\\') ? '\\' : '/'));
    }
    return path;
  }
}

export const NO_MAPPING = new PathMapping({});

/** The folder of a path, without its last separator. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.length - baseName(path).length - 1));
}

/**
 * The files of debug information that a client's path means: the same path, else those that share
 * the longest end with it, since sources may have moved since the build.
 */
export function filesFor(
  path: string,
  files: readonly string[],
  originFolder: string,
  mapping: PathMapping = NO_MAPPING,
): readonly string[] {
  const wanted = parts(path);
  const same = files.filter((file) =>
    isEqual(parts(mapping.map(clientPath(file, originFolder))), wanted),
  );
  if (same.length > 0) return same;
  const ranked = files.map((file) => ({ file, shared: sharedEnd(parts(file), wanted) }));
  const most = Math.max(0, ...ranked.map(({ shared }) => shared));
  // A name alone is enough only when no other file has it.
  const best = ranked.filter(({ shared }) => shared === most && shared > 0);
  return best.length === 1 || most > 1 ? best.map(({ file }) => file) : [];
}

function isEqual(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && sharedEnd(one, other) === one.length;
}

function sharedEnd(one: readonly string[], other: readonly string[]): number {
  let shared = 0;
  while (shared < one.length && shared < other.length) {
    if (one.at(-1 - shared) !== other.at(-1 - shared)) break;
    shared++;
  }
  return shared;
}
