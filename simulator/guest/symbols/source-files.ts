import type { CoreModule } from '../wasm/index.ts';
import { DebugInfoError } from './debug-info-error.ts';
import { DebugSections } from './debug-sections.ts';
import { eachLineHeader } from './line-headers.ts';
import { isRuntimeFile } from './runtime-file.ts';
import type { SourceFile } from './source-path.ts';

/**
 * The files that the line tables of a module name, libraries left out; also those that no code is
 * left of. It runs no line program, so it is fast; what is damaged is left out.
 */
export function sourceFiles(bytes: Uint8Array, { sections }: CoreModule): SourceFile[] {
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
  return [...found.values()];
}
