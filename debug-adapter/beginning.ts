/** How a session begins: with what it is to debug, and the motion to its first stop. */
import type { Borrower } from '../simulator/host/loan.ts';
import { type ExecutionId, executionId } from '../simulator/journal/entry.ts';
import type { BreakpointBook } from './breakpoint-book.ts';
import type { DebugHost } from './debug-host.ts';
import { DebugTarget, type TargetListener } from './debug-target.ts';
import type { AttachLive, LaunchArguments, LaunchRecording } from './launch-arguments.ts';
import { ProgramSymbols } from './program-symbols.ts';
import type { SessionOutput } from './session-output.ts';
import type { SourceBook } from './source-book.ts';
import { PathMapping } from './source-paths.ts';
import { NO_EXCEPTIONS } from './travel/exception-stops.ts';
import type { Instant } from './travel/instant.ts';
import { effectBefore } from './travel/seen-effect.ts';
import type { Stop } from './travel/stop.ts';
import { Traveller } from './travel/traveller.ts';

/** What is debugged, and who moves through it. */
export interface Loaded {
  readonly target: DebugTarget;
  readonly traveller: Traveller;
}

/** Opens, makes or borrows what is to be debugged; throws what says why that cannot be. */
export function openTarget(
  host: DebugHost,
  listener: TargetListener,
  borrower: Borrower,
  { what }: LaunchArguments,
): Promise<DebugTarget> {
  switch (what.kind) {
    case 'program':
      return DebugTarget.run(host, listener, what);
    case 'recording':
      return DebugTarget.open(host, listener, what);
    case 'live':
      return DebugTarget.attach(host, listener, borrower);
  }
}

export function travellerOf(
  target: DebugTarget,
  steps: LaunchArguments['steps'],
  output: SessionOutput,
): Traveller {
  return new Traveller({
    view: target.view,
    book: target.book,
    live: target.live,
    paths: steps === 'statements' ? target.programBook.paths : undefined,
    onStatementLog: (log) => output.logStatement(log),
    onLog: (breakpoint, effect) => output.log(breakpoint, effect),
    onPassed: (happening) => output.passed(happening),
  });
}

/** Has sources and breakpoints be those of a target; returns the breakpoints that have changed. */
export function bindTarget(
  target: DebugTarget,
  { steps, sourceMap }: Pick<LaunchArguments, 'steps' | 'sourceMap'>,
  sources: SourceBook,
  breakpoints: BreakpointBook,
): ReturnType<BreakpointBook['bind']> {
  const mapping = new PathMapping(sourceMap);
  sources.take({
    // What runs is built from what is here; its recording is for others.
    kept: (target.live === undefined ? target.loaded.sources : undefined) ?? new Map(),
    mapping,
    checksums: () => target.checksums(),
  });
  const programs = target.programs().map(({ program, origin }) => {
    const known = steps === 'statements' ? target.programBook.known(program) : undefined;
    return new ProgramSymbols(program, target.book.locator(program), origin, mapping, known);
  });
  breakpoints.exceptions.effectAt = (place) => effectBefore(target.view.history, place);
  return breakpoints.bind(programs);
}

/** From where the session is to its first stop. */
export function firstMotion(
  launch: LaunchArguments,
): (traveller: Traveller) => Stop | Promise<Stop> {
  const { what, noDebug, stopOnEntry } = launch;
  if (noDebug) {
    return (traveller) => {
      traveller.settings = {
        ...{ breakpoints: [], statements: [], data: [] },
        exceptions: NO_EXCEPTIONS,
      };
      return traveller.continue();
    };
  }
  if (what.kind === 'live') return (traveller) => beginLive(traveller, what, stopOnEntry);
  if (what.kind === 'recording' && what.execution !== undefined) {
    const instant = instantIn(executionId(what.execution), what);
    return (traveller) => traveller.seekInstant(instant);
  }
  return (traveller) => (stopOnEntry ? traveller.toEntry() : traveller.continue());
}

/** Comes to the present of what runs, and from there to what somebody wants to look at in its past. */
async function beginLive(
  traveller: Traveller,
  what: AttachLive,
  stopOnEntry: boolean,
): Promise<Stop> {
  const { execution, seq } = what;
  const stop = await traveller.toPresent(stopOnEntry || execution !== undefined);
  if (execution === undefined) return stop;
  const id = executionId(execution);
  if (seq !== undefined) return traveller.seekInstant(instantIn(id, what));
  traveller.turnTo(id);
  return traveller.stay();
}

function instantIn(
  execution: ExecutionId,
  { seq = 0, tick, lostWith }: LaunchRecording | AttachLive,
): Instant {
  return { execution, seq, tick, instruction: undefined, lostWith };
}
