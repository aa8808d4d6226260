/** The branches that a session has begun, and where their recordings are. */
import { debugErrors } from './debug-error.ts';

/** Recordings of branches beside one recording. */
const BRANCHES_MAX = 999;
const SUFFIX = /(?:\.branch-\d+)?(?:\.backstitch)?$/;

export interface Branch {
  readonly execution: string;
  /** The effect before which it begins. */
  readonly seq: number;
  /** What is different in it, a text each. */
  readonly changes: readonly string[];
  /** Where it is recorded; undefined when it is kept in memory. */
  readonly recording: string | undefined;
}

export class BranchBook {
  private readonly branches: Branch[] = [];

  add(branch: Branch): void {
    this.branches.push(branch);
  }

  /** The oldest first. */
  list(): readonly Branch[] {
    return this.branches;
  }

  /** A line each, the oldest first. */
  text(): string {
    if (this.branches.length === 0) return 'no branch was begun yet';
    return this.branches
      .map(({ execution, seq, changes, recording }, index) => {
        const what = changes.length === 0 ? 'nothing is different' : changes.join('; ');
        return `${index + 1}. before ${execution} #${seq}: ${what} (${recording ?? 'in memory'})`;
      })
      .join('\n');
  }
}

/**
 * Where a branch of a recording is recorded: `order.branch-1.backstitch` beside
 * `order.backstitch`, and `order.branch-2.backstitch` beside that. Throws DebugError.
 */
export function branchPath(recording: string, isTaken: (path: string) => boolean): string {
  const stem = recording.replace(SUFFIX, '');
  for (let number = 1; number <= BRANCHES_MAX; number++) {
    const path = `${stem}.branch-${number}.backstitch`;
    if (!isTaken(path) && !isTaken(`${path}-log`)) return path;
  }
  throw debugErrors.tooManyBranches(stem, BRANCHES_MAX);
}
