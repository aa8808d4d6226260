import type { ProgramModule } from '../program-module.ts';
import type { DebugInfo } from './debug-info.ts';
import type { FunctionNames } from './function-names.ts';
import type { DebugStatus, LineTable, SourceLine } from './line-table.ts';
import { type SourceFrame, SourceLocator } from './source-locator.ts';
import type { SourceFile } from './source-path.ts';
import type { WasmFrame } from './wasm-frame.ts';

/** What a locator needs of a program. */
export interface LocatedProgram {
  readonly modules: readonly ProgramModule[];
  /** The module with the user's own code, whose lines and functions people mean. */
  readonly main: ProgramModule;
}

/**
 * Tells where in the source a program is, in whichever of its modules that may be. Frames of other
 * programs, which can be on the same stack, are left out.
 */
export class ProgramLocator {
  private readonly main: SourceLocator;
  private readonly byTag: ReadonlyMap<string | undefined, SourceLocator>;

  constructor(program: LocatedProgram) {
    this.byTag = new Map(program.modules.map((module) => [module.tag, locatorOf(module)]));
    this.main = this.byTag.get(program.main.tag) ?? locatorOf(program.main);
  }

  get lines(): LineTable {
    return this.main.lines;
  }

  get names(): FunctionNames {
    return this.main.names;
  }

  get status(): DebugStatus {
    return this.main.status;
  }

  /** That of a module by its tag. */
  statusOf(tag: string | undefined): DebugStatus {
    return this.byTag.get(tag)?.status ?? 'stripped';
  }

  /** Functions and variables of the user's own module. */
  get debug(): DebugInfo {
    return this.main.debug;
  }

  /** Those of a module by its tag; undefined for one of another program. */
  debugOf(tag: string | undefined): DebugInfo | undefined {
    return this.byTag.get(tag)?.debug;
  }

  /** Names and lines of a module by its tag, as `debugOf`. */
  codeOf(
    tag: string | undefined,
  ): { names: FunctionNames; lineAt(codeOffset: number): SourceLine | undefined } | undefined {
    const locator = this.byTag.get(tag);
    if (locator === undefined) return undefined;
    return { names: locator.names, lineAt: (codeOffset) => locator.lines.lineAt(codeOffset) };
  }

  /** The files that the program was built from, libraries left out. */
  userFiles(): SourceFile[] {
    return this.main.userFiles();
  }

  frames(frames: readonly WasmFrame[]): SourceFrame[] {
    return frames.flatMap((frame) => {
      const locator = this.byTag.get(frame.tag);
      if (locator === undefined) return [];
      const located = locator.frame(frame);
      return [locator === this.main ? located : { ...located, module: frame.tag ?? '' }];
    });
  }
}

function locatorOf({ bytes, info, codeShift, sourceMap }: ProgramModule): SourceLocator {
  return new SourceLocator(bytes, info, codeShift, sourceMap);
}
