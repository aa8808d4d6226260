import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hashText } from '../../simulator/kernel/hash.ts';
import { RandomStream } from '../../simulator/kernel/random-stream.ts';

// A recording replays only while these stay what they are.
describe('a random stream', () => {
  it('gives these numbers, now and for ever', () => {
    const stream = new RandomStream(1, 'network');
    assert.deepEqual(
      [1, 2, 3, 4].map(() => stream.nextUint32()),
      GOLDEN_32,
    );
    assert.deepEqual(
      [1, 2].map(() => stream.nextUint53()),
      GOLDEN_53,
    );
    const bytes = new Uint8Array(7);
    stream.fill(bytes);
    assert.equal(Buffer.from(bytes).toString('hex'), GOLDEN_BYTES);
  });

  it('is another for another seed or name', () => {
    const first = new RandomStream(1, 'a').nextUint53();
    assert.notEqual(new RandomStream(2, 'a').nextUint53(), first);
    assert.notEqual(new RandomStream(1, 'b').nextUint53(), first);
    assert.equal(new RandomStream(1, 'a').nextUint53(), first);
  });

  it('spreads over its range', () => {
    const stream = new RandomStream(7, 'spread');
    const counts = new Array<number>(16).fill(0);
    for (let draw = 0; draw < 16_000; draw++) {
      const cell = Math.floor((stream.nextUint53() / 2 ** 53) * 16);
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    for (const count of counts) assert.ok(count > 850 && count < 1150, `${counts}`);
  });
});

describe('the hash of a text', () => {
  it('gives these numbers, now and for ever', () => {
    assert.deepEqual(['', 'wall', 'order-1/3'].map(hashText), GOLDEN_HASHES);
  });
});

const GOLDEN_32 = [1365070051, 2061777992, 997260243, 2752649449];
const GOLDEN_53 = [3556967925712818, 8413214763283294];
const GOLDEN_BYTES = 'eea768ee95fa92';
const GOLDEN_HASHES = [5204320587919285, 1253265372999576, 8097091217042589];
