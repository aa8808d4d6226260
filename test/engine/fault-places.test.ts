import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import { planJson } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const SOURCE = 'test/fixtures/programs/script.c';
const ARGS = ['print', 'a', 'post', 'http://counter/a', 'x', 'sleep', '20', 'print', 'b'];

/** The nodes that crashed, in order. */
function crashed({ sink }: Simulated): (string | undefined)[] {
  return sink.traces.filter(({ kind }) => kind === 'node.crashed').map(({ node }) => node);
}

/** What happened, whatever plan said so. */
function happened({ sink }: Simulated): object[] {
  return sink.traces.map((row) => (row.kind === 'fault.fired' ? { ...row, data: {} } : row));
}

describe('where a fault happens', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram(SOURCE);
  });
  after(closeBuilder);

  function run(fault: object, ...more: readonly object[]): Simulated {
    const simulated = simulate(program, { args: ARGS, plan: { faults: [fault, ...more] } });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  it('can be a node by its role', () => {
    const at = { time: '15ms' };
    assert.deepEqual(crashed(run({ kind: 'crash', at, node: '@owner' })), ['node-a']);
    assert.deepEqual(crashed(run({ kind: 'crash', at, node: '@next' })), ['node-b']);
    assert.deepEqual(crashed(run({ kind: 'crash', at, node: '@other' })), ['node-c']);
  });

  it('is next after those that are down, and of the execution that is named', () => {
    const down = { kind: 'crash', at: { time: '1ms' }, node: 'node-b' };
    const next = { kind: 'crash', at: { time: '15ms' }, node: '@next' };
    assert.deepEqual(crashed(run(down, next)), ['node-b', 'node-c']);
    const second = { kind: 'crash', at: { time: '1ms', execution: 'script-2' }, node: '@owner' };
    const simulated = simulate(program, { args: ARGS, plan: { faults: [second] }, count: 2 });
    simulated.simulation.run();
    assert.deepEqual(crashed(simulated), ['node-b']);
  });

  it('can be a line of the source', () => {
    const lines = readFileSync(join(projectRoot, SOURCE), 'utf8').split('\n');
    const line = 1 + lines.findIndex((text) => text.includes('nanosleep('));
    assert.ok(line > 0);
    const at = { line: `${SOURCE}:${line}`, match: 1 };
    const { sink } = run({ kind: 'crash', at });
    const fired = sink.traces.find(({ kind }) => kind === 'fault.fired');
    assert.equal(fired?.execution, 'script-1');
    assert.equal(
      sink.entries.get(executionId('script-1'))?.[fired.seq ?? -1]?.operation.name,
      'wait.poll',
    );
    const { sink: none } = run({ kind: 'crash', at: { line: 'other.c:1' } });
    assert.equal(none.faults.get(1)?.fired, 0);
  });

  it('can be the replay of an effect by a later attempt', () => {
    const at = { effect: 'http.request' };
    const first = { kind: 'crash', at: { effect: 'wait.poll' } };
    const { sink } = run(first, { kind: 'crash', at, point: 'replay' });
    assert.deepEqual(
      [...sink.attempts.values()].map(({ outcome, node }) => [node, outcome]),
      [
        ['node-a', 'crashed'],
        ['node-b', 'crashed'],
        ['node-c', 'completed'],
      ],
    );
    assert.equal(sink.ledgerRows.length, 1);
    const { sink: calm } = run({ kind: 'crash', at, point: 'replay' });
    assert.equal(calm.faults.get(1)?.fired, 0, 'nothing is replayed');
  });

  it('can be left to chance, and then be said exactly', () => {
    const drawn = run({ kind: 'crash', at: { effect: '*', probability: 0.4 }, restartAfter: '1s' });
    assert.ok(crashed(drawn).length > 0);
    const settled = drawn.simulation.settledPlan();
    assert.ok(settled.faults.every(({ at }) => at.kind === 'seq'));
    const again = run({ kind: 'crash', at: { effect: '*', probability: 0.4 }, restartAfter: '1s' });
    assert.deepEqual(again.sink.traces, drawn.sink.traces);
    const [first, ...more] = planJson(settled).faults as JsonObject[];
    assert.ok(first !== undefined);
    const exact = run(first, ...more);
    assert.deepEqual(happened(exact), happened(drawn));
  });
});
