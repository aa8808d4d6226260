/** Runs a simulation again up to an effect, to go on differently from there. */
import { parsePatch } from '../../simulator/engine/patch.ts';
import type { FaultPlan } from '../../simulator/faults/fault.ts';
import type { HostRecording } from '../../simulator/host/host-environment.ts';
import type { LoadedSimulation } from '../../simulator/host/loaded-simulation.ts';
import type { ExecutionId, Seq } from '../../simulator/journal/entry.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import type { Choice } from '../../simulator/kernel/choices.ts';
import { NANOS_PER_DAY, type VirtualNanos, virtualNanos } from '../../simulator/kernel/time.ts';
import { debugErrors } from '../debug-error.ts';
import type { DebugHost } from '../debug-host.ts';
import { LiveDriver, type LiveListener } from './live-driver.ts';
import { type Motion, stopWhen } from './motion.ts';
import { ownRun } from './own-run.ts';

/** Later than any simulation comes: the year 100,000. */
const NEVER: VirtualNanos = virtualNanos(10n ** 5n * 366n * NANOS_PER_DAY);

/** What a simulation can be run again from. */
export interface Origin {
  readonly loaded: LoadedSimulation;
  /** Without what was injected by hand, which is among the inputs. */
  readonly plan: FaultPlan;
  readonly choices: readonly Choice[];
  readonly inputs: readonly InputRow[];
  /** Services whose real hosts may be asked for what is not recorded. */
  readonly realServices: ReadonlySet<string>;
}

/** The performance of an effect that a branch begins before, or a statement. */
export interface BranchPoint {
  readonly execution: ExecutionId;
  readonly seq: Seq;
  /** The attempt that asked for it first, of those whose entry it is. */
  readonly attempt: number;
  /** The statement, after the effects before `seq`; undefined for the call of the effect. */
  readonly tick?: number;
}

/** A live simulation that stands where a branch begins, and where it is recorded. */
export interface Branched {
  readonly live: LiveDriver;
  readonly recording: HostRecording | undefined;
}

/**
 * A live simulation that stands at the point, with the same past, whose outputs are not shown again. Throws DebugError `branch-missed`, RecordingError.
 *
 * @param record where the whole of it is recorded; undefined for nowhere
 */
export async function branchAt(
  host: DebugHost,
  listener: LiveListener,
  origin: Origin,
  point: BranchPoint,
  record: string | undefined,
): Promise<Branched> {
  const { inputs } = origin;
  if (inputs.length === 0) return runTo(host, listener, origin, point, record);
  const { live: first } = await runTo(host, listener, origin, point, undefined);
  const { steps } = first.run.simulation.agenda;
  const before = inputs.filter((input) => input.step <= steps && !isPatchAfter(input, point));
  if (before.length === inputs.length && record === undefined) {
    return { live: first, recording: undefined };
  }
  // Inputs of the future that is left behind must not come into the new one.
  first.dispose();
  return runTo(host, listener, { ...origin, inputs: before }, point, record);
}

async function runTo(
  host: DebugHost,
  listener: LiveListener,
  origin: Origin,
  point: BranchPoint,
  record: string | undefined,
): Promise<Branched> {
  const recording = record === undefined ? undefined : host.record(record);
  let live: LiveDriver | undefined;
  try {
    live = await liveAgain(host, listener, origin, recording);
    const end = await live.advance(motionTo(point));
    const arrived = point.tick === undefined ? live.upcoming : live.within;
    if (end.kind !== 'stopped' || arrived === undefined) {
      throw debugErrors.branchMissed(point.execution, point.seq);
    }
    live.quietUntil = live.run.simulation.agenda.now;
    return { live, recording };
  } catch (error) {
    live?.dispose();
    recording?.leave();
    throw error;
  }
}

/** Stops where an attempt comes to a point. */
export function motionTo({ execution, seq, attempt, tick }: BranchPoint): Motion {
  if (tick !== undefined) return stopWhen({ statement: { execution, attempt, seq, tick } });
  const upcoming: Motion['upcoming'] = (effect) =>
    effect.execution === execution && effect.seq === seq && effect.attempt === attempt;
  return stopWhen({ upcoming });
}

/** Between two effects no steps are counted, and memory may be changed before a point or after it. */
function isPatchAfter(input: InputRow, { execution, seq, tick }: BranchPoint): boolean {
  if (input.kind !== 'patch' || tick === undefined) return false;
  const patch = parsePatch(input);
  if (patch.execution !== execution || patch.place.seq < seq) return false;
  return patch.place.kind === 'effect' || patch.place.tick > tick;
}

/** The same simulation, from its beginning. */
async function liveAgain(
  host: DebugHost,
  listener: LiveListener,
  { loaded, plan, choices, inputs, realServices }: Origin,
  recording: HostRecording | undefined,
): Promise<LiveDriver> {
  const loadService = await host.serviceLoader(loaded.services);
  const setup = {
    ...{ loaded, plan, loadService, realServices },
    ...{ choices: [...choices], inputs: [...inputs] },
    ...(recording === undefined ? {} : { recording, readSource: host.readSource }),
  };
  const live = new LiveDriver(host, listener, (driver) => ownRun(host, setup, driver));
  // All that is shown on the way was shown before.
  live.quietUntil = NEVER;
  return live;
}
