import { type CoreModule, functionAt, functionBody, InstructionReader } from '../wasm/index.ts';
import { DebugInfo } from './debug-info.ts';
import { DebugInfoError, damagedDebugInfo } from './debug-info-error.ts';
import { DebugSections } from './debug-sections.ts';
import { FunctionNames } from './function-names.ts';
import { type DebugStatus, LineTable, type SourceLine } from './line-table.ts';
import { isRuntimeFile } from './runtime-file.ts';
import { sourceMapOf } from './source-map.ts';
import type { SourceFile } from './source-path.ts';
import type { WasmFrame } from './wasm-frame.ts';

/** A frame of a program with what its debug information says of it. */
export interface SourceFrame {
  readonly functionName: string;
  readonly functionIndex: number;
  /** From the start of the code section's payload, in the module as it was built. */
  readonly codeOffset: number;
  /** The module of a component that it is in, when that is not the user's own. */
  readonly module?: string;
  /** Where the call is, or what trapped. */
  readonly source?: SourceLine;
}

/**
 * Tells where in the source a program is. Owns nothing but what it reads of the module, which it
 * reads when it is first asked.
 */
export class SourceLocator {
  private lineTable: LineTable | undefined;
  private functionNames: FunctionNames | undefined;
  private debugInfo: DebugInfo | undefined;

  /**
   * @param bytes the module as it was built
   * @param codeShift how far its code was moved in the module that runs (LimitedModule)
   * @param sourceMap the text of its source map, if that is in a file of its own
   */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly module: CoreModule,
    private readonly codeShift = 0,
    private readonly sourceMap?: string,
  ) {}

  get lines(): LineTable {
    this.lineTable ??= this.readLines();
    return this.lineTable;
  }

  /** From DWARF; where there is none, from a source map, as of AssemblyScript. */
  private readLines(): LineTable {
    const { code = { start: 0, end: 0 }, sections } = this.module;
    const codeLength = code.end - code.start;
    const read = LineTable.read(new DebugSections(this.bytes, sections), codeLength);
    const table = read.fitting((address) => this.beginsFunction(address + code.start));
    if (table.status === 'ok') return table;
    const text = sourceMapOf(this.bytes, this.module, this.sourceMap);
    return text === undefined ? table : LineTable.fromSourceMap(text, this.module);
  }

  /** At the declarations of a function's locals, or behind them. */
  private beginsFunction(offset: number): boolean {
    const index = functionAt(this.module, offset);
    const body = index === undefined ? undefined : functionBody(this.module, index);
    if (body === undefined || offset < body.start) return false;
    const reader = new InstructionReader(this.bytes, body, damagedDebugInfo);
    try {
      reader.skipLocals();
    } catch (error) {
      if (error instanceof DebugInfoError) return false;
      throw error;
    }
    return offset === body.start || offset === reader.next;
  }

  get names(): FunctionNames {
    this.functionNames ??= new FunctionNames(this.bytes, this.module);
    return this.functionNames;
  }

  get status(): DebugStatus {
    return this.lines.status;
  }

  /** The files that the program was built from, libraries left out. */
  userFiles(): SourceFile[] {
    return this.lines.files().filter(({ path }) => !isRuntimeFile(path));
  }

  /** Scopes and variables, from the module's DWARF. */
  get debug(): DebugInfo {
    this.debugInfo ??= new DebugInfo(this.bytes, this.module, {
      lines: this.lines,
      functionName: (functionIndex) => this.names.name(functionIndex),
    });
    return this.debugInfo;
  }

  frame({ functionIndex, offset }: WasmFrame): SourceFrame {
    const codeOffset = offset - this.codeShift - (this.module.code?.start ?? 0);
    const functionName = this.names.name(functionIndex);
    const source = this.lines.lineAt(codeOffset);
    const place = { functionName, functionIndex, codeOffset };
    return source === undefined ? place : { ...place, source };
  }

  frames(frames: readonly WasmFrame[]): SourceFrame[] {
    return frames.map((frame) => this.frame(frame));
  }
}

/**
 * Whether a frame is in the user's own code: it has a source line, and its file is not one of a
 * library or runtime. A libc is mostly built without debug information, and so has no lines.
 */
export function isUserFrame(frame: SourceFrame): boolean {
  return frame.source !== undefined && !isRuntimeFile(frame.source.file);
}

/** Where in the user's code an effect comes from; `frames` go from the innermost outwards. */
export function userFrame(frames: readonly SourceFrame[]): SourceFrame | undefined {
  return frames.find(isUserFrame);
}
