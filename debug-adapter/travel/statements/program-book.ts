/** Programs with what is needed to look at their statements; each is read once. */
import { patchesOf } from '../../../simulator/engine/patch.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { STACK_OVERFLOW } from '../../../simulator/guest/run-guest.ts';
import { type ProgramLocator, statementOffsets } from '../../../simulator/guest/symbols/index.ts';
import type { SimulationView } from '../../../simulator/host/simulation-run.ts';
import { wallOf } from '../../../simulator/host/source-sites.ts';
import type { Entry, ExecutionId } from '../../../simulator/journal/entry.ts';
import type { Place } from '../place.ts';
import { Awaiting } from './awaiting.ts';
import { JournalReruns } from './journal-reruns.ts';
import { Pace } from './pace.ts';
import { PathBook } from './path-book.ts';
import { ProgramBuilds, type Statements } from './program-builds.ts';
import type { Reruns } from './reruns.ts';
import { SnapshotMaker } from './snapshot-maker.ts';
import { StatementCaptures } from './statement-captures.ts';

export interface KnownProgram {
  readonly program: GuestProgram;
  readonly locator: ProgramLocator;
  readonly statements: Statements;
  readonly builds: ProgramBuilds;
  /** The same forms with appointments. */
  readonly patchedBuilds: ProgramBuilds;
  readonly snapshots: SnapshotMaker;
}

export class ProgramBook {
  readonly paths: PathBook;
  private readonly programs = new Map<string, KnownProgram>();
  private readonly captures = new StatementCaptures();
  private readonly awaiting: Awaiting;

  constructor(
    private readonly view: SimulationView,
    private readonly locatorOf: (program: GuestProgram) => ProgramLocator,
    interrupted: () => boolean,
    private readonly nowMs: () => number,
  ) {
    this.awaiting = new Awaiting(interrupted);
    this.paths = new PathBook(view, (...path) => this.rerunsOf(...path));
  }

  known(program: GuestProgram): KnownProgram {
    const existing = this.programs.get(program.hash);
    if (existing !== undefined) return existing;
    const locator = this.locatorOf(program);
    const statements = statementsOf(program, locator);
    const created: KnownProgram = {
      program,
      locator,
      statements,
      builds: new ProgramBuilds(program, statements),
      patchedBuilds: new ProgramBuilds(program, statements, { appointments: true }),
      snapshots: new SnapshotMaker(program, locator),
    };
    this.programs.set(program.hash, created);
    return created;
  }

  /**
   * Looks at what steps from a place are likely to come to. Throws Interrupted, and what looking throws.
   *
   * @param hasRequests whether somebody wants something by now; then this ends at once
   */
  prepare(place: Place, hasRequests: () => boolean): void {
    this.awaiting.meanwhile(hasRequests, () => this.paths.prepare(place));
  }

  private rerunsOf(
    execution: ExecutionId,
    entries: readonly Entry[],
    attempt: number | undefined,
  ): Reruns | undefined {
    const { history } = this.view;
    const workflow = this.view.workflowOf(execution);
    const { statements, builds, patchedBuilds, snapshots } = this.known(workflow.program);
    if (statements.offsets.length === 0) return undefined;
    const patches = patchesOf(this.view.history.inputs(), execution, attempt);
    return new JournalReruns({
      execution,
      workflow,
      entries,
      patches,
      wallNanosOf: (entry) => wallOf(this.view, execution, entry),
      builds: patches.length === 0 ? builds : patchedBuilds,
      snapshots,
      captures: this.captures,
      overflowed: () => history.execution(execution)?.reason?.includes(STACK_OVERFLOW) === true,
      awaiting: this.awaiting,
      pace: new Pace(this.nowMs),
    });
  }
}

function statementsOf({ main }: GuestProgram, locator: ProgramLocator): Statements {
  const { debug } = locator;
  const offsets = statementOffsets(locator.lines, locator.userFiles(), main.info);
  return { offsets, locals: (functionIndex) => debug.localsNamed(functionIndex) };
}
