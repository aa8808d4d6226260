/** Other values that a program could have read, as edits of what it read. */
import { type ClockArgs, type ClockResult, clockRead } from '../effects/clock.ts';
import { randomRead } from '../effects/random.ts';
import type { ResultEdit } from '../effects/result-edit.ts';
import type { Entry } from '../journal/entry.ts';
import { NANOS_PER_SECOND } from '../kernel/time.ts';

export interface Perturbed {
  /** For a sentence: `an hour later`. */
  readonly how: string;
  readonly edit: ResultEdit;
}

const HOUR = 3600n * NANOS_PER_SECOND;

/** Far enough apart for what copies the time to show it, whether by the second or by the day. */
const LATER: readonly (readonly [how: string, nanos: bigint])[] = [
  ['a second later', NANOS_PER_SECOND],
  ['an hour later', HOUR],
  ['a day later', 25n * HOUR],
  ['two days later', 50n * HOUR],
];

/** What else a read could have given; nothing for what is no reading of a clock or of random bytes. */
export function perturbationsOf({ operation, result }: Entry): readonly Perturbed[] {
  if (result === undefined) return [];
  if (operation.name === clockRead.name) {
    const nanos = BigInt((result as ClockResult).nanos);
    return LATER.map(([how, by]) => ({ how, edit: edit({ nanos: `${nanos + by}` }) }));
  }
  if (operation.name !== randomRead.name) return [];
  const flipped = result.body?.map((byte) => ~byte);
  return [{ how: 'with other bytes', edit: { ...edit({}), body: flipped } }];
}

function edit(fields: ResultEdit['fields']): ResultEdit {
  return { whole: false, fields, body: undefined };
}

/** What was read: `clock reading` or `random number`, and of which clock. */
export function readingName({ operation, args }: Entry): string {
  if (operation.name !== clockRead.name) return 'random number';
  return `reading of the ${(args as ClockArgs).clock} clock`;
}
