import { DebugSections, isRuntimeFile, LineTable } from '../../../simulator/guest/symbols/index.ts';
import type { CoreModule } from '../../../simulator/guest/wasm/index.ts';

/** The code offsets at which statements of the user's own code begin, in order. */
export function statementOffsets(bytes: Uint8Array, { code, sections }: CoreModule): number[] {
  const codeLength = code === undefined ? 0 : code.end - code.start;
  const lines = LineTable.read(new DebugSections(bytes, sections), codeLength);
  const offsets = new Set<number>();
  for (const { path } of lines.files()) {
    if (isRuntimeFile(path)) continue;
    for (const line of lines.lines(path)) {
      for (const offset of lines.locations(path, line)) offsets.add(offset);
    }
  }
  return [...offsets].sort((one, other) => one - other);
}
