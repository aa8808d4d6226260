import assert from 'node:assert/strict';
import type { MemorySink } from '../helpers/memory-sink.ts';

/** Fails with the first row in which two simulations differ. */
export function assertSameSink(
  actual: MemorySink,
  expected: MemorySink,
  without: readonly string[] = [],
): void {
  const left = sinkLines(actual, without);
  const right = sinkLines(expected, without);
  const index = left.findIndex((line, at) => line !== right[at]);
  if (index >= 0) assert.fail(`row ${index}:\n  ${left[index]}\n  ${right[index]}`);
  assert.equal(left.length, right.length);
}

/** All that a simulation wrote down, as lines that can be compared. */
function sinkLines(sink: MemorySink, without: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const [table, rows] of Object.entries(sink) as [string, unknown][]) {
    if (without.includes(table)) continue;
    const list = rows instanceof Map ? [...rows] : (rows as unknown[]);
    for (const row of list) lines.push(`${table} ${JSON.stringify(row, plain)}`);
  }
  return lines;
}

function plain(key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (key === 'operation') return (value as { name: string }).name;
  return value;
}
