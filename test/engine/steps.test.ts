import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { LiveForms } from '../../debug-adapter/travel/live-form.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { parseFault } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { expectReplayLaw } from '../property/laws.ts';

/** The effects of the program: two steps of two requests, and a line. */
const CALM = ['charge one', 'mail one', 'charge two', 'mail two'];
const EFFECTS = CALM.length + 1;

describe('persistence level step', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/steps.c');
  });
  after(closeBuilder);

  function begin(steps: readonly string[], faults: readonly object[] = []): Simulated {
    const workflow = { persistence: 'step', steps } as const;
    return simulate(program, { args: [], plan: { faults }, workflow });
  }

  function run(steps: readonly string[], faults: readonly object[] = []): Simulated {
    const simulated = begin(steps, faults);
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
    return simulated;
  }

  function crash(seq: number, point: string): object {
    return { kind: 'crash', at: { execution: 'script-1', seq }, point };
  }

  function requests({ sink }: Simulated): readonly string[] {
    return [...sink.ledgerRows]
      .sort((one, other) => one.number - other.number)
      .map(({ url, body }) => `${url.split('/').at(-1)} ${Buffer.from(body ?? []).toString()}`);
  }

  it('does what any level does when nothing goes wrong', () => {
    const simulated = run(['pay']);
    assert.deepEqual(requests(simulated), CALM);
    assert.deepEqual(
      simulated.sink.ledgerRows.map(({ key }) => key),
      [undefined, undefined, undefined, undefined],
    );
  });

  it('does a step again as a whole when a crash comes before its end, and no other', () => {
    const inSecond = run(['pay'], [crash(3, 'before')]);
    assert.deepEqual(requests(inSecond), [
      'charge one',
      'mail one',
      'charge two',
      ...CALM.slice(2),
    ]);
    const lost = inSecond.sink.lostEntries.map(({ entry }) => Number(entry.seq));
    assert.deepEqual(lost, [2]);
    const inFirst = run(['pay'], [crash(1, 'recorded')]);
    assert.deepEqual(requests(inFirst), ['charge one', 'mail one', ...CALM]);
  });

  it('does so, too, when whoever drives it has programs run in a form of his own', () => {
    const simulated = begin(['pay'], [crash(3, 'before')]);
    const forms = new LiveForms(new Map());
    simulated.simulation.runAs((each) => forms.of(each));
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    assert.deepEqual(requests(simulated), [
      'charge one',
      'mail one',
      'charge two',
      ...CALM.slice(2),
    ]);
  });

  it('keeps a step whose call has ended before the crash', () => {
    assert.deepEqual(requests(run(['pay'], [crash(2, 'before')])), CALM);
    assert.deepEqual(requests(run(['pay'], [crash(4, 'before')])), CALM);
  });

  it('takes a step that another one calls for a part of that', () => {
    const nested = run(['pay', 'mail'], [crash(3, 'recorded')]);
    assert.deepEqual(requests(nested), [...CALM, 'charge two', 'mail two']);
    const inner = run(['mail'], [crash(3, 'recorded')]);
    assert.deepEqual(requests(inner), [...CALM, 'mail two']);
    // What is no part of a step is journaled by itself.
    assert.ok(inner.sink.ledgerRows[0]?.key?.startsWith('script-1/'));
  });

  it('completes, and replays, with a crash at every point of every effect', () => {
    for (let seq = 0; seq < EFFECTS; seq++) {
      for (const point of EFFECT_POINTS) {
        const simulated = run(['pay'], [crash(seq, point)]);
        assert.match(simulated.text(), /^done\n$/);
        for (const request of CALM) assert.ok(requests(simulated).includes(request), request);
        expectReplayLaw(simulated);
      }
    }
  });

  it('needs steps, and functions of their names', () => {
    assert.throws(() => begin([]), { code: 'step', message: /^script has no steps: / });
    const unknown = { code: 'step', message: /^script has no function charge, / };
    assert.throws(() => begin(['charge']), unknown);
  });

  describe('while a module is deployed', () => {
    const workflow = { persistence: 'step', steps: ['pay'] } as const;
    const deploy = { kind: 'deploy', module: 'v2.wasm', at: { effect: 'http.*' } };
    /** What lacks the step; a module that has it is the program itself. */
    let other: GuestProgram;
    before(async () => {
      other = await buildProgram('test/fixtures/programs/script.c');
    });

    function deploying(module: GuestProgram, faults: readonly object[]): Simulated {
      const setup = { programs: new Map([['v2.wasm', module]]) };
      return simulate(program, { args: [], plan: { faults }, workflow, setup });
    }

    it('takes one that has the steps', () => {
      const simulated = deploying(program, [deploy, crash(3, 'before')]);
      assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
      assert.deepEqual(requests(simulated), [
        'charge one',
        'mail one',
        'charge two',
        ...CALM.slice(2),
      ]);
      assert.ok(simulated.sink.traces.some(({ kind }) => kind === 'workflow.deployed'));
    });

    it('refuses one that lacks a step, says which, and goes on with the program that is there', () => {
      const simulated = deploying(other, [deploy, crash(3, 'before')]);
      assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
      assert.equal(simulated.simulation.executions[0]?.status, 'completed');
      assert.deepEqual(
        simulated.simulation.engine.problems.map(({ message }) => message),
        [
          'v2.wasm cannot be deployed for script: it has no function pay, which is a step of the ' +
            'workflow at persistence level "step". Build it with names and with that function not ' +
            'inlined, or take pay out of "steps"',
        ],
      );
      assert.ok(!simulated.sink.traces.some(({ kind }) => kind === 'workflow.deployed'));
    });

    it('refuses it by hand, and plans nothing', () => {
      const { simulation, sink } = deploying(other, []);
      const fault = parseFault(deploy, 'a test');
      assert.throws(() => simulation.inputs.inject(fault), { code: 'step', message: /^v2\.wasm / });
      assert.deepEqual(simulation.plan().faults, []);
      assert.equal(sink.inputs.length, 0);
    });
  });
});
