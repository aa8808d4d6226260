/** Where the programs of a simulation are looked through for breakpoints: what each execution did. */
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import type { AttemptRow, ExecutionRow } from '../../../simulator/journal/records.ts';
import type { VirtualNanos } from '../../../simulator/kernel/time.ts';
import { lostWith } from '../place.ts';
import type { ExecutionPath, StatementPlace } from './execution-path.ts';
import type { PathBook } from './path-book.ts';
import type { Hit } from './reruns.ts';
import type { StatementBreakpoint } from './statement-breakpoint.ts';

/** A stretch of virtual time; without an end it still goes on. */
interface Span {
  readonly startedAt: VirtualNanos;
  readonly endedAt: VirtualNanos | undefined;
}

/** A path with the breakpoints of its program. */
export interface Meeting {
  readonly path: ExecutionPath;
  readonly breakpoints: readonly StatementBreakpoint[];
  /** When it was gone; of what was lost, when its attempt ran. */
  readonly span: Span;
}

/**
 * What each execution did: what its journal holds, and what crashes took away. What the attempts
 * have in common is looked at once, with the journal.
 */
export function meetings(
  view: SimulationView,
  paths: PathBook,
  breakpoints: readonly StatementBreakpoint[],
): Meeting[] {
  if (breakpoints.length === 0) return [];
  return view.history.executions().flatMap((row) => {
    const path = paths.pathOf(row.id);
    const hash = path === undefined ? undefined : view.workflowOf(row.id).program.hash;
    const its = breakpoints.filter(({ program }) => program === hash);
    if (path === undefined || its.length === 0) return [];
    const attempts = view.history.attempts(row.id);
    const lost = paths.lostPathsOf(row.id).map((each) => ({
      path: each,
      breakpoints: its,
      span: spanOf(attempts, each) ?? row,
    }));
    return [...lost, { path, breakpoints: its, span: row }];
  });
}

function spanOf(
  attempts: readonly AttemptRow[],
  { life }: ExecutionPath,
): Span | ExecutionRow | undefined {
  return attempts.find(({ number }) => number === life.lost?.attempt);
}

/** The place of a hit; undefined for what the path has in common with that of the journal. */
export function placeOn(path: ExecutionPath, hit: Hit): StatementPlace | undefined {
  const place = path.placeOfHit(hit);
  const isShared = path.life.lost !== undefined && lostWith(place) === undefined;
  return isShared ? undefined : place;
}
