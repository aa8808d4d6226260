import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugTarget } from './debug-target.ts';
import type { SourceBook } from './source-book.ts';
import { folderOf } from './source-paths.ts';

/** The files that a target's programs were built from, as a client finds them. */
export function listedSources(
  target: DebugTarget | undefined,
  sources: SourceBook,
): DebugProtocol.Source[] {
  const used = (target?.programs() ?? []).flatMap(({ program, origin }) => {
    const files = target?.book.locator(program).userFiles() ?? [];
    return files.map(({ path }) => sources.source(path, folderOf(origin), true));
  });
  const found = new Map<string | undefined, DebugProtocol.Source>();
  for (const source of [...used, ...sources.keptSources()]) found.set(source.path, source);
  return [...found.values()];
}
