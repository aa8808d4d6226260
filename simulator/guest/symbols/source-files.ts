import type { CoreModule } from '../wasm/index.ts';
import { DebugInfoError } from './debug-info-error.ts';
import { DebugSections } from './debug-sections.ts';
import { eachLineHeader } from './line-headers.ts';
import { isRuntimeFile } from './runtime-file.ts';
import { sourceMapFiles, sourceMapOf } from './source-map.ts';
import type { SourceFile } from './source-path.ts';

/**
 * The files that the line tables of a module name, libraries left out; also those that no code is
 * left of. It runs no line program, so it is fast; what is damaged is left out. Where there are no
 * line tables, the files are those of its source map.
 *
 * @param sourceMap the text of its map, if that is in a file of its own
 */
export function sourceFiles(
  bytes: Uint8Array,
  { sections }: CoreModule,
  sourceMap?: string,
): SourceFile[] {
  const found = new Map<string, SourceFile>();
  const leaveOut = (error: unknown): void => {
    if (!(error instanceof DebugInfoError)) throw error;
  };
  eachLineHeader(new DebugSections(bytes, sections), leaveOut, ({ files }) => {
    for (const file of files) {
      if (file === undefined || isRuntimeFile(file.path)) continue;
      if (found.get(file.path)?.md5 === undefined) found.set(file.path, file);
    }
  });
  if (found.size > 0) return [...found.values()];
  const map = sourceMapOf(bytes, { sections }, sourceMap);
  const files = map === undefined ? [] : sourceMapFiles(map);
  return files.filter(({ path }) => !isRuntimeFile(path));
}
