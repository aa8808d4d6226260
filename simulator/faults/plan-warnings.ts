/** What can be said of a plan that is usable and does not do what it seems to. */

import { matchesGlob } from '../kernel/glob.ts';
import { formatDuration } from '../kernel/time.ts';
import { type Fault, type FaultKind, type FaultPlan, specOf } from './fault.ts';
import { isRole } from './node-role.ts';

/** What each mend mends, and what is said where nothing of that is in the plan. */
const MENDS: Partial<
  Readonly<Record<FaultKind, readonly [broken: readonly FaultKind[], text: string]>>
> = {
  resume: [['pause'], 'nothing in the plan pauses'],
  restart: [['crash', 'torn-tail'], 'nothing in the plan crashes'],
  'clock-reset': [
    ['clock-jump', 'clock-offset', 'clock-drift', 'clock-freeze', 'clock-strobe', 'leap-second'],
    'nothing in the plan befalls a clock of',
  ],
};

export interface PlanWarning {
  /** The number of the fault that it is about, from 1. */
  readonly number: number;
  /** A sentence without a full stop. */
  readonly text: string;
}

/** In the order of the plan. */
export function planWarnings({ faults, untilNanos }: FaultPlan): readonly PlanWarning[] {
  return faults.flatMap((fault, index) => {
    const text = tooLate(fault, untilNanos) ?? warningOf(fault, faults);
    return text === undefined ? [] : [{ number: index + 1, text: `${fault.kind}: ${text}` }];
  });
}

function tooLate({ at }: Fault, untilNanos: bigint | undefined): string | undefined {
  const from = at.kind === 'time' ? at.atNanos : at.afterNanos;
  if (untilNanos === undefined || from === undefined || from < untilNanos) return undefined;
  return `from ${formatDuration(untilNanos)} on nothing goes wrong ("until" of the plan)`;
}

function warningOf(fault: Fault, faults: readonly Fault[]): string | undefined {
  const { effects } = specOf(fault.kind);
  const aimed = 'effect' in fault.at ? fault.at.effect : '*';
  if (effects !== undefined && !effects.some((pattern) => mayMeet(pattern, aimed))) {
    return `it can befall ${effects.join(', ')}, and no ${aimed}`;
  }
  if (fault.at.kind === 'chance' && fault.at.probability === 0) return 'its probability is 0';
  const mend = MENDS[fault.kind];
  if (mend === undefined) return undefined;
  const [kinds, text] = mend;
  const isMeant = (other: Fault): boolean => kinds.includes(other.kind) && mayHit(other, fault);
  const node = nodeOf(fault) ?? 'the node that runs the effect';
  return faults.some(isMeant) ? undefined : `${text} ${node}`;
}

/** Whether there can be an effect that fits both patterns, of which one without `*` is a name. */
function mayMeet(one: string, other: string): boolean {
  if (!one.includes('*')) return matchesGlob(other, one);
  if (!other.includes('*')) return matchesGlob(one, other);
  const [start, begins] = [one.split('*')[0] ?? '', other.split('*')[0] ?? ''];
  return start.startsWith(begins) || begins.startsWith(start);
}

/** Whether two faults can be of one node: nobody knows who has a role, or runs an effect. */
function mayHit(one: Fault, other: Fault): boolean {
  const [left, right] = [nodeOf(one), nodeOf(other)];
  if (left === undefined || right === undefined) return true;
  return left === right || isRole(left) || isRole(right);
}

function nodeOf(fault: Fault): string | undefined {
  return 'node' in specOf(fault.kind).fields && 'node' in fault ? fault.node : undefined;
}
