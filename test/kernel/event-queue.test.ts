import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  EventQueue,
  InsertionCounter,
  type QueuedEvent,
} from '../../simulator/kernel/event-queue.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';

const RUNS = 300;

describe('the event queue', () => {
  it('gives events in order of instant and insertion, without those that were cancelled', () => {
    const pushes = fc.array(fc.record({ at: fc.nat(20), cancelled: fc.boolean() }));
    fc.assert(
      fc.property(pushes, (drawn) => {
        const queue = new EventQueue<number>();
        const events = drawn.map(({ at }, index) => queue.push(virtualNanos(BigInt(at)), index));
        events.forEach((event, index) => {
          if (drawn[index]?.cancelled === true) event.cancel();
        });
        const expected = drawn
          .map((event, index) => ({ ...event, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((left, right) => left.at - right.at || left.index - right.index);
        const got: number[] = [];
        for (let event = queue.pop(); event !== undefined; event = queue.pop()) {
          got.push(event.value);
        }
        assert.deepEqual(
          got,
          expected.map(({ index }) => index),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps its order while events come and go', () => {
    const steps = fc.array(fc.oneof(fc.nat(9), fc.constant('pop' as const)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (drawn) => {
        const queue = new EventQueue<number>();
        const model: QueuedEvent<number>[] = [];
        for (const [index, step] of drawn.entries()) {
          if (step !== 'pop') {
            model.push(queue.push(virtualNanos(BigInt(step)), index));
            continue;
          }
          model.sort((left, right) => (left.comesBefore(right) ? -1 : 1));
          assert.equal(queue.peek()?.value, model[0]?.value);
          assert.equal(queue.pop()?.value, model.shift()?.value);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('orders events of two queues that share a counter', () => {
    const counter = new InsertionCounter();
    const left = new EventQueue<string>(counter);
    const right = new EventQueue<string>(counter);
    const now = virtualNanos(5n);
    const first = left.push(now, 'first');
    const second = right.push(now, 'second');
    assert.ok(first.comesBefore(second) && !second.comesBefore(first));
  });
});
