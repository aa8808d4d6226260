/**
 * Results of effects that are changed by hand, or given by another run. An edit waits for its effect,
 * which is performed as ever; its program is given something else. The engine itself goes on from
 * what was performed.
 */
import type { EffectValue } from '../effects/operation.ts';
import { editResult, type ResultEdit, ResultEditError } from '../effects/result-edit.ts';
import type { Entry, ExecutionId, Seq } from '../journal/entry.ts';
import type { Engine } from './engine.ts';

/** What a clock or random read is to give, in place of what the world gives; asked once for each. */
export type ReadingSource = (execution: ExecutionId, read: Entry) => EffectValue | undefined;

export class Edits {
  private readonly edits = new Map<string, ResultEdit[]>();
  /** What the world gave in place of what journals hold. */
  private readonly performed = new Map<string, EffectValue>();
  private readings: ReadingSource | undefined;

  constructor(private readonly engine: Pick<Engine, 'noteProblem' | 'trace'>) {}

  /** From now on, whenever the effect is performed; a later edit is made of what an earlier gave. */
  add(execution: ExecutionId, seq: Seq, edit: ResultEdit): void {
    const key = keyOf(execution, seq);
    this.edits.set(key, [...(this.edits.get(key) ?? []), edit]);
    const names = Object.keys(edit.fields);
    const what = [...names, ...(edit.body === undefined ? [] : ['body'])].join(', ');
    this.engine.trace({ kind: 'result.edited', execution, seq, data: { fields: what } });
  }

  /** From now on, reads give what the source has for them. */
  takeReadings(source: ReadingSource): void {
    this.readings = source;
  }

  /** What the program is given of what the world gave. */
  resultOf(execution: ExecutionId, entry: Entry, given: EffectValue): EffectValue {
    const isRead = entry.operation.class === 'read';
    const result = (isRead ? this.readings?.(execution, entry) : undefined) ?? given;
    if (this.edits.size === 0) return result;
    const key = keyOf(execution, entry.seq);
    const edits = this.edits.get(key);
    if (edits === undefined) return result;
    const { operation, args } = entry;
    let edited = result;
    try {
      for (const edit of edits) edited = editResult(operation.name, args, edited, edit);
    } catch (error) {
      if (!(error instanceof ResultEditError)) throw error;
      const problem = `the edit of ${execution} #${entry.seq} was left out: ${error.message}`;
      this.engine.noteProblem(new ResultEditError(problem, { cause: error }));
      return result;
    }
    this.performed.set(key, result);
    return edited;
  }

  /** What the world gave for an entry, whatever the program was given. */
  performedOf(execution: ExecutionId, { seq, result }: Entry): EffectValue | undefined {
    if (result === undefined || this.performed.size === 0) return result;
    return this.performed.get(keyOf(execution, seq)) ?? result;
  }
}

function keyOf(execution: ExecutionId, seq: Seq): string {
  return `${execution}/${seq}`;
}
