import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { VIRTUAL_START } from '../../simulator/kernel/time.ts';
import { SimulatedNode } from '../../simulator/world/node.ts';

function newNode(): SimulatedNode {
  return new SimulatedNode('a', VIRTUAL_START, 0n, 0n);
}

describe('a node', () => {
  it('runs what is delivered at once', () => {
    const seen: number[] = [];
    newNode().deliver(1, () => seen.push(1));
    assert.deepEqual(seen, [1]);
  });

  it('holds what is delivered while it is paused, in order', () => {
    const node = newNode();
    const seen: number[] = [];
    node.pause();
    for (const number of [1, 2, 3]) node.deliver(1, () => seen.push(number));
    assert.deepEqual(seen, []);
    node.resume();
    assert.deepEqual(seen, [1, 2, 3]);
  });

  it('stops in the middle of what it held when it is paused again', () => {
    const node = newNode();
    const seen: number[] = [];
    node.pause();
    node.deliver(1, () => node.pause());
    node.deliver(1, () => seen.push(2));
    node.resume();
    assert.deepEqual(seen, []);
    node.resume();
    assert.deepEqual(seen, [2]);
  });

  it('forgets everything of its life before a crash', () => {
    const node = newNode();
    const seen: string[] = [];
    node.pause();
    node.deliver(1, () => seen.push('held'));
    node.crash();
    node.deliver(2, () => seen.push('down'));
    node.restart();
    node.deliver(1, () => seen.push('late'));
    node.deliver(2, () => seen.push('new'));
    assert.deepEqual(seen, ['new']);
    assert.equal(node.incarnation, 2);
  });

  it('stops in the middle of what it held when that makes it crash', () => {
    const node = newNode();
    const seen: number[] = [];
    node.pause();
    node.deliver(1, () => node.crash());
    node.deliver(1, () => seen.push(2));
    node.resume();
    assert.equal(node.state, 'down');
    assert.deepEqual(seen, []);
  });
});
