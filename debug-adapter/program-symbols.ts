import { stopOffset } from '../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../simulator/guest/program.ts';
import type { ProgramLocator } from '../simulator/guest/symbols/index.ts';
import { functionAt } from '../simulator/guest/wasm/index.ts';
import { filesFor, folderOf, NO_MAPPING, type PathMapping } from './source-paths.ts';
import { plainName } from './travel/breakpoint.ts';
import { EffectLines } from './travel/effect-lines.ts';
import type { KnownProgram } from './travel/statements/program-book.ts';
import type { Hit } from './travel/statements/reruns.ts';
import { statementCondition, statementMessage } from './travel/statements/statement-expressions.ts';

/** A line of a program's own files. */
export interface ProgramLine {
  readonly file: string;
  readonly line: number;
}

/** Where breakpoints on statements stop. */
export interface StatementTarget {
  /** The hash of the program. */
  readonly program: string;
  readonly line: number;
  /** Code offsets, as hits tell them. */
  readonly offsets: readonly number[];
}

/** What breakpoints need to know of one program; read when it is first asked. */
export class ProgramSymbols {
  readonly originFolder: string;
  private effectLines: EffectLines | undefined;
  private functions: Set<string> | undefined;
  private readonly byLine = new Map<string, Map<number, number[]>>();

  constructor(
    private readonly program: GuestProgram,
    readonly locator: ProgramLocator,
    origin: string,
    private readonly mapping: PathMapping = NO_MAPPING,
    /** Undefined where steps go from effect to effect. */
    private readonly known?: KnownProgram,
  ) {
    this.originFolder = folderOf(origin);
  }

  get hash(): string {
    return this.program.hash;
  }

  /** Which of the program's modules is the user's own. */
  get moduleIndex(): number {
    const { modules, main } = this.program;
    return modules.findIndex(({ tag }) => tag === main.tag);
  }

  private get effects(): EffectLines {
    this.effectLines ??= new EffectLines(this.program, this.locator);
    return this.effectLines;
  }

  /** The program's files that a client's path means. */
  files(path: string): readonly string[] {
    const files = this.locator.lines.files().map((file) => file.path);
    return filesFor(path, files, this.originFolder, this.mapping);
  }

  /** Whether breakpoints stop at statements, and not only where effects are called. */
  get hasStatements(): boolean {
    return (this.known?.statements.offsets.length ?? 0) > 0;
  }

  /** Lines of a file at which breakpoints can stop, in order. */
  lines(file: string): number[] {
    if (this.hasStatements) return [...this.statementsByLine(file).keys()].sort((a, b) => a - b);
    return this.effects.lines(file);
  }

  /**
   * Where a breakpoint on a line stops: at the statements there, or at those of the next line of
   * the same function; undefined when there are none.
   */
  statementsAt(file: string, line: number): StatementTarget | undefined {
    const byLine = this.statementsByLine(file);
    const lines = [...byLine.keys()].sort((a, b) => a - b);
    const found = lines.find((each) => each >= line);
    if (found === undefined) return undefined;
    if (found !== line && !this.isSameFunction(file, line, found)) return undefined;
    return this.statementTarget(found, byLine.get(found) ?? []);
  }

  /** Where the functions of a name begin; undefined when none of them has statements. */
  statementsOf(name: string): StatementTarget | undefined {
    const { info } = this.program.main;
    const codeStart = info.code?.start ?? 0;
    const firsts = new Map<number, number>();
    for (const offset of this.known?.statements.offsets ?? []) {
      const index = functionAt(info, offset + codeStart);
      if (index !== undefined && !firsts.has(index)) firsts.set(index, offset);
    }
    const named = [...firsts].filter(([index]) => {
      const each = this.locator.names.name(index);
      return each === name || plainName(each) === name;
    });
    const offsets = named.map(([, offset]) => offset);
    const [first] = offsets;
    if (first === undefined) return undefined;
    return this.statementTarget(this.locator.lines.lineAt(first)?.line ?? 0, offsets);
  }

  /** Where the program stops for an instruction; undefined where it cannot. */
  instructionStop(codeOffset: number): number | undefined {
    const { bytes, info } = this.program.main;
    return this.hasStatements ? stopOffset(bytes, info, codeOffset) : undefined;
  }

  /** Reads a condition of a breakpoint; throws ExpressionError. */
  condition(text: string): (hit: Hit) => boolean {
    return statementCondition(text, this.locator.debug);
  }

  /** Reads text with `{expressions}` in it; throws ExpressionError. */
  logMessage(text: string): (hit: Hit) => string {
    return statementMessage(text, this.locator.debug);
  }

  private statementTarget(line: number, offsets: readonly number[]): StatementTarget | undefined {
    const { known } = this;
    if (known === undefined) return undefined;
    const stops = offsets.map((offset) => known.builds.stopOffset(offset));
    return { program: this.program.hash, line, offsets: [...new Set(stops)] };
  }

  private statementsByLine(file: string): Map<number, number[]> {
    const known = this.byLine.get(file);
    if (known !== undefined) return known;
    const found = new Map<number, number[]>();
    for (const offset of this.known?.statements.offsets ?? []) {
      const source = this.locator.lines.lineAt(offset);
      if (source?.file !== file) continue;
      const others = found.get(source.line);
      if (others === undefined) found.set(source.line, [offset]);
      else others.push(offset);
    }
    this.byLine.set(file, found);
    return found;
  }

  /** Whether a line lies in the function of another that has code, or before all functions. */
  private isSameFunction(file: string, line: number, withCode: number): boolean {
    const from = this.effects.hasCode(file, line) ? line : this.nextCode(file, line);
    if (from === undefined) return false;
    return this.functionOf(file, from) === this.functionOf(file, withCode);
  }

  /**
   * Where a breakpoint on a line stops: there, or at the next line of the same function from
   * which an effect can be called; undefined when there is none.
   */
  stopLine(file: string, line: number): ProgramLine | undefined {
    if (this.effects.has(file, line)) return { file, line };
    const next = this.effects.lines(file).find((each) => each > line);
    if (next === undefined) return undefined;
    return this.isSameFunction(file, line, next) ? { file, line: next } : undefined;
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
