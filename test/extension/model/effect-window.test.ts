import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  EFFECTS_HELD_MAX,
  EFFECTS_PER_PAGE,
  EffectWindow,
} from '../../../extension/model/effect-window.ts';
import { effect } from '../helpers/summaries.ts';

function page(from: number, count: number) {
  return Array.from({ length: count }, (_, index) => effect(from + index));
}

function filled(total: number): EffectWindow {
  const window = new EffectWindow();
  for (let seq = 0; seq < total; seq++) window.put(effect(seq));
  return window;
}

describe('the window of effects that are held', () => {
  it('grows with the effects that arrive, and takes in their changes', () => {
    const window = filled(3);
    window.put(effect(1, { text: 'changed' }));
    assert.deepEqual(
      window.effects.map(({ text }) => text),
      ['clock.read wall -> 0', 'changed', 'clock.read wall -> 2'],
    );
  });

  it('drops the first page when it would hold more than its limit', () => {
    const window = filled(EFFECTS_HELD_MAX);
    assert.equal(window.from, 0);
    window.put(effect(EFFECTS_HELD_MAX));
    assert.equal(window.from, EFFECTS_PER_PAGE);
    assert.equal(window.to, EFFECTS_HELD_MAX + 1);
  });

  it('asks for the page before the first effect held, and shows it', () => {
    const window = filled(EFFECTS_HELD_MAX + 1);
    const request = window.pageRequest('earlier', EFFECTS_HELD_MAX + 1);
    assert.deepEqual(request, { from: 0, count: EFFECTS_PER_PAGE });
    window.addPage(page(0, EFFECTS_PER_PAGE), EFFECTS_HELD_MAX + 1);
    assert.equal(window.from, 0);
    assert.equal(window.pageRequest('earlier', EFFECTS_HELD_MAX + 1), undefined);
  });

  it('stays where a person has paged to while new effects arrive', () => {
    const window = filled(EFFECTS_HELD_MAX + 1);
    window.addPage(page(0, EFFECTS_PER_PAGE), EFFECTS_HELD_MAX + 1);
    const { to } = window;
    window.put(effect(EFFECTS_HELD_MAX + 1));
    assert.equal(window.to, to);
    assert.notEqual(window.pageRequest('later', EFFECTS_HELD_MAX + 2), undefined);
  });

  it('begins with the first page of what was recorded, and ends with the last', () => {
    const window = new EffectWindow();
    const total = EFFECTS_PER_PAGE + 7;
    assert.deepEqual(window.pageRequest('later', total), { from: 0, count: EFFECTS_PER_PAGE });
    window.addPage(page(0, EFFECTS_PER_PAGE), total);
    assert.deepEqual(window.pageRequest('later', total), { from: EFFECTS_PER_PAGE, count: 7 });
    window.addPage(page(EFFECTS_PER_PAGE, 7), total);
    assert.equal(window.pageRequest('later', total), undefined);
  });

  it('begins anew where effects were never told', () => {
    const window = filled(2);
    window.put(effect(10));
    assert.deepEqual([window.from, window.to], [10, 11]);
  });

  it('forgets what an execution that began again no longer has', () => {
    const window = filled(10);
    window.truncate(4);
    assert.equal(window.to, 4);
    window.put(effect(4));
    assert.equal(window.to, 5);
  });

  it('holds a run without gaps, within its limit, whatever comes (W1, W2)', () => {
    const action = fc.oneof(
      fc.nat(3 * EFFECTS_HELD_MAX).map((seq) => (window: EffectWindow) => window.put(effect(seq))),
      fc.nat(3 * EFFECTS_HELD_MAX).map((total) => (window: EffectWindow) => window.truncate(total)),
      fc
        .tuple(fc.constantFrom('earlier', 'later'), fc.nat(3 * EFFECTS_HELD_MAX))
        .map(([direction, total]) => (window: EffectWindow) => {
          const request = window.pageRequest(direction as 'earlier' | 'later', total);
          if (request !== undefined) window.addPage(page(request.from, request.count), total);
        }),
    );
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const window = new EffectWindow();
        for (const act of actions) act(window);
        assert.ok(window.effects.length <= EFFECTS_HELD_MAX);
        window.effects.forEach(({ seq }, index) => {
          assert.equal(seq, window.from + index);
        });
      }),
    );
  });
});
