import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LiveHistory } from '../../simulator/journal/history.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';

const KEPT = 100;
const MOST = 110;

function historyWith(rows: number): LiveHistory {
  const history = new LiveHistory(0n);
  for (let number = 1; number <= rows; number++) {
    history.sink.trace({ at: virtualNanos(BigInt(number)), kind: 'node.crashed' });
    history.sink.input({ number, step: 0, kind: 'request', data: {}, body: undefined });
    history.sink.choice({ stream: 'schedule', value: 0 });
  }
  return history;
}

describe('the history of a simulation that never ends', () => {
  it('keeps the latest rows, and lets go of others once there are a tenth more', () => {
    const full = historyWith(MOST);
    full.keepLatest(KEPT);
    assert.equal(full.traces().length, MOST);

    const over = historyWith(MOST + 1);
    over.keepLatest(KEPT);
    const { choices } = over;
    assert.deepEqual([over.traces().length, over.inputs().length, choices.length], [100, 100, 100]);
    assert.deepEqual([over.inputs()[0]?.number, over.inputs().at(-1)?.number], [12, 111]);
  });
});
