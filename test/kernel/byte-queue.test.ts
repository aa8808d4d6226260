import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteQueue } from '../../simulator/kernel/byte-queue.ts';

test('a byte queue gives back what was pushed, in order, whatever the runs', () => {
  const step = fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.nat({ max: 3000 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const queue = new ByteQueue();
      let model: number[] = [];
      for (const each of steps) {
        if (typeof each === 'number') {
          assert.deepEqual([...queue.take(each)], model.slice(0, each));
          model = model.slice(each);
        } else {
          queue.push(each);
          model.push(...each);
        }
        assert.equal(queue.length, model.length);
        assert.equal(queue.at(1), model[1]);
        assert.equal(queue.at(model.length), undefined);
        const from = Math.min(2, model.length);
        assert.equal(queue.indexOf(7, from), model.indexOf(7, from));
      }
    }),
  );
});

test('what was taken from a byte queue is a copy', () => {
  const queue = new ByteQueue();
  queue.push(Uint8Array.of(1, 2, 3));
  const taken = queue.take(2);
  queue.push(new Uint8Array(5000));
  queue.take(1).fill(9);
  assert.deepEqual([...taken], [1, 2]);
});
