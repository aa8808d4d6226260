import { hashText } from '../kernel/hash.ts';
import { jsonOperation } from './json-operation.ts';
import type { Operation } from './operation.ts';

export type ClockName = 'wall' | 'monotonic';

export interface ClockArgs {
  readonly clock: ClockName;
}

/** A reading in nanoseconds: since 1970 for the wall clock, since the node's boot otherwise. */
export interface ClockResult {
  readonly nanos: string;
}

const HASH = { wall: hashText('wall'), monotonic: hashText('monotonic') } as const;
const ARGS_JSON = { wall: '{"clock":"wall"}', monotonic: '{"clock":"monotonic"}' } as const;

/** One reading of a clock of the node that the execution runs on. */
export const clockRead: Operation<ClockArgs, ClockResult> = {
  ...jsonOperation<ClockArgs, ClockResult>('clock.read', 'read'),
  hash: (args) => HASH[args.clock],
  argsJson: (args) => ARGS_JSON[args.clock],
  resultJson: (result) => `{"nanos":"${result.nanos}"}`,
};
