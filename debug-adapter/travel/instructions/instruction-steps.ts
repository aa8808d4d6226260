/**
 * Where steps lead in one execution, instruction by instruction. Statements and effects keep their
 * places: the first instruction of a statement is the statement itself.
 *
 * I1  A step over a call comes to an instruction of the frame that it began in, or of one of its
 *     callers; out of it, of one of its callers.
 * I2  Backwards they are the same, seen from the end.
 */
import type { Place } from '../place.ts';
import type { ExecutionPath } from '../statements/execution-path.ts';
import { ANY_DEPTH } from '../statements/moves.ts';
import type { StepCommand } from '../statements/statement-steps.ts';
import {
  ANY_LEVEL,
  type Found,
  instructionsFrom,
  instructionsOf,
  nthOf,
} from './instruction-scan.ts';

/** Instructions that are looked at one by one before those of deeper frames are left out. */
const NEAR_INSTRUCTIONS = 20_000;
/** Statements that are looked at first on the way back, and how many times as far each next look. */
const NEAR_STATEMENTS = 64;
const FURTHER = 64;

/** Before an instruction, or, when it is begun, in the middle of it. */
interface Cursor {
  readonly tick: number;
  /** -1 before the first that can be seen. */
  readonly index: number;
  readonly isBegun: boolean;
}

/** The code of a statement, and the frame that runs it. */
export interface StatementCode {
  /** Where it begins and ends: code offsets. */
  readonly from: number;
  readonly until: number;
  /** The level of the frame. */
  readonly level: number;
  /** How many calls of functions with statements are on the stack up to the frame. */
  readonly depth: number;
}

export class InstructionSteps {
  constructor(private readonly path: ExecutionPath) {}

  /** Undefined when what is known of the execution ends before it. */
  target(place: Place, command: StepCommand): Place | undefined {
    switch (command) {
      case 'in':
        return place.kind === 'end' ? undefined : this.into(place);
      case 'over':
      case 'out':
        return place.kind === 'end' ? undefined : this.forward(place, command);
      case 'back':
      case 'back-out':
        return this.backward(place, command);
      case 'back-in':
        return this.backInto(place);
    }
  }

  /**
   * Into a call of the statement at hand: to the first statement that runs because of it, or the
   * first instruction where there is none, or the effect that it is; `past` when the statement ends
   * without it. Undefined when what is known of the execution ends before.
   */
  intoCall(place: Place, codeOffset: number, code: StatementCode): Place | 'past' | undefined {
    const { path } = this;
    const { from, until, level, depth } = code;
    const cursor = this.cursorAt(place);
    const skipped = this.countUpTo(cursor, level + 1);
    let last = { tick: cursor.tick, nth: -1 };
    let effects: number | undefined;
    let reached: 'call' | 'past' | undefined;
    path.reruns.looks({ from: cursor.tick, levelMax: level + 1 }, (look) => {
      last = { tick: look.tick, nth: look.tick === last.tick ? last.nth + 1 : 0 };
      if (look.tick === cursor.tick && last.nth < skipped) return false;
      if (effects !== undefined && look.level > level) reached = 'call';
      else if (effects === undefined && look.level === level && look.offset === codeOffset) {
        effects = look.effects;
      } else if (effects !== undefined || look.level < level) reached = 'past';
      else if (look.level === level && (look.offset < from || look.offset >= until)) {
        reached = 'past';
      }
      return reached !== undefined;
    });
    // What it calls may be no function of the module.
    const isEffect = effects !== undefined && reached !== 'call' && path.calls(effects);
    if (isEffect) return path.effectPlace(effects as number);
    if (reached !== 'call') return reached;
    const found = nthOf(path.reruns, last.tick, last.nth, (look) => look.level <= level + 1);
    const first = found?.index === 0 ? last.tick : last.tick + 1;
    return this.isDeeper(first, depth) ? path.placeAt(first) : this.placeAt(found);
  }

  private isDeeper(tick: number, depth: number): boolean {
    let isDeeper = false;
    this.path.scan({ from: tick, to: tick, depthMax: ANY_DEPTH }, (visit) => {
      isDeeper = visit.depth > depth;
      return true;
    });
    return isDeeper;
  }

  /** How many instructions of a statement have been begun, of frames no deeper. */
  private countUpTo({ tick, index, isBegun }: Cursor, levelMax: number): number {
    let count = 0;
    instructionsOf(this.path.reruns, tick, (look) => {
      if (look.index > index || (look.index === index && !isBegun)) return true;
      if (look.level <= levelMax) count++;
      return false;
    });
    return count;
  }

  private into(place: Exclude<Place, { kind: 'end' }>): Place | undefined {
    const { path } = this;
    const from = this.cursorAt(place);
    let found: Found | undefined;
    instructionsFrom(path.reruns, from.tick, (look) => {
      if (look.tick > from.tick || look.index > from.index) found = look;
      return found !== undefined;
    });
    const seq = path.effectDuring(place);
    if (seq !== undefined && (found === undefined || found.effects > seq)) {
      return path.effectPlace(seq);
    }
    return this.placeAt(found);
  }

  private forward(place: Place, command: 'over' | 'out'): Place | undefined {
    const { reruns } = this.path;
    const from = this.cursorAt(place);
    let levelMax = command === 'over' ? ANY_LEVEL : 0;
    // How many instructions of each level come before, in the statement.
    const passed: number[] = [];
    let found: Found | undefined;
    let looks = 0;
    instructionsFrom(reruns, from.tick, (look) => {
      if (look.tick === from.tick && look.index <= from.index) {
        passed[look.level] = (passed[look.level] ?? 0) + 1;
        if (look.index === from.index) levelMax = look.level - (command === 'out' ? 1 : 0);
        return false;
      }
      if (look.level <= levelMax) found = look;
      return found !== undefined || ++looks > NEAR_INSTRUCTIONS;
    });
    if (found !== undefined || looks <= NEAR_INSTRUCTIONS) return this.placeAt(found);
    return this.placeAt(this.firstUpTo(levelMax, from.tick, sumUpTo(passed, levelMax)));
  }

  /** The first instruction of frames no deeper, from a statement on, behind so many of them. */
  private firstUpTo(levelMax: number, from: number, skipped: number): Found | undefined {
    const { reruns } = this.path;
    let tick: number | undefined;
    let nth = 0;
    let seen = 0;
    reruns.looks({ from, levelMax }, (look) => {
      if (look.tick === from && seen++ < skipped) return false;
      tick = look.tick;
      nth = look.tick === from ? skipped : 0;
      return true;
    });
    if (tick === undefined) return undefined;
    return nthOf(reruns, tick, nth, ({ level }) => level <= levelMax);
  }

  private backward(place: Place, command: 'back' | 'back-out'): Place | undefined {
    const { path } = this;
    const from = this.cursorAt(place);
    const last = from.isBegun ? from.index : from.index - 1;
    let levelMax = command === 'back' ? ANY_LEVEL : 0;
    // The latest instruction of each level.
    const latest: Found[] = [];
    instructionsOf(path.reruns, from.tick, (look) => {
      if (look.index <= last) latest[look.level] = look;
      if (look.index === from.index) levelMax = look.level - (command === 'back-out' ? 1 : 0);
      return look.index >= from.index;
    });
    if (place.kind === 'end') levelMax = this.levelAtEnd(command);
    const near = latest.slice(0, levelMax + 1).filter((each) => each !== undefined);
    if (near.length > 0) {
      return this.placeAt(near.reduce((one, other) => (one.index > other.index ? one : other)));
    }
    return levelMax < 1 ? undefined : this.placeAt(this.lastBefore(from.tick, levelMax));
  }

  /** A program that has exited has returned from all its calls. */
  private levelAtEnd(command: 'back' | 'back-out'): number {
    if (command === 'back-out') return 0;
    return this.path.reruns.learned.exited ? 1 : ANY_LEVEL;
  }

  /** The last instruction before a statement of a frame no deeper. */
  private lastBefore(tick: number, levelMax: number): Found | undefined {
    const { reruns } = this.path;
    let to = tick - 1;
    for (let length = NEAR_STATEMENTS; to >= 1; length *= FURTHER) {
      const from = Math.max(1, to - length + 1);
      let last: { readonly tick: number; readonly nth: number } | undefined;
      reruns.looks({ from, levelMax }, (look) => {
        if (look.tick > to) return true;
        last = { tick: look.tick, nth: last?.tick === look.tick ? last.nth + 1 : 0 };
        return false;
      });
      if (last !== undefined) {
        return nthOf(reruns, last.tick, last.nth, ({ level }) => level <= levelMax);
      }
      to = from - 1;
    }
    return undefined;
  }

  private backInto(place: Place): Place | undefined {
    const { path } = this;
    const from = this.cursorAt(place);
    const last = from.isBegun ? from.index : from.index - 1;
    const here = last >= 0 ? this.indexed(from.tick, last) : this.lastOf(from.tick - 1);
    const before = place.kind === 'end' ? path.reruns.learned.effectTicks.length : place.seq;
    if (before > (here?.effects ?? 0)) return path.effectPlace(before - 1);
    return this.placeAt(here);
  }

  private lastOf(tick: number): Found | undefined {
    let found: Found | undefined;
    if (tick < 1) return undefined;
    instructionsOf(this.path.reruns, tick, (look) => {
      found = look;
      return false;
    });
    return found;
  }

  private indexed(tick: number, index: number): Found | undefined {
    return nthOf(this.path.reruns, tick, index, () => true);
  }

  private cursorAt(place: Place): Cursor {
    const tick = this.path.tickAt(place);
    if (place.kind === 'statement') return { tick, index: place.instruction ?? 0, isBegun: false };
    // The call of an effect is the last instruction that was begun before it.
    const seq = place.kind === 'effect' ? place.seq : Number.POSITIVE_INFINITY;
    let index = -1;
    instructionsOf(this.path.reruns, tick, (look) => {
      if (look.effects > seq) return true;
      index = look.index;
      return false;
    });
    return { tick, index, isBegun: true };
  }

  /** Before the first statement, a program can be seen inside of effects only. */
  private placeAt(found: Found | undefined): Place | undefined {
    if (found === undefined) return undefined;
    const { tick, index, effects } = found;
    if (tick >= 1) return this.path.instructionPlace(tick, index, effects);
    return this.path.has(1) ? this.path.placeAt(1) : undefined;
  }
}

function sumUpTo(counts: readonly number[], level: number): number {
  return counts.slice(0, level + 1).reduce((sum, count) => sum + (count ?? 0), 0);
}
