import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EVENT_CALLS_MAX, ensureStackRoom } from '../../simulator/kernel/stack-room.ts';

function deepest(act: () => void): number {
  let depth = 0;
  const descend = (): void => {
    depth++;
    act();
    descend();
  };
  assert.throws(descend, RangeError);
  return depth;
}

describe('the check for room on the stack', () => {
  it('throws while there is still room for the work that it guards', () => {
    const work = (left: number): number => (left === 0 ? 0 : work(left - 1) + 1);
    let worked = 0;
    const depth = deepest(() => {
      ensureStackRoom(EVENT_CALLS_MAX);
      worked += work(EVENT_CALLS_MAX) === EVENT_CALLS_MAX ? 1 : 0;
    });
    assert.ok(worked >= depth - 1, `${worked} of ${depth}`);
    assert.ok(depth > 1000);
  });
});
