/**
 * Changing memory of a program: at the live edge at once, and in the past in a branch. Either way
 * the session stays at the place, which sees what was written.
 *
 * P1  What cannot be written is refused before anything is changed.
 */
import type { Patch, PatchPlace, PatchWrite } from '../simulator/engine/patch.ts';
import { PATCH_BYTES_MAX } from '../simulator/kernel/limits.ts';
import type { Branching, BranchingSession, Changed } from './branching.ts';
import { debugErrors } from './debug-error.ts';
import { type BranchPoint, motionTo } from './travel/branch.ts';
import type { LiveDriver } from './travel/live-driver.ts';
import { beforeLoss, lostWith, type Place } from './travel/place.ts';

type PatchablePlace = Exclude<Place, { readonly kind: 'end' }>;

export interface Patched extends Changed {
  /** Where it was changed, in what is debugged now. */
  readonly place: Place;
}

export class Patching {
  constructor(
    private readonly session: BranchingSession,
    private readonly branching: Pick<Branching, 'attemptAt' | 'beginAt'>,
  ) {}

  /**
   * Throws DebugError `not-patchable`, PatchError and ModuleError.
   *
   * @param label what a person changes, such as `total = 5`
   */
  async patch(place: Place, write: PatchWrite, label: string): Promise<Patched> {
    const { session } = this;
    session.requireStopped();
    const at = patchable(place, label);
    checkSize(write, label);
    const patch: Patch = {
      execution: at.execution,
      attempt: lostWith(at) ?? this.branching.attemptAt(at),
      place: this.patchPlace(at),
      write,
      label,
    };
    const point = pointOf(patch);
    const live = this.liveAt(patch);
    if (live === undefined) await this.branching.beginAt(point, [{ kind: 'patch', patch }]);
    else await session.whileMoving(() => patchLive(live, patch, point));
    // What was lost with an attempt lies ahead of it again.
    const arrived = beforeLoss(at);
    const after = () => {
      session.arriveAt(arrived);
      session.tellMemory(write);
    };
    return { branch: live === undefined, place: arrived, after };
  }

  private patchPlace(place: PatchablePlace): PatchPlace {
    const { seq } = place;
    if (place.kind === 'effect') return { kind: 'effect', seq };
    const { tick } = place;
    let codeOffset = 0;
    const path = this.session.target.programBook.paths.pathAt(place);
    path?.reruns.statementsAt([tick], ({ offset }) => {
      codeOffset = offset;
    });
    return { kind: 'statement', seq, tick, codeOffset };
  }

  /** The live simulation, where nothing of the execution has happened after the place. */
  private liveAt({ execution, attempt, place }: Patch): LiveDriver | undefined {
    const { live } = this.session.target;
    if (live === undefined || live.ended) return undefined;
    const latest = live.run.simulation.engine.executions.get(execution)?.latest;
    const isLatest =
      latest?.number === attempt && !latest.ended && latest.view.length === place.seq;
    // Reruns tell statements that its guest has not come to yet; in a call, it waits.
    const isHere = place.kind === 'statement' || live.upcoming?.execution === execution;
    return isLatest && isHere ? live : undefined;
  }
}

/** The guest comes to the statement again, and is put aside there. */
async function patchLive(live: LiveDriver, patch: Patch, point: BranchPoint): Promise<void> {
  if (point.tick !== undefined) {
    const end = await live.advance(motionTo(point));
    if (end.kind !== 'stopped' || live.within?.tick !== point.tick) {
      throw debugErrors.cancelled(patch.label);
    }
  }
  live.patch(patch);
}

function pointOf({ execution, attempt, place }: Patch): BranchPoint {
  const { seq } = place;
  const point = { execution, attempt, seq };
  return place.kind === 'effect' ? point : { ...point, tick: place.tick };
}

function patchable(place: Place, label: string): PatchablePlace {
  if (place.kind === 'end') throw debugErrors.notPatchable(label, 'the program has ended');
  if (place.kind === 'statement' && place.instruction !== undefined) {
    const why = 'this is in the middle of a statement; go to its beginning';
    throw debugErrors.notPatchable(label, why);
  }
  return place;
}

function checkSize(write: PatchWrite, label: string): void {
  const length = write.kind === 'memory' ? write.bytes.length : 0;
  if (length <= PATCH_BYTES_MAX) return;
  const why = `that are ${length} bytes, and ${PATCH_BYTES_MAX} at most are changed at once`;
  throw debugErrors.notPatchable(label, why);
}
