import type { GuestProgram } from '../simulator/guest/program.ts';
import type { ProgramLocator } from '../simulator/guest/symbols/index.ts';
import { functionAt } from '../simulator/guest/wasm/index.ts';
import { filesFor, folderOf } from './source-paths.ts';
import { plainName } from './travel/breakpoint.ts';
import { EffectLines } from './travel/effect-lines.ts';

/** A line of a program's own files. */
export interface ProgramLine {
  readonly file: string;
  readonly line: number;
}

/** What breakpoints need to know of one program; read when it is first asked. */
export class ProgramSymbols {
  readonly originFolder: string;
  private effectLines: EffectLines | undefined;
  private functions: Set<string> | undefined;

  constructor(
    private readonly program: GuestProgram,
    readonly locator: ProgramLocator,
    origin: string,
  ) {
    this.originFolder = folderOf(origin);
  }

  private get effects(): EffectLines {
    this.effectLines ??= new EffectLines(this.program, this.locator);
    return this.effectLines;
  }

  /** The program's files that a client's path means. */
  files(path: string): readonly string[] {
    const files = this.locator.lines.files().map((file) => file.path);
    return filesFor(path, files, this.originFolder);
  }

  /** Lines of a file from which effects can be called, in order. */
  lines(file: string): number[] {
    return this.effects.lines(file);
  }

  /**
   * Where a breakpoint on a line stops: there, or at the next line of the same function from
   * which an effect can be called; undefined when there is none.
   */
  stopLine(file: string, line: number): ProgramLine | undefined {
    if (this.effects.has(file, line)) return { file, line };
    const next = this.effects.lines(file).find((each) => each > line);
    if (next === undefined) return undefined;
    const from = this.effects.hasCode(file, line) ? line : this.nextCode(file, line);
    const isSame =
      from !== undefined && this.functionOf(file, from) === this.functionOf(file, next);
    return isSame ? { file, line: next } : undefined;
  }

  hasFunction(name: string): boolean {
    this.functions ??= this.functionNames();
    return this.functions.has(name);
  }

  private nextCode(file: string, line: number): number | undefined {
    return this.locator.lines.lines(file).find((each) => each > line);
  }

  private functionOf(file: string, line: number): number | undefined {
    const [address] = this.locator.lines.locations(file, line);
    const { info } = this.program.main;
    return address === undefined ? undefined : functionAt(info, address + (info.code?.start ?? 0));
  }

  private functionNames(): Set<string> {
    const names = new Set<string>();
    for (let index = 0; index < this.program.main.info.functionTypes.length; index++) {
      const name = this.locator.names.name(index);
      names.add(name).add(plainName(name));
    }
    return names;
  }
}
