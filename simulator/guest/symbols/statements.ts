import { type CoreModule, functionBody } from '../wasm/index.ts';
import type { LineTable } from './line-table.ts';
import type { SourceFile } from './source-path.ts';

/**
 * Where the statements of a program's own functions begin: code offsets in order. What a function
 * does before its parameters can be seen, at its opening line, is no statement.
 */
export function statementOffsets(
  lines: LineTable,
  files: readonly SourceFile[],
  module: CoreModule,
): number[] {
  const begun = new Set(files.flatMap(({ path }) => lines.statements(path)));
  const sorted = [...begun].sort((one, other) => one - other);
  const prologues = prologueRanges(lines.prologueEnds(), module);
  let next = 0;
  return sorted.filter((offset) => {
    while (next < prologues.length && (prologues[next]?.end ?? 0) <= offset) next++;
    const prologue = prologues[next];
    return prologue === undefined || offset < prologue.start;
  });
}

/** From the start of each function to the first end of its prologue, as code offsets in order. */
function prologueRanges(
  ends: readonly number[],
  module: CoreModule,
): { readonly start: number; readonly end: number }[] {
  const codeStart = module.code?.start ?? 0;
  const found: { start: number; end: number }[] = [];
  let next = 0;
  for (let index = 0; index < module.bodies.starts.length; index++) {
    const body = functionBody(module, module.functionsImported + index);
    if (body === undefined) continue;
    const start = body.start - codeStart;
    while (next < ends.length && (ends[next] as number) < start) next++;
    const end = ends[next];
    if (end !== undefined && end < body.end - codeStart) found.push({ start, end });
  }
  return found;
}
