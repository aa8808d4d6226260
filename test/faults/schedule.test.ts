import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { PlanError, parsePlan, planJson } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const POST = ['post', 'http://counter/a', 'x'];

describe('a schedule', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(schedule: object | undefined, args: readonly string[], faults: object[] = []) {
    const plan = schedule === undefined ? { faults } : { faults, schedule };
    const simulated = simulate(program, { args, count: 3, plan });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    return simulated;
  }

  /** The executions, by their last letter, in the order in which the service saw them. */
  function seen({ sink }: Simulated): string {
    return sink.ledgerRows.map(({ execution }) => execution?.at(-1)).join('');
  }

  it('lets go first, among those that could go, whoever is first in it', () => {
    assert.equal(seen(run(undefined, POST)), '123');
    assert.equal(seen(run({ order: ['script-3', 'script-1', 'script-2'] }, POST)), '312');
    assert.equal(seen(run({ order: ['script-2'] }, POST)), '213');
  });

  it('puts last, from then on, whoever has one of the turns that are named', () => {
    const twice = [...POST, ...POST];
    assert.equal(seen(run(undefined, twice)), '123123');
    assert.equal(seen(run({ lag: '1ms' }, twice)), '123123');
    assert.equal(seen(run({ lag: '1ms', changes: [1] }, twice)), '123213');
    assert.equal(seen(run({ lag: '1ms', changes: [1, 2] }, twice)), '123132');
  });

  it('delays those who come later by its lag', () => {
    const twice = [...POST, ...POST];
    // A request and its answer take less than the first one is ahead.
    assert.equal(seen(run({ order: ['script-2'], lag: '5s' }, twice)), '221133');
  });

  it('changes nothing of what a program may rely on', () => {
    const faults = [
      { kind: 'crash', point: 'performed', at: { effect: 'http.request', match: 2 } },
    ];
    for (const schedule of [{ changes: [2, 3] }, { order: ['script-3'], lag: '1s' }]) {
      const simulated = run(schedule, [...POST, 'print', 'a', ...POST], faults);
      expectCrashLaw(simulated);
      expectReplayLaw(simulated);
    }
  });

  it('leaves everything as it is when it says nothing', () => {
    const args = ['wall', ...POST, 'random', '4', 'print', 'a', 'sleep', '10', ...POST];
    const plain = run(undefined, args);
    const scheduled = run({}, args);
    assert.deepEqual(scheduled.sink.traces, plain.sink.traces);
    assert.deepEqual(scheduled.outputs, plain.outputs);
  });

  it('prints as it was read', () => {
    const schedule = fc.record(
      {
        order: fc.constant(['order-2', 'order-1']),
        changes: fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1 }),
        lag: fc.constantFrom('1ms', '10s'),
      },
      { requiredKeys: [], noNullPrototype: true },
    );
    fc.assert(
      fc.property(schedule, (drawn) => {
        const plan = parsePlan(JSON.stringify({ faults: [], schedule: drawn }), 'a plan');
        assert.deepEqual(planJson(plan), { version: 1, faults: [], schedule: drawn });
        assert.deepEqual(parsePlan(JSON.stringify(planJson(plan)), 'a plan'), plan);
      }),
    );
  });

  it('is refused with everything that is wrong in it', () => {
    const schedule = { order: ['a', 'a'], changes: [0], lag: '-1s', ordre: 1 };
    assert.throws(
      () => parsePlan(JSON.stringify({ faults: [], schedule }), 'a plan'),
      (error: PlanError) => {
        assert.ok(error instanceof PlanError);
        assert.equal(error.problems.length, 4, error.message);
        assert.match(error.message, /\$\.schedule\.order: expected a list of different names/);
        assert.match(error.message, /\$\.schedule\.changes: .*integers from 1, found \[0\]/);
        return true;
      },
    );
  });
});
