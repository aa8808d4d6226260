import { Hash53 } from '../kernel/hash.ts';
import { jsonOperation } from './json-operation.ts';
import type { Operation } from './operation.ts';

export interface StdinArgs {
  /** The most bytes the program has room for. */
  readonly length: number;
}

export interface StdinResult {
  /** Empty exactly when the input has ended. */
  readonly body: Uint8Array;
}

/** Takes up to `length` bytes from the durable inbox, waiting for at least one unless it ended. */
export const stdinRead = jsonOperation<StdinArgs, StdinResult>('stdin.read', 'wait');

export interface OutputArgs {
  readonly body: Uint8Array;
}

export type OutputResult = Record<never, never>;

function outputOperation(name: string): Operation<OutputArgs, OutputResult> {
  return {
    ...jsonOperation<OutputArgs, OutputResult>(name, 'output'),
    hash: (args) => new Hash53().bytes(args.body).digest(),
    argsJson: () => '{}',
    resultJson: () => '{}',
  };
}

/** Bytes for a person to see; shown once, after everything before them is durable. */
export const stdoutWrite = outputOperation('stdout.write');
export const stderrWrite = outputOperation('stderr.write');
