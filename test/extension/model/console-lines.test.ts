import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConsoleLines, LINES_KEPT_MAX } from '../../../extension/model/console-lines.ts';

function output(text: string, rest: object = {}): object {
  const instant = { execution: 'order-1', seq: 1 };
  const body = { output: text, source: { name: 'order.c' }, line: 27, instant, ...rest };
  return { type: 'event', event: 'output', body };
}

describe('the lines of the debug console', () => {
  it('are those that have an instant, the latest first', () => {
    const lines = new ConsoleLines();
    lines.take(output('accepted A-17\n'));
    lines.take(output('charged\n', { instant: { execution: 'order-1', seq: 5, tick: 88 } }));
    assert.deepEqual(lines.latest, [
      { text: 'charged', place: 'order.c:27', instant: { execution: 'order-1', seq: 5, tick: 88 } },
      { text: 'accepted A-17', place: 'order.c:27', instant: { execution: 'order-1', seq: 1 } },
    ]);
  });

  it('are no other messages, and no empty ones', () => {
    const lines = new ConsoleLines();
    for (const other of [
      undefined,
      { type: 'response', command: 'seek' },
      { type: 'event', event: 'stopped', body: { reason: 'step' } },
      output('\n'),
      output('loading', { instant: undefined }),
    ]) {
      lines.take(other);
    }
    assert.deepEqual(lines.latest, []);
  });

  it('are the last ones of many', () => {
    const lines = new ConsoleLines();
    const count = 5 * LINES_KEPT_MAX + 1;
    for (let number = 1; number <= count; number++) lines.take(output(`line ${number}`));
    assert.equal(lines.latest.length, LINES_KEPT_MAX);
    assert.equal(lines.latest[0]?.text, `line ${count}`);
    assert.equal(lines.latest.at(-1)?.text, `line ${count - LINES_KEPT_MAX + 1}`);
  });
});
