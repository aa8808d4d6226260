/**
 * Changing what happens: at once at the live edge, and in the past in a branch, which begins there
 * and takes the place of what was debugged before.
 *
 * B1  A change that cannot be is refused before anything is changed.
 * B2  What a branch began from stays as it is.
 */
import { editResult, type ResultEdit } from '../simulator/effects/result-edit.ts';
import type { PatchWrite } from '../simulator/engine/patch.ts';
import type { Fault } from '../simulator/faults/fault.ts';
import { parseFault } from '../simulator/faults/plan.ts';
import { openRecorded, type RecordedSimulation } from '../simulator/host/recorded-simulation.ts';
import { type Entry, type ExecutionId, seqOf } from '../simulator/journal/entry.ts';
import { BranchBook, branchPath } from './branch-book.ts';
import type { ClientPort } from './client-port.ts';
import { debugErrors } from './debug-error.ts';
import type { DebugHost } from './debug-host.ts';
import type { DebugTarget } from './debug-target.ts';
import type { BranchPoint } from './travel/branch.ts';
import {
  applyChange,
  type Change,
  changeText,
  readyChange,
  type SetClock,
} from './travel/change.ts';
import type { LiveDriver } from './travel/live-driver.ts';
import { lostEntriesOf } from './travel/lost-calls.ts';
import { beforeLoss, type Place } from './travel/place.ts';
import type { SeenEffect } from './travel/seen-effect.ts';
import type { Traveller } from './travel/traveller.ts';

/** What branching needs of the session. */
export interface BranchingSession {
  readonly port: ClientPort;
  readonly target: DebugTarget;
  readonly traveller: Traveller;
  readonly recordsBranches: boolean;
  requireStopped(): void;
  replaceTarget(make: () => Promise<DebugTarget>): Promise<void>;
  whileMoving(work: () => Promise<void>): Promise<void>;
  arriveAtEdge(): void;
  /** Stops at a place of what is known. */
  arriveAt(place: Place): void;
  /** Tells a client that shows memory what was written by hand. */
  tellMemory(write: PatchWrite): void;
}

/** An effect of an execution. */
export interface EffectPlace {
  readonly execution: ExecutionId;
  readonly seq: number;
  /** The attempt that called it, of those whose crash took it away. */
  readonly lostWith?: number | undefined;
}

/** What came of a change. */
export interface Changed {
  /** Whether it began a branch, of whose first stop `after` tells. */
  readonly branch: boolean;
  readonly after: () => void;
}

export class Branching {
  readonly book = new BranchBook();

  constructor(
    private readonly host: DebugHost,
    private readonly session: BranchingSession,
  ) {}

  /** Lets a fault befall the effect at hand, or where it says itself. */
  async inject(value: unknown): Promise<Changed> {
    this.session.requireStopped();
    const at = this.nextEffect();
    return this.change(at, [{ kind: 'fault', fault: faultAt(value, at) }]);
  }

  /** Sets a clock of a node before the effect that comes next at a place; stays there. */
  async setClock(place: Place, set: Pick<SetClock, 'node' | 'clock' | 'nanos'>): Promise<Changed> {
    this.session.requireStopped();
    const at = this.nextEffect(place);
    const { execution, seq } = at;
    const changed = await this.change(at, [{ kind: 'clock', clock: { ...set, execution, seq } }]);
    if (!changed.branch) return changed;
    return { branch: true, after: () => this.session.arriveAt(beforeLoss(place)) };
  }

  /** Changes the result of an effect, such as that at hand. */
  edit({ execution, seq, lostWith: attempt }: EffectPlace, edit: ResultEdit): Promise<Changed> {
    return this.change({ execution, seq, lostWith: attempt }, [{ kind: 'edit', edit }]);
  }

  /** The effect whose result is shown: one that is there, or that is about to be performed. */
  effectAtHand(place: Place = this.session.traveller.position.place): SeenEffect {
    const effect = this.session.traveller.effectAt(place);
    if (effect === undefined) throw debugErrors.noEffectHere(place.execution);
    return effect;
  }

  /** The effect that comes next at a place, such as that where the session is. */
  nextEffect(place: Place = this.session.traveller.position.place): EffectPlace {
    const { execution } = place;
    if (place.kind === 'end') throw debugErrors.noEffectHere(execution);
    return { execution, seq: place.seq, lostWith: place.lostWith };
  }

  async change(at: EffectPlace, changes: readonly Change[]): Promise<Changed> {
    this.session.requireStopped();
    const { target, port } = this.session;
    const { live } = target;
    if (live === undefined || !this.isAhead(live, at, changes)) return this.begin(at, changes);
    const ready: Change[] = [];
    for (const change of changes) ready.push(await readyChange(this.host, live, change));
    for (const change of ready) applyChange(live, change);
    return { branch: false, after: () => port.invalidated() };
  }

  /** Whether the live simulation has not performed an effect yet, and can still be changed there. */
  private isAhead(live: LiveDriver, at: EffectPlace, changes: readonly Change[]): boolean {
    if (at.lostWith !== undefined) return false;
    const { upcoming } = live;
    if (upcoming !== undefined) {
      return upcoming.execution === at.execution && upcoming.seq === at.seq;
    }
    const latest = live.run.simulation.engine.executions.get(at.execution)?.latest;
    const isToCome = !live.ended && latest?.ended === false && latest.view.length === at.seq;
    return isToCome && changes.every(({ kind }) => kind !== 'edit');
  }

  /**
   * Begins a branch before an effect; without changes it differs in nothing until somebody does
   * something else in it.
   *
   * @param record where it is recorded; beside its recording when it is left out
   */
  async begin(at: EffectPlace, changes: readonly Change[], record?: string): Promise<Changed> {
    this.session.requireStopped();
    await this.beginAt(this.pointOf(at, changes), changes, record);
    return { branch: true, after: () => this.session.arriveAtEdge() };
  }

  /** The same, at any point. */
  async beginAt(point: BranchPoint, changes: readonly Change[], record?: string): Promise<void> {
    const { session } = this;
    session.requireStopped();
    const { target, port } = session;
    const { execution, seq, tick } = point;
    const recording = record ?? this.recordingOf(target);
    if (recording !== undefined && recording === target.recordedAt) {
      throw debugErrors.recordsOverOrigin(recording);
    }
    await session.replaceTarget(() => target.branch(point, changes, recording));
    this.book.add({ execution, seq, changes: changes.map(changeText), recording });
    const where = recording === undefined ? '' : ` It is recorded in ${recording}.`;
    const place = tick === undefined ? `#${seq}` : `statement ${tick}`;
    port.output(`A branch begins before ${execution} ${place}.${where}\n`, 'console');
  }

  /** The attempt that came first to an effect, of those that the journal has it of. */
  attemptAt({ execution, seq }: EffectPlace): number {
    const { history } = this.session.traveller.view;
    const entry = history.entries(execution)[seq];
    const attempts = history.attempts(execution);
    const begun = attempts.filter(
      ({ startedAt }) => entry === undefined || startedAt <= entry.startedAt,
    );
    return begun.at(-1)?.number ?? 1;
  }

  /** Another recording, to be looked at beside what is debugged; throws RecordingError. */
  openRecording(path: string): Promise<RecordedSimulation> {
    return openRecorded(this.host, path);
  }

  private pointOf(at: EffectPlace, changes: readonly Change[]): BranchPoint {
    const { execution, seq, lostWith: lost } = at;
    const { history } = this.session.traveller.view;
    const entry =
      lost === undefined
        ? history.entries(execution)[seq]
        : lostEntriesOf(history, execution, lost).find((each) => each.seq === seq);
    // The crash may have come before it was begun.
    if (entry === undefined && lost === undefined) throw debugErrors.noEffectHere(execution);
    if (entry !== undefined) for (const change of changes) tryChange(entry, change);
    return { execution, seq: seqOf(seq), attempt: lost ?? this.attemptAt(at) };
  }

  /** Beside the recording that it branches from; undefined where nothing is recorded. */
  private recordingOf({ recordedAt }: DebugTarget): string | undefined {
    if (recordedAt === undefined || !this.session.recordsBranches) return undefined;
    return branchPath(recordedAt, (path) => this.host.hasFile?.(path) === true);
  }
}

function tryChange({ operation, args, result }: Entry, change: Change): void {
  if (change.kind === 'edit') editResult(operation.name, args, result, change.edit);
}

/** A fault as in a plan; one that does not say where is at the effect. */
export function faultAt(value: unknown, { execution, seq }: EffectPlace): Fault {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const given = isObject && !('at' in value) ? { ...value, at: { execution, seq } } : value;
  return parseFault(given, 'the injected fault');
}
