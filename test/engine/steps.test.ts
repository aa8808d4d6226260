import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
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
});
