/** What a recording says of the simulation that it is a branch of: a row of its `meta`. */
import type { RecordingSink } from '../journal/records.ts';

const KEY = 'branched_from';

export interface BranchOrigin {
  /** The file name of the recording it shares its beginning with; undefined for none. */
  readonly recording: string | undefined;
  readonly execution: string;
  /** The effect before which it begins. */
  readonly seq: number;
  /** What is different from there on, for people: a text each. */
  readonly changes: readonly string[];
}

export function noteBranchOrigin(sink: Pick<RecordingSink, 'meta'>, origin: BranchOrigin): void {
  sink.meta(KEY, JSON.stringify(origin));
}

/** Undefined for a recording that is no branch. */
export function branchOrigin(meta: ReadonlyMap<string, string>): BranchOrigin | undefined {
  const text = meta.get(KEY);
  return text === undefined ? undefined : (JSON.parse(text) as BranchOrigin);
}
