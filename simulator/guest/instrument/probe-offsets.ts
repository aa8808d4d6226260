/** Where probes can be when there are no source lines to put them at. */
import { type CoreModule, functionAt, functionBody, InstructionReader } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { EDGES, OP } from './opcodes.ts';

/** The code offsets of all instructions of some functions (by index), in order. */
export function instructionOffsets(
  bytes: Uint8Array,
  info: CoreModule,
  functions: Iterable<number>,
): number[] {
  const start = info.code?.start ?? 0;
  const offsets: number[] = [];
  for (const functionIndex of [...functions].sort((one, other) => one - other)) {
    eachInstruction(bytes, info, functionIndex, (reader) => offsets.push(reader.start - start));
  }
  return offsets;
}

/**
 * The code offsets of function entries and loop heads, in order: what stands in for statements
 * where a module has no lines. Everything that runs for long comes by one of them.
 */
export function entryOffsets(bytes: Uint8Array, info: CoreModule): number[] {
  const start = info.code?.start ?? 0;
  const offsets: number[] = [];
  for (let body = 0; body < info.bodies.starts.length; body++) {
    offsets.push((info.bodies.starts[body] as number) - start);
    eachInstruction(bytes, info, info.functionsImported + body, (reader) => {
      if (reader.opcode === OP.loop) offsets.push(reader.start - start);
    });
  }
  return offsets;
}

/**
 * Where a program stops for a code offset: at the first instruction from there on, in the same
 * function, that is more than the edge of a block, or at its end. Undefined where there is no code.
 */
export function stopOffset(
  bytes: Uint8Array,
  info: CoreModule,
  codeOffset: number,
): number | undefined {
  const start = info.code?.start ?? 0;
  const functionIndex = functionAt(info, codeOffset + start);
  if (functionIndex === undefined) return undefined;
  let found: number | undefined;
  let last: number | undefined;
  eachInstruction(bytes, info, functionIndex, ({ opcode, start: at }) => {
    last = at - start;
    if (last >= codeOffset && EDGES[opcode] !== 1) found ??= last;
  });
  return found ?? last;
}

function eachInstruction(
  bytes: Uint8Array,
  info: CoreModule,
  functionIndex: number,
  visit: (reader: InstructionReader) => void,
): void {
  const range = functionBody(info, functionIndex);
  if (range === undefined) return;
  const reader = new InstructionReader(bytes, range, malformedModule);
  reader.skipLocals();
  while (reader.step()) visit(reader);
}
