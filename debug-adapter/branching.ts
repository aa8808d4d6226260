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
import type { Entry, ExecutionId } from '../simulator/journal/entry.ts';
import { BranchBook, branchPath } from './branch-book.ts';
import type { ClientPort } from './client-port.ts';
import { debugErrors } from './debug-error.ts';
import type { DebugHost } from './debug-host.ts';
import type { DebugTarget } from './debug-target.ts';
import type { BranchPoint } from './travel/branch.ts';
import { applyChange, type Change, changeText } from './travel/change.ts';
import type { Place } from './travel/place.ts';
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

  /** Changes the result of an effect, such as that at hand. */
  edit({ execution, seq }: EffectPlace, edit: ResultEdit): Promise<Changed> {
    return this.change({ execution, seq }, [{ kind: 'edit', edit }]);
  }

  /** The effect whose result is shown: one that is there, or that is about to be performed. */
  effectAtHand(place: Place = this.session.traveller.position.place): SeenEffect {
    const effect = this.session.traveller.effectAt(place);
    if (effect === undefined) throw debugErrors.noEffectHere(place.execution);
    return effect;
  }

  /** The effect that comes next at the place where the session is. */
  nextEffect(): EffectPlace {
    const { place } = this.session.traveller.position;
    if (place.kind === 'end') throw debugErrors.noEffectHere(place.execution);
    return { execution: place.execution, seq: place.seq };
  }

  async change(at: EffectPlace, changes: readonly Change[]): Promise<Changed> {
    this.session.requireStopped();
    const { target, port } = this.session;
    const upcoming = target.live?.upcoming;
    const isHere = upcoming?.execution === at.execution && upcoming.seq === at.seq;
    if (target.live === undefined || upcoming === undefined || !isHere) {
      return this.begin(at, changes);
    }
    for (const change of changes) applyChange(target.live, change);
    return { branch: false, after: () => port.invalidated() };
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

  private pointOf({ execution, seq }: EffectPlace, changes: readonly Change[]): BranchPoint {
    const { history } = this.session.traveller.view;
    const entry = history.entries(execution)[seq];
    if (entry === undefined) throw debugErrors.noEffectHere(execution);
    for (const change of changes) tryChange(entry, change);
    return { execution, seq: entry.seq, attempt: this.attemptAt({ execution, seq }) };
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
