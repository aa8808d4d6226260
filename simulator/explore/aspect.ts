/**
 * What coverage counts of a fault: its kind, with the point where it has one, such as
 * `crash@performed`. Lengths and the like make no other aspect.
 */
import { EFFECT_POINTS, FAULT_KINDS, type Fault, type FaultKind, specOf } from '../faults/fault.ts';
import { CLOCK_FAULTS } from '../faults/kinds/clock.ts';
import { TIMER_FAULTS } from '../faults/kinds/timer.ts';
import { matchesGlob } from '../kernel/glob.ts';
import type { WorldNames } from './fault-values.ts';

/** What reads clocks. */
export const CLOCK_EFFECTS: readonly string[] = ['clock.*'];
/** What a clock that is wrong can change later than at its reading. */
const TIMED_EFFECTS: readonly string[] = [...CLOCK_EFFECTS, 'wait.*'];

/** The effects that a fault of a kind can touch when it is aimed at them, as patterns. */
export function effectsTouchedBy(kind: FaultKind): readonly string[] {
  const { effects } = specOf(kind);
  if (effects !== undefined) return effects;
  return isClockKind(kind) || kind in TIMER_FAULTS ? TIMED_EFFECTS : ['*'];
}

/** Kinds that end others: alone they do nothing. */
const MENDING: ReadonlySet<FaultKind> = new Set(['heal', 'resume', 'restart', 'clock-reset']);

/** Data comes out wrong, and nothing tells: no program that believes what it reads survives that. */
export const CORRUPTING_KINDS: readonly FaultKind[] = FAULT_KINDS.filter(
  (kind) => kind.startsWith('corrupt-') || kind === 'stale-read' || kind === 'misdirected-write',
);

/** Whether a fault makes data wrong without telling anybody. */
export function isSilent(fault: Fault): boolean {
  if (fault.kind === 'torn-write') return fault.told === 'all';
  return CORRUPTING_KINDS.includes(fault.kind);
}

/** Kinds that need something that only a person knows, such as another module. */
const UNGUESSED: readonly FaultKind[] = FAULT_KINDS.filter((kind) =>
  Object.values(specOf(kind).fields).some(({ type }) => type === 'module'),
);

/** All that a program can be expected to survive. */
const SURVIVABLE_KINDS: readonly FaultKind[] = FAULT_KINDS.filter(
  (kind) => !UNGUESSED.includes(kind) && !CORRUPTING_KINDS.includes(kind),
);

/**
 * Those that may come at any effect. What is not synced is lost only where a program has gone on to something
 * else: between a write and its sync, no program could know of it.
 */
export const CHANCE_KINDS: readonly FaultKind[] = SURVIVABLE_KINDS.filter(
  (kind) => kind !== 'lost-writes',
);

/** Those that befall volumes as such, whatever the effect at which they happen. */
const VOLUME_KINDS: ReadonlySet<FaultKind> = new Set(
  FAULT_KINDS.filter((kind) =>
    Object.values(specOf(kind).fields).some(({ type }) => type === 'volume'),
  ),
);

/** Kinds that do nothing in a world, because it has nothing that they befall. */
export function idleKindsIn({ volumes }: Pick<WorldNames, 'volumes'>): readonly FaultKind[] {
  return volumes.length > 0 ? [] : [...VOLUME_KINDS];
}

/** Those of them that do something by themselves. */
export const HARMFUL_KINDS: readonly FaultKind[] = SURVIVABLE_KINDS.filter(
  (kind) => !MENDING.has(kind),
);

export function isClockKind(kind: FaultKind): boolean {
  return kind in CLOCK_FAULTS;
}

export function touches(kind: FaultKind, effect: string): boolean {
  if (kind === 'lost-writes') return !effect.startsWith('volume.');
  return effectsTouchedBy(kind).some((pattern) => matchesGlob(pattern, effect));
}

export function aspectOf(fault: Fault): string {
  return 'point' in fault ? `${fault.kind}@${fault.point}` : fault.kind;
}

/** Every aspect that there is of faults aimed at an effect; those of a replay need two faults. */
export class AspectTable {
  private readonly known = new Map<string, readonly string[]>();
  private readonly kinds: readonly FaultKind[];

  /** @param idle kinds that do nothing in this world */
  constructor(idle: readonly FaultKind[]) {
    this.kinds = HARMFUL_KINDS.filter((kind) => !idle.includes(kind));
  }

  of(effect: string): readonly string[] {
    const known = this.known.get(effect);
    if (known !== undefined) return known;
    const aspects = this.kinds.filter((kind) => touches(kind, effect)).flatMap(aspectsOfKind);
    this.known.set(effect, aspects);
    return aspects;
  }
}

function aspectsOfKind(kind: FaultKind): readonly string[] {
  return 'point' in specOf(kind).fields ? EFFECT_POINTS.map((point) => `${kind}@${point}`) : [kind];
}
