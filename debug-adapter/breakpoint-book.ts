/**
 * The breakpoints as the client set them, and what they mean in the programs at hand. It owns
 * their ids; when the programs change, what they mean is found anew.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { NAMED_OPERATIONS } from '../simulator/host/text/effect-text.ts';
import { baseName } from '../simulator/host/text/stack-text.ts';
import { matchesGlob } from '../simulator/kernel/glob.ts';
import { DataBook } from './data-book.ts';
import { ExceptionBook } from './exception-book.ts';
import { InstructionBook, type WantedInstruction } from './instruction-book.ts';
import type { ProgramSymbols, StatementTarget } from './program-symbols.ts';
import {
  type Breakpoint,
  type BreakpointTarget,
  EFFECT_PATTERN,
  parseHitCondition,
} from './travel/breakpoint.ts';
import { ExpressionError } from './travel/expression.ts';
import { parseExpression } from './travel/expression-parser.ts';
import type { StopSettings } from './travel/itinerary.ts';
import { parseLogMessage } from './travel/log-message.ts';
import type { StatementBreakpoint } from './travel/statements/statement-breakpoint.ts';

/** Breakpoints of one client. */
export const BREAKPOINTS_MAX = 10_000;

/** What a client asked for. Lines count from 1. */
export interface WantedBreakpoint {
  readonly line: number;
  readonly condition: string | undefined;
  readonly hitCondition: string | undefined;
  readonly logMessage: string | undefined;
}

export type WantedFunction = Omit<WantedBreakpoint, 'line' | 'logMessage'> & {
  readonly name: string;
};

interface Kept {
  readonly id: number;
  readonly wanted: WantedBreakpoint | WantedFunction;
  /** The client's path; undefined for a function breakpoint. */
  readonly path: string | undefined;
  answer: DebugProtocol.Breakpoint;
  breakpoints: readonly Breakpoint[];
  statements: readonly StatementBreakpoint[];
}

const NO_STATEMENT = 'No statement begins at or after this line in its function.';
const NO_EFFECT =
  'No effect is called at or after this line in its function, and steps go from effect to effect.';

export class BreakpointBook {
  readonly exceptions = new ExceptionBook();
  /** Those on values. */
  readonly data = new DataBook(() => ++this.ids);
  private readonly instructions = new InstructionBook(() => ++this.ids);
  private kept: Kept[] = [];
  private programs: readonly ProgramSymbols[] | undefined;
  private ids = 0;

  settings(): StopSettings {
    return {
      breakpoints: [
        ...this.kept.flatMap(({ breakpoints }) => breakpoints),
        ...this.exceptions.breakpoints,
      ],
      statements: [
        ...this.kept.flatMap(({ statements }) => statements),
        ...this.instructions.breakpoints(),
      ],
      data: this.data.breakpoints(),
      exceptions: this.exceptions.stops,
    };
  }

  /** Replaces those of one source. */
  setLines(path: string, wanted: readonly WantedBreakpoint[]): DebugProtocol.Breakpoint[] {
    return this.replace((kept) => kept.path === path, wanted, path);
  }

  /** Replaces all function breakpoints. */
  setFunctions(wanted: readonly WantedFunction[]): DebugProtocol.Breakpoint[] {
    return this.replace((kept) => kept.path === undefined, wanted, undefined);
  }

  /** Replaces those on instructions of a program's code. */
  setInstructions(
    wanted: readonly WantedInstruction[],
    program: string,
  ): DebugProtocol.Breakpoint[] {
    return this.instructions.set(wanted, program, this.programs ?? []);
  }

  /** The programs are there, or others are; returns the breakpoints whose meaning has changed. */
  bind(programs: readonly ProgramSymbols[]): DebugProtocol.Breakpoint[] {
    this.programs = programs;
    const changed = this.kept.flatMap((kept) => {
      const before = JSON.stringify(kept.answer);
      this.resolve(kept);
      return JSON.stringify(kept.answer) === before ? [] : [kept.answer];
    });
    const data = this.data.bind(programs.map(({ hash }) => hash));
    return [...changed, ...data, ...this.instructions.bind(programs)];
  }

  /** Lines of a source in a range at which a breakpoint can stop. */
  linesBetween(path: string, first: number, last: number): number[] {
    const lines = (this.programs ?? []).flatMap((program) =>
      program.files(path).flatMap((file) => program.lines(file)),
    );
    return [...new Set(lines)]
      .filter((line) => line >= first && line <= last)
      .sort((one, other) => one - other);
  }

  private replace(
    isReplaced: (kept: Kept) => boolean,
    wanted: readonly (WantedBreakpoint | WantedFunction)[],
    path: string | undefined,
  ): DebugProtocol.Breakpoint[] {
    const others = this.kept.filter((kept) => !isReplaced(kept));
    const added = wanted.map((each, index): Kept => {
      const kept: Kept = {
        id: ++this.ids,
        wanted: each,
        path,
        answer: { verified: false },
        breakpoints: [],
        statements: [],
      };
      if (others.length + index < BREAKPOINTS_MAX) this.resolve(kept);
      else kept.answer = { verified: false, message: `More than ${BREAKPOINTS_MAX} breakpoints` };
      return kept;
    });
    this.kept = [...others, ...added];
    return added.map(({ answer }) => answer);
  }

  private resolve(kept: Kept): void {
    const { id, wanted } = kept;
    kept.breakpoints = [];
    kept.statements = [];
    try {
      const { targets, statements, line } = this.targetsOf(kept);
      const { condition, hitCondition } = wanted;
      const logMessage = 'logMessage' in wanted ? wanted.logMessage : undefined;
      const hits = isBlank(hitCondition) ? undefined : parseHitCondition(hitCondition);
      if (targets.length > 0) {
        const common = {
          id,
          condition: isBlank(condition) ? undefined : parseExpression(condition),
          hits,
          log: isBlank(logMessage) ? undefined : parseLogMessage(logMessage),
        };
        kept.breakpoints = targets.map((target) => ({ ...common, target }));
      }
      const kind = 'line' in wanted ? 'line' : 'function';
      kept.statements = statements.map(({ symbols, program, offsets }) => ({
        ...{ id, kind, program, offsets, hits },
        key: JSON.stringify([program, offsets, condition, hitCondition, logMessage]),
        condition: isBlank(condition) ? undefined : symbols.condition(condition),
        log: isBlank(logMessage) ? undefined : symbols.logMessage(logMessage),
      }));
      kept.answer = { id, verified: true, ...(line === undefined ? {} : { line }) };
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const line = 'line' in wanted ? { line: wanted.line } : {};
      kept.answer = { id, verified: false, message: error.message, ...line };
    }
  }

  private targetsOf({ wanted, path }: Kept): Targets {
    const { programs } = this;
    if (programs === undefined) throw new ExpressionError('The program is not loaded yet.');
    if ('name' in wanted) return functionTargets(wanted.name, programs);
    return lineTargets(path ?? '', wanted.line, programs);
  }
}

/** What a breakpoint means in the programs: statements, or calls of effects where there are none. */
interface Targets {
  readonly targets: readonly BreakpointTarget[];
  readonly statements: readonly (StatementTarget & { readonly symbols: ProgramSymbols })[];
  /** The line that it stops at. */
  readonly line?: number;
}

function isBlank(text: string | undefined): text is undefined {
  return text === undefined || text.trim() === '';
}

function lineTargets(path: string, line: number, programs: readonly ProgramSymbols[]): Targets {
  const places = programs.flatMap((program) =>
    program.files(path).map((file) => ({ program, file })),
  );
  if (places.length === 0) {
    const reasons = programs.map(({ locator }) => locator.status);
    throw new ExpressionError(
      reasons.every((status) => status !== 'ok')
        ? 'The program has no debug information; build it with -g and without wasm-opt.'
        : `No code of the program comes from ${baseName(path)}.`,
    );
  }
  const statements = places.flatMap(({ program, file }) => {
    const found = program.hasStatements ? program.statementsAt(file, line) : undefined;
    return found === undefined ? [] : [{ ...found, symbols: program }];
  });
  const targets = places.flatMap(({ program, file }) => {
    const found = program.hasStatements ? undefined : program.stopLine(file, line);
    return found === undefined ? [] : [{ kind: 'line' as const, ...found }];
  });
  const [first] = [...statements, ...targets];
  if (first === undefined) {
    const byStatement = places.some(({ program }) => program.hasStatements);
    throw new ExpressionError(byStatement ? NO_STATEMENT : NO_EFFECT);
  }
  return { targets, statements, line: first.line };
}

function functionTargets(name: string, programs: readonly ProgramSymbols[]): Targets {
  const statements = programs.flatMap((program) => {
    const found = program.statementsOf(name.trim());
    return found === undefined ? [] : [{ ...found, symbols: program }];
  });
  const targets = statements.length > 0 ? [] : [functionTarget(name, programs)];
  return { targets, statements };
}

function functionTarget(name: string, programs: readonly ProgramSymbols[]): BreakpointTarget {
  const trimmed = name.trim();
  if (EFFECT_PATTERN.test(trimmed)) {
    const isNamed = NAMED_OPERATIONS.some((each) => matchesGlob(trimmed, each));
    if (isNamed) return { kind: 'effect', pattern: trimmed };
  }
  if (programs.some((program) => program.hasFunction(trimmed))) {
    return { kind: 'function', name: trimmed };
  }
  throw new ExpressionError(
    `The program has no function ${trimmed}, and no effect is named so; effects are ` +
      'http.request, clock.read, volume.* and so on.',
  );
}
