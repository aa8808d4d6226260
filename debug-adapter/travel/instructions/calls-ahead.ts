/** The calls that the statement at hand still makes, as far as its code tells. */
import {
  ByteReader,
  functionAt,
  functionBody,
  InstructionReader,
} from '../../../simulator/guest/wasm/index.ts';
import { malformedModule } from '../../../simulator/guest/wasm/module-error.ts';
import { lowerBound } from '../../../simulator/kernel/lower-bound.ts';
import type { KnownProgram } from '../statements/program-book.ts';
import type { Snapshot } from '../statements/snapshot.ts';
import type { StatementCode } from './instruction-steps.ts';

/** `callee` is a function's index; undefined for a call through a table or a reference. */
export interface CallAhead {
  readonly codeOffset: number;
  readonly callee: number | undefined;
}

/** The innermost statement of the user's own, and its calls in the order of its code. */
export interface CallsAhead {
  readonly statement: StatementCode;
  readonly calls: readonly CallAhead[];
}

const CALL = 0x10;
const CALL_INDIRECT = 0x11;
const CALL_REF = 0x14;

/** Undefined where no function with statements runs, or instructions cannot be told. */
export function callsAhead(known: KnownProgram, snapshot: Snapshot): CallsAhead | undefined {
  const { program, builds } = known;
  const { main } = program;
  const frame = snapshot.frames.find(({ chainLevel }) => chainLevel === 0);
  if (frame === undefined || builds.looking() === undefined) return undefined;
  const { codeOffset, functionIndex } = frame;
  const body = functionBody(main.info, functionIndex);
  if (body === undefined) return undefined;
  const codeStart = main.info.code?.start ?? 0;
  const { probes, instructions: looked } = builds;
  const next = lowerBound(probes, codeOffset + 1);
  const isOwn = (offset: number | undefined): offset is number =>
    offset !== undefined && functionAt(main.info, offset + codeStart) === functionIndex;
  const from = probes[next - 1];
  const until = probes[next];
  const outside = snapshot.frames.filter(
    (each) => each.level >= frame.level && each.inlineLevel === 0 && each.module === frame.module,
  );
  const statement: StatementCode = {
    from: isOwn(from) ? from : codeOffset,
    until: isOwn(until) ? until : body.end - codeStart,
    level: outside.filter((each) => looked.has(each.functionIndex)).length,
    depth: snapshot.chain.length,
  };
  // A frame that has called another stands in its call.
  const first = frame.level === 0 ? codeOffset : codeOffset + 1;
  const reader = new InstructionReader(main.bytes, body, malformedModule);
  reader.skipLocals();
  const calls: CallAhead[] = [];
  while (reader.step()) {
    const offset = reader.start - codeStart;
    if (offset < first || offset >= statement.until) continue;
    if (reader.opcode === CALL)
      calls.push({ codeOffset: offset, callee: calleeOf(main.bytes, reader) });
    else if (reader.opcode === CALL_INDIRECT || reader.opcode === CALL_REF) {
      calls.push({ codeOffset: offset, callee: undefined });
    }
  }
  return { statement, calls };
}

function calleeOf(bytes: Uint8Array, { immediates, next }: InstructionReader): number {
  const range = { start: immediates, end: next };
  return new ByteReader(bytes, range, malformedModule).leb32('a callee');
}
