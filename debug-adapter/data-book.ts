/**
 * The data breakpoints of a client, and what they can be set on: each value that it was told of has
 * an id, by which it sets the breakpoint.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { DebugInfo } from '../simulator/guest/symbols/index.ts';
import { parseHitCondition } from './travel/breakpoint.ts';
import { type DataBreakpoint, dataCondition } from './travel/data/data-breakpoint.ts';
import { callOf, type DataTarget } from './travel/data/data-target.ts';
import { ExpressionError } from './travel/expression.ts';

/** Each breakpoint runs its execution again when one goes on. */
export const DATA_BREAKPOINTS_MAX = 32;
/** Values that a client was told of; an editor asks about each whose menu is opened. */
const OFFERS_KEPT_MAX = 10_000;

export interface WantedData {
  readonly dataId: string;
  readonly accessType: string | undefined;
  readonly condition: string | undefined;
  readonly hitCondition: string | undefined;
}

interface Offer {
  readonly target: DataTarget;
  readonly debug: DebugInfo;
}

interface Kept {
  readonly breakpoint: DataBreakpoint;
  answer: DebugProtocol.Breakpoint;
}

const NOT_READ = 'Reading a value cannot be watched, only writing.';
const UNKNOWN = 'This value is of another debug session; set the breakpoint on it anew.';
const REBUILT = 'The program was built anew; set the breakpoint on the value anew.';

export class DataBook {
  private readonly offers = new Map<string, Offer>();
  private kept: Kept[] = [];
  private hashes: ReadonlySet<string> = new Set();

  constructor(private readonly nextId: () => number) {}

  /** The id of a value, for the client. */
  offer(target: DataTarget, debug: DebugInfo): string {
    const id = idOf(target);
    const [oldest] = this.offers.keys();
    if (this.offers.size >= OFFERS_KEPT_MAX && oldest !== undefined) this.offers.delete(oldest);
    this.offers.set(id, { target, debug });
    return id;
  }

  /** Replaces all. */
  set(wanted: readonly WantedData[]): DebugProtocol.Breakpoint[] {
    this.kept = [];
    return wanted.map((each) => {
      const id = this.nextId();
      try {
        const kept = this.keep(id, each);
        this.kept.push(kept);
        return kept.answer;
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        return { id, verified: false, message: error.message };
      }
    });
  }

  breakpoints(): DataBreakpoint[] {
    return this.kept.map(({ breakpoint }) => breakpoint);
  }

  /** The programs are there, or others are; returns the answers that have changed. */
  bind(hashes: readonly string[]): DebugProtocol.Breakpoint[] {
    this.hashes = new Set(hashes);
    return this.kept.flatMap((kept) => {
      const { verified } = kept.answer;
      kept.answer = this.answerTo(kept.breakpoint);
      return kept.answer.verified === verified ? [] : [kept.answer];
    });
  }

  private keep(id: number, { dataId, accessType, condition, hitCondition }: WantedData): Kept {
    if (accessType !== undefined && accessType !== 'write') throw new ExpressionError(NOT_READ);
    const offer = this.offers.get(dataId);
    if (offer === undefined) throw new ExpressionError(UNKNOWN);
    if (this.kept.length >= DATA_BREAKPOINTS_MAX) {
      throw new ExpressionError(`More than ${DATA_BREAKPOINTS_MAX} data breakpoints`);
    }
    const { target, debug } = offer;
    const breakpoint: DataBreakpoint = {
      id,
      target,
      condition: isBlank(condition) ? undefined : dataCondition(condition, debug, callOf(target)),
      hits: isBlank(hitCondition) ? undefined : parseHitCondition(hitCondition),
    };
    return { breakpoint, answer: this.answerTo(breakpoint) };
  }

  private answerTo({ id, target }: DataBreakpoint): DebugProtocol.Breakpoint {
    if (!this.hashes.has(target.program)) return { id, verified: false, message: REBUILT };
    const { functionName } = target;
    if (functionName === undefined) return { id, verified: true };
    return { id, verified: true, message: `Ends when this call of ${functionName} returns.` };
  }
}

function idOf(target: DataTarget): string {
  const { execution, name, kind } = target;
  const where = kind === 'memory' ? `0x${target.bytes.start.toString(16)}` : 'expression';
  const length = kind === 'memory' ? `+${target.bytes.length}` : '';
  return `${execution} ${name} ${where}${length} ${callOf(target)?.activation ?? ''}`.trim();
}

function isBlank(text: string | undefined): text is undefined {
  return text === undefined || text.trim() === '';
}
