import { clockRead } from '../effects/clock.ts';
import type { EffectValue } from '../effects/operation.ts';
import { randomRead } from '../effects/random.ts';
import type { ReadingSource } from '../engine/edits.ts';
import type { Entry, ExecutionId } from '../journal/entry.ts';
import type { History } from '../journal/history.ts';

/** What programs read that is not decided by what was done before. */
const READ: ReadonlySet<string> = new Set([clockRead.name, randomRead.name]);

/**
 * Gives another run the clock readings and random numbers of a run: each execution reads in its n-th
 * read of a clock what it read in its n-th read of that clock.
 */
export function readingsOf(history: History): ReadingSource {
  const readings = new Map<string, EffectValue[]>();
  for (const { id } of history.executions()) {
    for (const entry of history.entries(id)) {
      if (!READ.has(entry.operation.name) || entry.result === undefined) continue;
      const text = readText(id, entry);
      const known = readings.get(text);
      if (known === undefined) readings.set(text, [entry.result]);
      else known.push(entry.result);
    }
  }
  for (const results of readings.values()) results.reverse();
  return (execution, read) => readings.get(readText(execution, read))?.pop();
}

function readText(execution: ExecutionId, { operation, argsHash }: Entry): string {
  return `${execution} ${operation.name} ${argsHash}`;
}
