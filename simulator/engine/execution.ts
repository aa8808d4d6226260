/**
 * One durable run of a workflow: who owns it, what became of it. The state that outlives nodes is
 * in its journal; an Attempt is one life of it on one node.
 *
 * E1  At most one attempt holds the latest epoch; others may still live as zombies.
 * E2  `status` is final once the execution has ended.
 */
import type { ExecutionId, Seq } from '../journal/entry.ts';
import type { ExecutionRow, ExecutionStatus, RecordingSink } from '../journal/records.ts';
import { assert } from '../kernel/assert.ts';
import type { VirtualNanos } from '../kernel/time.ts';
import type { Attempt } from './attempt.ts';
import type { DurableJournal } from './journal-store.ts';
import type { Workflow } from './workflow.ts';

const ENDED: ReadonlySet<ExecutionStatus> = new Set([
  'completed',
  'trapped',
  'failed',
  'diverged',
  'lost',
  'cancelled',
]);

export class Execution {
  status: ExecutionStatus = 'running';
  exitCode: number | undefined;
  reason: string | undefined;
  endedAt: VirtualNanos | undefined;
  /** The attempt of the latest epoch; undefined while nobody owns the execution. */
  owner: Attempt | undefined;
  /** The latest attempt, alive or not. */
  latest: Attempt | undefined;
  attempts = 0;
  /** How many of them took over from one that was lost. */
  recoveries = 0;
  /** Set while it is suspended: wakes it when the input that it waits for is there. */
  wakeOnInput: (() => void) | undefined;
  /** It is cancelled as soon as the program has this effect's result. */
  cancelsAfter: Seq | undefined;
  /** Effects performed so far, over all attempts. */
  effects = 0;

  constructor(
    readonly id: ExecutionId,
    private running: Workflow,
    readonly journal: DurableJournal,
    readonly startedAt: VirtualNanos,
    private readonly sink: Pick<RecordingSink, 'execution'>,
  ) {
    this.write();
  }

  /** What its latest attempt runs. */
  get workflow(): Workflow {
    return this.running;
  }

  /** Another program has been deployed; the next attempt runs it. */
  run(workflow: Workflow): void {
    if (workflow === this.running) return;
    this.running = workflow;
    this.write();
  }

  get ended(): boolean {
    return ENDED.has(this.status);
  }

  setStatus(status: ExecutionStatus): void {
    if (this.status === status) return;
    assert(!this.ended, `${this.id} is ${this.status} and cannot become ${status}`);
    this.status = status;
    this.write();
  }

  end(
    status: ExecutionStatus,
    at: VirtualNanos,
    exitCode: number | undefined,
    reason: string | undefined,
  ): void {
    this.exitCode = exitCode;
    this.reason = reason;
    this.endedAt = at;
    this.owner = undefined;
    this.setStatus(status);
  }

  row(): ExecutionRow {
    const { config, program } = this.workflow;
    return {
      id: this.id,
      workflow: config.name,
      module: program.hash,
      level: config.persistence,
      status: this.status,
      exitCode: this.exitCode,
      reason: this.reason,
      startedAt: this.startedAt,
      endedAt: this.endedAt,
    };
  }

  private write(): void {
    this.sink.execution(this.row());
  }
}
