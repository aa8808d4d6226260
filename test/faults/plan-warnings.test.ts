import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parsePlan } from '../../simulator/faults/plan.ts';
import { planWarnings } from '../../simulator/faults/plan-warnings.ts';

const at = { time: '5s' };

function warnings(...faults: readonly object[]): readonly string[] {
  const found = planWarnings(parsePlan(JSON.stringify({ faults }), 'plan'));
  return found.map(({ number, text }) => `${number} ${text}`);
}

describe('the warnings of a plan', () => {
  it('name what mends nothing', () => {
    const pause = { kind: 'pause', node: 'b', at: { time: '1s' } };
    assert.deepEqual(warnings(pause, { kind: 'restart', node: 'b', at }), [
      '2 restart: nothing in the plan crashes b',
    ]);
    assert.deepEqual(warnings(pause, { kind: 'resume', node: 'c', at }), [
      '2 resume: nothing in the plan pauses c',
    ]);
    assert.deepEqual(warnings({ kind: 'clock-reset', at: { effect: 'http.*' } }), [
      '1 clock-reset: nothing in the plan befalls a clock of the node that runs the effect',
    ]);
  });

  it('are none where a node may be the one that is meant', () => {
    const resume = { kind: 'resume', node: 'b', at };
    for (const node of [{ node: 'b' }, { node: '@next' }, {}]) {
      assert.deepEqual(warnings({ kind: 'pause', ...node, at: { effect: '*' } }, resume), []);
    }
    const torn = { kind: 'torn-tail', node: 'b', at: { time: '1s' } };
    assert.deepEqual(warnings(torn, { kind: 'restart', node: '@owner', at }), []);
    const leap = { kind: 'leap-second', at: { time: '1s' } };
    assert.deepEqual(warnings(leap, { kind: 'clock-reset', node: 'b', at }), []);
  });

  it('name what comes only when the plan is over', () => {
    const faults = [
      { kind: 'crash', node: 'b', at: { time: '5s' } },
      { kind: 'crash', node: 'b', at },
      { kind: 'crash', at: { effect: '*', after: '6s' } },
    ];
    const plan = parsePlan(JSON.stringify({ faults, until: '5s' }), 'plan');
    const text = 'crash: from 5 s on nothing goes wrong ("until" of the plan)';
    assert.deepEqual(planWarnings(plan), [
      { number: 1, text },
      { number: 2, text },
      { number: 3, text },
    ]);
    assert.deepEqual(planWarnings({ ...plan, untilNanos: 7_000_000_000n }), []);
  });

  it('name what is aimed at effects that it cannot befall', () => {
    const lose = (effect: string) => warnings({ kind: 'lose-request', at: { effect } });
    const text = '1 lose-request: it can befall http.*, connection.*, datagram.send, and no ';
    assert.deepEqual(lose('clock.read'), [`${text}clock.read`]);
    assert.deepEqual(lose('htp.*'), [`${text}htp.*`]);
    for (const effect of ['*', 'http.request', 'h*', '*.send', 'datagram.*']) {
      assert.deepEqual(lose(effect), [], effect);
    }
    assert.deepEqual(warnings({ kind: 'crash', at: { effect: 'htp.*' } }), []);
  });

  it('name what can never happen', () => {
    assert.deepEqual(warnings({ kind: 'crash', at: { effect: '*', probability: 0 } }), [
      '1 crash: its probability is 0',
    ]);
    assert.deepEqual(warnings({ kind: 'crash', at: { effect: '*', probability: 0.1 } }), []);
  });
});
