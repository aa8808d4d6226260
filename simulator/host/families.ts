/** Executions that were started by one another, so that none is forgotten while another may ask for it. */
import type { ExecutionId } from '../journal/entry.ts';
import type { TraceRow } from '../journal/records.ts';

interface Family {
  readonly members: ExecutionId[];
  readonly ended: Set<ExecutionId>;
}

export class Families {
  /** Of executions that have started others or were started by one; all others are alone. */
  private readonly families = new Map<ExecutionId, Family>();

  /** Takes in what happened; only starts of executions count. */
  learn({ kind, execution, data }: TraceRow): void {
    if (kind !== 'execution.started' || execution === undefined) return;
    const parent = String(data?.by) as ExecutionId;
    const family = this.families.get(parent) ?? { members: [parent], ended: new Set() };
    family.members.push(execution);
    this.families.set(parent, family);
    this.families.set(execution, family);
  }

  /** Who can be forgotten now that an execution has ended: nobody, or it with all of its family. */
  end(execution: ExecutionId): readonly ExecutionId[] {
    const family = this.families.get(execution);
    if (family === undefined) return [execution];
    family.ended.add(execution);
    if (family.ended.size < family.members.length) return [];
    for (const member of family.members) this.families.delete(member);
    return family.members;
  }
}
