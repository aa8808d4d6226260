import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  instantText,
  parseDestination,
  parseInstant,
  parsePosition,
} from '../../../extension/model/instant.ts';

describe('an instant', () => {
  it('is read from the position that the debugger tells', () => {
    const answer = {
      execution: 'order-1',
      seq: 3,
      tick: 812,
      lostWith: null,
      source: { name: 'order.c' },
      line: 50,
      recording: '/shop/order.backstitch',
    };
    assert.deepEqual(parsePosition(answer), {
      instant: { execution: 'order-1', seq: 3, tick: 812 },
      place: 'order.c:50',
      recording: '/shop/order.backstitch',
    });
    const { source: _, ...rest } = answer;
    assert.equal(parsePosition(rest)?.place, undefined);
    assert.equal(parsePosition({ ...answer, recording: null })?.recording, undefined);
  });

  it('is nothing else', () => {
    for (const wrong of [undefined, 7, {}, { execution: 'a' }, { execution: 'a', seq: -1 }]) {
      assert.equal(parseInstant(wrong), undefined);
      assert.equal(parsePosition(wrong), undefined);
    }
  });

  it('reads as an effect, or as a statement', () => {
    const execution = 'order-1';
    assert.equal(instantText({ execution, seq: 3 }), 'order-1 #3');
    assert.equal(instantText({ execution, seq: 3, tick: 812 }), 'order-1 statement 812');
    assert.match(instantText({ execution, seq: 3, lostWith: 1 }), /lost with attempt 1/);
  });
});

describe('a destination that is typed', () => {
  it('is an effect with a hash, else a statement', () => {
    assert.deepEqual(parseDestination(' #3 ', 'order-1'), { execution: 'order-1', seq: 3 });
    assert.deepEqual(parseDestination('812', 'order-1'), { execution: 'order-1', tick: 812 });
    assert.deepEqual(parseDestination('order-2 #0', 'order-1'), { execution: 'order-2', seq: 0 });
  });

  it('is nothing else', () => {
    for (const wrong of ['', '#', 'three', '1.5', '-1', 'a b 3', '#3 x']) {
      assert.equal(parseDestination(wrong, 'order-1'), undefined, wrong);
    }
  });
});
