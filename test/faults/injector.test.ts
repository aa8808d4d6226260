import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type EffectSite, FaultInjector } from '../../simulator/faults/injector.ts';
import { parseFault, parsePlan } from '../../simulator/faults/plan.ts';
import { executionId, seqOf } from '../../simulator/journal/entry.ts';
import type { FaultRow } from '../../simulator/journal/records.ts';
import { type Choice, Choices } from '../../simulator/kernel/choices.ts';

const rows: FaultRow[] = [];
const drawn: Choice[] = [];

function injector(...faults: readonly object[]): FaultInjector {
  rows.length = 0;
  const plan = parsePlan(JSON.stringify({ faults }), 'plan');
  const choices = new Choices({ seed: 7, onChoice: (choice) => drawn.push(choice) });
  drawn.length = 0;
  return new FaultInjector(plan, { fault: (row) => rows.push(row) }, choices);
}

function site(execution: string, seq: number, effect = 'http.request'): EffectSite {
  return { execution: executionId(execution), seq: seqOf(seq), effect };
}

describe('the fault injector', () => {
  it('lets a fault happen once, at its effect and point', () => {
    const faults = injector({ kind: 'crash', at: { execution: 'a-1', seq: 2 }, point: 'intent' });
    assert.ok(faults.watchesEffects);
    assert.deepEqual(faults.at(site('a-1', 1), 'intent'), []);
    assert.deepEqual(faults.at(site('a-2', 2), 'intent'), []);
    assert.deepEqual(faults.at(site('a-1', 2), 'before'), []);
    assert.ok(faults.waitsFor(site('a-1', 2), 'intent'));
    assert.equal(faults.at(site('a-1', 2), 'intent').length, 1);
    assert.deepEqual(faults.at(site('a-1', 2), 'intent'), []);
    assert.ok(!faults.watchesEffects, 'nothing is left to watch for');
    assert.equal(rows.at(-1)?.fired, 1);
  });

  it('counts matches over all executions, or in the one that is named', () => {
    const all = { kind: 'crash', at: { effect: 'http.*', match: 2 } };
    const one = { kind: 'pause', at: { effect: 'http.*', match: 2, execution: 'a-1' } };
    const faults = injector(all, one);
    const sites = [site('a-1', 0), site('a-2', 0), site('a-2', 1), site('a-1', 1)];
    const fired = sites.map((each) => {
      faults.begin(each);
      return faults.at(each, 'before').map(({ kind }) => kind);
    });
    assert.deepEqual(fired, [[], ['crash'], [], ['pause']]);
  });

  it('counts an effect once, however often it is performed', () => {
    const faults = injector({ kind: 'crash', at: { effect: 'clock.read', match: 2 } });
    for (let attempt = 0; attempt < 3; attempt++) {
      faults.begin(site('a-1', 0, 'clock.read'));
      assert.deepEqual(faults.at(site('a-1', 0, 'clock.read'), 'before'), []);
    }
    faults.begin(site('a-1', 1, 'random.read'));
    faults.begin(site('a-1', 2, 'clock.read'));
    assert.equal(faults.at(site('a-1', 2, 'clock.read'), 'before').length, 1);
  });

  it('takes a pattern with dots and stars literally but for the stars', () => {
    const faults = injector({ kind: 'crash', at: { effect: 'h*.request' } });
    faults.begin(site('a-1', 0, 'httpXrequest'));
    assert.deepEqual(faults.at(site('a-1', 0), 'before'), []);
    faults.begin(site('a-1', 1));
    assert.equal(faults.at(site('a-1', 1), 'before').length, 1);
  });

  it('loses as many messages of one call as the fault says', () => {
    const faults = injector({ kind: 'lose-response', at: { execution: 'a-1', seq: 0 }, times: 2 });
    const here = site('a-1', 0);
    assert.equal(faults.take('lose-request', here), undefined);
    assert.equal(faults.take('lose-response', site('a-1', 1)), undefined);
    const lost = [1, 2, 3].map(() => faults.take('lose-response', here) !== undefined);
    assert.deepEqual(lost, [true, true, false]);
    assert.deepEqual(faults.at(here, 'before'), [], 'a loss is no fault of a node');
  });

  it('lets faults at one point happen in the order of the plan', () => {
    const at = { execution: 'a-1', seq: 0 };
    const faults = injector(
      { kind: 'pause', at },
      { kind: 'clock-jump', at, by: '1s' },
      { kind: 'crash', at },
    );
    const kinds = faults.at(site('a-1', 0), 'before').map(({ kind }) => kind);
    assert.deepEqual(kinds, ['pause', 'clock-jump', 'crash']);
  });

  it('draws once for each effect that matches, from a stream of its own', () => {
    const half = { kind: 'crash', at: { effect: 'http.*', probability: 0.5 } };
    const faults = injector({ kind: 'pause', at: { execution: 'x-1', seq: 0 } }, half);
    const hit: number[] = [];
    for (let seq = 0; seq < 40; seq++) {
      const here = site('a-1', seq, seq % 2 === 0 ? 'http.request' : 'clock.read');
      for (let attempt = 0; attempt < 2; attempt++) {
        faults.begin(here);
        if (faults.at(here, 'before').length > 0) hit.push(seq);
      }
    }
    assert.equal(drawn.length, 20);
    assert.deepEqual([...new Set(drawn.map(({ stream }) => stream))], ['fault 2']);
    assert.ok(hit.length > 3 && hit.length < 17, `${hit}`);
    assert.deepEqual(hit, [...new Set(hit)]);
    const { faults: settled } = faults.settledPlan();
    assert.equal(settled[0]?.kind, 'pause');
    const places = settled.slice(1).map(({ at }) => at);
    assert.deepEqual(
      places,
      hit.map((seq) => ({ kind: 'seq', execution: 'a-1', seq })),
    );
  });

  it('hits every effect with probability 1 and none with 0, each as often as it says', () => {
    const faults = injector(
      { kind: 'lose-request', at: { effect: '*', probability: 1 }, times: 2 },
      { kind: 'lose-response', at: { effect: '*', probability: 0, execution: 'a-1' } },
    );
    for (const here of [site('a-1', 0), site('a-2', 0)]) {
      faults.begin(here);
      const lost = [1, 2, 3].map(() => faults.take('lose-request', here) !== undefined);
      assert.deepEqual(lost, [true, true, false]);
      assert.equal(faults.take('lose-response', here), undefined);
    }
    assert.equal(drawn.length, 3, 'nothing is drawn for another execution');
    assert.equal(faults.settledPlan().faults.length, 2);
    assert.ok(faults.watchesEffects);
  });

  it('counts the effects that come from a source line, and asks for lines while it waits', () => {
    const at = { line: 'src/order.c:42', match: 2 };
    const faults = injector({ kind: 'crash', at }, { kind: 'pause', at: { effect: 'none' } });
    let asked = 0;
    const from =
      (...lines: readonly (readonly [string, number])[]) =>
      () => {
        asked++;
        return lines.map(([file, line]) => ({ file, line }));
      };
    const sources = [
      from(['/home/src/order.c', 42]),
      from(['/home/mysrc/order.c', 42], ['/home/src/order.c', 41]),
      from(['/home/src/pay.c', 7], ['/home/src/order.c', 42]),
      from(['/home/src/order.c', 42]),
    ];
    const fired = sources.map((source, seq) => {
      faults.begin(site('a-1', seq), source);
      return faults.at(site('a-1', seq), 'before').length;
    });
    assert.deepEqual(fired, [0, 0, 1, 0]);
    assert.equal(asked, 3);
  });

  it('says when an effect that is replayed is to be looked at', () => {
    const faults = injector({ kind: 'crash', at: { execution: 'a-1', seq: 1 }, point: 'replay' });
    assert.ok(faults.watchesReplays);
    assert.deepEqual(faults.at(site('a-1', 1), 'before'), []);
    assert.equal(faults.at(site('a-1', 1), 'replay').length, 1);
    assert.ok(!faults.watchesReplays);
    assert.ok(!injector({ kind: 'crash', at: { effect: '*' } }).watchesReplays);
  });

  it('gives faults at an instant to be scheduled, and does not watch effects for them', () => {
    const faults = injector({ kind: 'crash', at: { time: '5s' }, node: 'a' });
    assert.ok(!faults.watchesEffects);
    const [timed] = faults.timed();
    assert.equal(timed?.fault.kind, 'crash');
    timed.fire();
    assert.deepEqual(
      rows.map(({ fired }) => fired),
      [0, 1],
    );
  });

  it('appends injected faults to the plan and counts from then on', () => {
    const faults = injector();
    faults.begin(site('a-1', 0));
    const where = { effect: 'http.*', match: 1 };
    assert.equal(faults.inject(parseFault({ kind: 'crash', at: where }, 'by hand')), undefined);
    assert.equal(faults.plan().faults.length, 1);
    assert.deepEqual(
      rows.map(({ number, injected }) => [number, injected]),
      [[1, true]],
    );
    faults.begin(site('a-1', 1));
    assert.equal(faults.at(site('a-1', 1), 'before').length, 1);
  });
});
