import { jsonOperation } from './json-operation.ts';

export interface RandomArgs {
  readonly length: number;
}

export interface RandomResult {
  readonly body: Uint8Array;
}

/** `length` bytes from the execution's own random stream. */
export const randomRead = jsonOperation<RandomArgs, RandomResult>('random.read', 'read');
