/** The replay law: re-executes executions from their journals and looks for a divergence. */
import { DivergenceError } from '../engine/divergence.ts';
import { type ReplayEnd, replay } from '../engine/replayer.ts';
import type { Workflow } from '../engine/workflow.ts';
import type { SourceFrame } from '../guest/symbols/index.ts';
import { builtFrames, ProgramLocator, readFrames } from '../guest/symbols/index.ts';
import type { ExecutionRow } from '../journal/records.ts';
import type { SimulationView } from './simulation-run.ts';
import { type SourceSites, wallOf } from './source-sites.ts';

export type Verification =
  | { readonly kind: 'same'; readonly execution: string; readonly replayed: number }
  | {
      readonly kind: 'diverged';
      readonly execution: string;
      readonly replayed: number;
      readonly message: string;
      readonly recordedStack: readonly SourceFrame[];
      readonly askedStack: readonly SourceFrame[];
    };

export interface VerifyOptions {
  /** Another version of the workflow to replay with, instead of the recorded one. */
  readonly changed?: Workflow | undefined;
  /** Called at every effect, to show that it goes on. */
  readonly onEffect?: () => void;
}

/** Replays one execution. */
export function verifyExecution(
  view: SimulationView,
  sites: SourceSites,
  row: ExecutionRow,
  { changed, onEffect }: VerifyOptions = {},
): Verification {
  // What was changed by hand belongs to places of the program that was recorded.
  const running = changed === undefined ? sites.runningOf(row.id) : { workflow: changed };
  const { program } = running.workflow;
  const entries = view.history.entries(row.id);
  // What was recorded of it ends here; it may have computed for ever after that.
  const mayCompute = row.endedAt === undefined || row.status === 'cancelled';
  const lastSeq = mayCompute ? entries.length - 1 : undefined;
  if (lastSeq === -1) return { kind: 'same', execution: row.id, replayed: 0 };
  const end = replay({
    execution: row.id,
    ...running,
    entries,
    wallNanosOf: (entry) => wallOf(view, row.id, entry),
    onEffect: ({ seq }) => {
      onEffect?.();
      return seq === lastSeq;
    },
  });
  const replayed = end.kind === 'stopped' ? end.replayed + 1 : end.replayed;
  const message = complaint(row, end);
  if (message === undefined) return { kind: 'same', execution: row.id, replayed };
  const locator = new ProgramLocator(program);
  return {
    kind: 'diverged',
    execution: row.id,
    replayed,
    message,
    recordedStack: sites.stackAt(row.id, replayed),
    askedStack: locator.frames(builtFrames(readFrames(stackOf(end)), program)),
  };
}

/** What does not fit the record; undefined when all does. */
function complaint(row: ExecutionRow, end: ReplayEnd): string | undefined {
  switch (end.kind) {
    case 'diverged':
      // It may have diverged when it ran, from what another program had done that it replaced.
      if (row.status === 'diverged' && row.reason === end.error.message) return undefined;
      return end.error.message;
    case 'journal-ended':
      if (row.endedAt === undefined || row.status === 'cancelled') return undefined;
      if (row.status === 'failed' || row.status === 'lost' || row.status === 'diverged') {
        return undefined;
      }
      return `${row.id} ${row.status} after ${end.replayed} effects, and now asks for ${end.next.name}`;
    case 'finished': {
      const code = end.outcome.kind === 'exited' ? end.outcome.code : undefined;
      const expected = row.status === 'completed' ? row.exitCode : undefined;
      if (row.endedAt === undefined || code === expected) return undefined;
      return `${row.id} ended with ${expected ?? row.status}, and now with ${code ?? 'a trap'}`;
    }
    case 'stopped':
      return undefined;
  }
}

function stackOf(end: ReplayEnd): string {
  if (end.kind === 'diverged' && end.error instanceof DivergenceError) return end.error.guestStack;
  if (end.kind === 'finished' && end.outcome.kind === 'trapped') return end.outcome.stack;
  return '';
}
