/** Breakpoints on instructions, as a client sets them in the disassembly. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { codeAddress, parseCodeAddress } from './code-address.ts';
import type { ProgramSymbols } from './program-symbols.ts';
import { parseHitCondition } from './travel/breakpoint.ts';
import { ExpressionError } from './travel/expression.ts';
import type { StatementBreakpoint } from './travel/statements/statement-breakpoint.ts';

/** Breakpoints on instructions of one client. */
export const INSTRUCTION_BREAKPOINTS_MAX = 1_000;

export interface WantedInstruction {
  readonly reference: string;
  /** In bytes, from the reference on. */
  readonly offset: number;
  readonly condition: string | undefined;
  readonly hitCondition: string | undefined;
}

interface Kept {
  readonly id: number;
  readonly wanted: WantedInstruction;
  /** The hash of the program whose code was shown. */
  readonly program: string;
  breakpoint: StatementBreakpoint | undefined;
  answer: DebugProtocol.Breakpoint;
}

/** They stop before the instruction; at the edge of a block, before the next one in it. */
export class InstructionBook {
  private kept: Kept[] = [];

  constructor(private readonly nextId: () => number) {}

  /** Replaces all; `program` is the hash of the one whose code the client was shown. */
  set(
    wanted: readonly WantedInstruction[],
    program: string,
    programs: readonly ProgramSymbols[],
  ): DebugProtocol.Breakpoint[] {
    this.kept = wanted.map((each, index) => {
      const id = this.nextId();
      const kept: Kept = {
        ...{ id, wanted: each, program },
        breakpoint: undefined,
        answer: { id, verified: false, message: `More than ${INSTRUCTION_BREAKPOINTS_MAX}` },
      };
      if (index < INSTRUCTION_BREAKPOINTS_MAX) resolve(kept, programs);
      return kept;
    });
    return this.kept.map(({ answer }) => answer);
  }

  breakpoints(): StatementBreakpoint[] {
    return this.kept.flatMap(({ breakpoint }) => breakpoint ?? []);
  }

  /** Other programs are there; returns the answers that have changed. */
  bind(programs: readonly ProgramSymbols[]): DebugProtocol.Breakpoint[] {
    return this.kept.slice(0, INSTRUCTION_BREAKPOINTS_MAX).flatMap((kept) => {
      const { verified } = kept.answer;
      resolve(kept, programs);
      return kept.answer.verified === verified ? [] : [kept.answer];
    });
  }
}

function resolve(kept: Kept, programs: readonly ProgramSymbols[]): void {
  const { id, wanted } = kept;
  kept.breakpoint = undefined;
  try {
    const { breakpoint, address } = resolved(kept, programs);
    kept.breakpoint = breakpoint;
    kept.answer = { id, verified: true, instructionReference: address };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    const { reference } = wanted;
    kept.answer = { id, verified: false, message: error.message, instructionReference: reference };
  }
}

function resolved({ id, wanted, program }: Kept, programs: readonly ProgramSymbols[]) {
  const { reference, offset, condition, hitCondition } = wanted;
  const place = parseCodeAddress(reference);
  const symbols = programs.find(({ hash }) => hash === program);
  if (place === undefined) throw new ExpressionError(`${reference} is no address of code.`);
  if (symbols === undefined) throw new ExpressionError('The program was built anew.');
  const { moduleIndex, codeOffset } = place;
  const isOwn = moduleIndex === symbols.moduleIndex;
  if (!symbols.hasStatements) {
    throw new ExpressionError('The program has no statements, and stops at effects only.');
  }
  const stop = isOwn ? symbols.instructionStop(codeOffset + offset) : undefined;
  if (stop === undefined) {
    throw new ExpressionError('There is no code of the module that is debugged.');
  }
  const breakpoint: StatementBreakpoint = {
    ...{ id, kind: 'line', program, offsets: [stop], log: undefined },
    key: JSON.stringify([program, stop, condition, hitCondition]),
    condition: isBlank(condition) ? undefined : symbols.condition(condition),
    hits: isBlank(hitCondition) ? undefined : parseHitCondition(hitCondition),
  };
  return { breakpoint, address: codeAddress({ moduleIndex, codeOffset: stop }) };
}

function isBlank(text: string | undefined): text is undefined {
  return text === undefined || text.trim() === '';
}
