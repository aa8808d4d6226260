import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { parseFault } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { liveWorld, worldSummary } from '../../simulator/host/world-summary.ts';
import { LiveHistory, teeSinks } from '../../simulator/journal/history.ts';
import { MemorySink } from '../helpers/memory-sink.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';

describe('the world as it is now', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('tells of nodes, clocks, links, requests and faults', () => {
    const history = new LiveHistory(0n);
    let effects = 0;
    const sink = teeSinks([history.sink, new MemorySink()]);
    const observer = { stopsBefore: () => ++effects === 2 };
    const args = ['post', 'http://counter/a', 'x', 'print', 'end'];
    const { simulation } = simulate(program, { args, setup: { sink, observer } });
    assert.equal(simulation.run().kind, 'stopped');
    for (const fault of [
      { kind: 'pause', node: 'node-b', at: { time: '0s' } },
      { kind: 'clock-jump', node: 'node-c', by: '-1h', at: { time: '0s' } },
      { kind: 'partition', isolate: ['counter'], at: { time: '0s' } },
    ]) {
      simulation.inputs.inject(parseFault(fault, 'a test'));
    }
    const look = () => worldSummary(history, liveWorld(simulation), simulation.agenda.now);
    const nodes = look().nodes.map(({ name, state, executions }) => [name, state, ...executions]);
    assert.deepEqual(nodes, [
      ['node-a', 'up', 'script-1'],
      ['node-b', 'up'],
      ['node-c', 'up'],
    ]);
    const { services } = look();
    assert.deepEqual(services[0], {
      ...{ name: 'counter', hosts: ['counter'], real: false, requests: 1, duplicates: 0 },
    });
    simulation.run();
    const { nodes: later, links, faults } = look();
    assert.deepEqual(
      later.map(({ state }) => state),
      ['up', 'paused', 'up'],
    );
    assert.equal(later[2]?.wallSkewNanos, -3_600_000_000_000n);
    assert.equal(later[2]?.monotonicSkewNanos, 0n);
    assert.ok(links.some(({ from, to, isCut }) => from === 'node-a' && to === 'counter' && isCut));
    assert.deepEqual(
      faults.map(({ fired }) => fired),
      [1, 1, 1],
    );
  });
});
