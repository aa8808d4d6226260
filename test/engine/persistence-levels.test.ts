import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { PersistenceLevel } from '../../simulator/journal/records.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

const POSTS = ['post', 'http://counter/a', 'x', 'post', 'http://counter/b', 'y'];
const ARGS = ['input', ...POSTS, 'sleep', '30000', 'print', 'end'];
const CRASH = { kind: 'crash', point: 'before', at: { effect: 'wait.poll' } };

describe('the persistence levels under one crash', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(persistence: PersistenceLevel, faults: readonly object[] = [CRASH]): Simulated {
    const options = { args: ARGS, plan: { faults }, stdin: 'hello', workflow: { persistence } };
    const simulated = simulate(program, options);
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  function requests({ sink }: Simulated): string[] {
    return sink.ledgerRows.map(({ key, duplicateBy }) => `${key} ${duplicateBy}`);
  }

  it('effect: goes on where it was, and repeats nothing', () => {
    const simulated = run('effect');
    assert.match(simulated.text(), /^input 5\n(POST .*\n){2}end/);
    assert.deepEqual(requests(simulated), ['script-1/2 undefined', 'script-1/4 undefined']);
  });

  it('workflow: starts again from the kept input, and repeats every call without a key', () => {
    const simulated = run('workflow');
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
    assert.match(simulated.text(), /^input 5\n(POST .*\n){2}input 5\n(POST .*\n){2}end/);
    const once = ['undefined undefined', 'undefined undefined'];
    assert.deepEqual(requests(simulated), [...once, 'undefined content', 'undefined content']);
    assert.ok(simulated.sink.lostEntries.length > 0);
  });

  it('workflow: waits longer than a lease on its node', () => {
    const simulated = run('workflow', []);
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
    assert.equal(simulated.sink.attempts.size, 1);
  });

  it('none: is lost with its node', () => {
    const simulated = run('none');
    const [execution] = simulated.simulation.executions;
    assert.equal(execution?.status, 'lost');
    assert.match(execution.reason ?? '', /node-a crashed, and persistence level none/);
    assert.equal(simulated.sink.attempts.size, 1);
  });

  it('none: survives a pause of any length', () => {
    const simulated = run('none', [{ ...CRASH, kind: 'pause', for: '1h' }]);
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
  });
});
