/** The instructions of one module in their order, as rows for a client. */
import { instructionOffsets } from '../simulator/guest/instrument/index.ts';
import type { ProgramModule } from '../simulator/guest/program-module.ts';
import type { FunctionNames, SourceLine } from '../simulator/guest/symbols/index.ts';
import { functionAt, functionBody, InstructionReader } from '../simulator/guest/wasm/index.ts';
import { instructionText } from '../simulator/guest/wasm/instruction-text.ts';
import { malformedModule } from '../simulator/guest/wasm/module-error.ts';

/** An instruction; `text` is undefined where there is none. */
export interface CodeRow {
  readonly codeOffset: number;
  readonly text: string | undefined;
  /** In hexadecimal, separated by spaces. */
  readonly bytes: string;
  /** The function that begins here. */
  readonly symbol: string | undefined;
  readonly source: SourceLine | undefined;
}

export interface CodeNames {
  readonly names: FunctionNames;
  lineAt(codeOffset: number): SourceLine | undefined;
}

export class Disassembly {
  /** Where every instruction begins, in order. */
  private readonly offsets: Uint32Array;

  constructor(
    private readonly module: ProgramModule,
    private readonly known: CodeNames,
  ) {
    const { bytes, info } = module;
    const functions = Array.from(info.bodies.starts, (_, body) => info.functionsImported + body);
    this.offsets = Uint32Array.from(instructionOffsets(bytes, info, functions));
  }

  /**
   * Exactly `count` rows, from the instruction that holds a code offset and `instructions` after
   * it, or before it. Where there is no code, rows stand for nothing, at addresses of their own.
   */
  rows(codeOffset: number, instructions: number, count: number): CodeRow[] {
    const first = this.indexOf(codeOffset) + instructions;
    return Array.from({ length: count }, (_, row) => this.row(first + row));
  }

  /** The last instruction that begins at an offset or before it; -1 before all. */
  private indexOf(codeOffset: number): number {
    let low = 0;
    let high = this.offsets.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.offsets[middle] as number) <= codeOffset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  private row(index: number): CodeRow {
    const { offsets, module, known } = this;
    const codeOffset = offsets[index];
    const nothing = { text: undefined, bytes: '', symbol: undefined, source: undefined };
    if (codeOffset === undefined) {
      const last = offsets.length - 1;
      const beyond = index < 0 ? index : (offsets[last] ?? 0) + index - last;
      return { codeOffset: beyond, ...nothing };
    }
    const start = codeOffset + (module.info.code?.start ?? 0);
    const functionIndex = functionAt(module.info, start) ?? 0;
    const end = functionBody(module.info, functionIndex)?.end ?? start;
    const reader = new InstructionReader(module.bytes, { start, end }, malformedModule);
    reader.step();
    const before = offsets[index - 1];
    const codeStart = module.info.code?.start ?? 0;
    const isFirst =
      before === undefined || functionAt(module.info, before + codeStart) !== functionIndex;
    return {
      codeOffset,
      text: instructionText(module.bytes, reader, (each) => known.names.name(each)),
      bytes: hex(module.bytes.subarray(reader.start, reader.next)),
      symbol: isFirst ? known.names.name(functionIndex) : undefined,
      source: known.lineAt(codeOffset),
    };
  }
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
