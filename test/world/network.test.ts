import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Choices } from '../../simulator/kernel/choices.ts';
import { JOURNAL_STORE, linkName, Network } from '../../simulator/world/network.ts';

function newNetwork(taken: string[] = []): Network {
  const choices = new Choices({ seed: 1, onChoice: ({ stream }) => taken.push(stream) });
  const link = (latencyNanos: bigint, jitterNanos = 0n) => ({ latencyNanos, jitterNanos });
  const links = new Map([
    [linkName('a', 'pay'), link(100n, 50n)],
    [linkName('a', JOURNAL_STORE), link(7n)],
  ]);
  const setup = { fallback: link(5n), commit: link(1n), acknowledge: link(2n), links };
  return new Network(setup, choices);
}

describe('the network', () => {
  it('takes the link that is named, in its direction', () => {
    const network = newNetwork();
    assert.equal(network.delayNanos('pay', 'a'), 5n);
    assert.equal(network.delayNanos('a', JOURNAL_STORE), 7n);
    assert.equal(network.delayNanos(JOURNAL_STORE, 'a'), 2n);
    assert.equal(network.delayNanos('b', JOURNAL_STORE), 1n);
  });

  it('draws jitter for each message from the choice list, its bound included', () => {
    const taken: string[] = [];
    const network = newNetwork(taken);
    const delays = Array.from({ length: 2000 }, () => Number(network.delayNanos('a', 'pay')));
    assert.equal(Math.min(...delays), 100);
    assert.equal(Math.max(...delays), 150);
    assert.equal(taken.length, 2000);
    assert.equal(taken[0], 'network a -> pay');
  });

  it('decides nothing where there is no jitter', () => {
    const taken: string[] = [];
    newNetwork(taken).delayNanos('b', 'pay');
    assert.deepEqual(taken, []);
  });
});
