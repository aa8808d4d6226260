import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { choicesFor, FaultForm, fieldText } from '../../../extension/model/fault-form.ts';
import { FAULT_KINDS, type FaultKind } from '../../../simulator/faults/fault.ts';
import { parseFault } from '../../../simulator/faults/plan.ts';

const AT = { execution: 'order-1', seq: 3 };
const ANYTHING = { what: 'anything' } as const;

function kindsFor(...args: Parameters<typeof choicesFor>): readonly FaultKind[] {
  return choicesFor(...args).map(({ kind }) => kind);
}

describe('the form of a fault', () => {
  it('begins with a fault that can be injected as it is, whatever its kind', () => {
    for (const kind of FAULT_KINDS) {
      const form = new FaultForm(kind, AT, ANYTHING);
      // What only the person can know is the one thing that may be missing.
      const open = form.problems().filter((problem) => !/missing|found nothing/.test(problem));
      assert.deepEqual(open, [], kind);
      if (form.problems().length === 0) parseFault(form.fault(), kind);
    }
  });

  it('asks for the module that is deployed, since only the person knows it', () => {
    const form = new FaultForm('deploy', AT, ANYTHING);
    assert.deepEqual(form.problems(), ['module: missing; expected the path of a module']);
    form.set('module', '/work/builds/order-v2.wasm');
    assert.deepEqual(form.problems(), []);
    assert.equal(form.fault().module, '/work/builds/order-v2.wasm');
    const { spec } = form.fields.find(({ name }) => name === 'module') ?? {};
    assert.equal(spec?.type, 'module');
  });

  it('offers what can befall the thing that was chosen', () => {
    const onRead = kindsFor({ what: 'effect', operation: 'clock.read' });
    assert.ok(onRead.includes('crash') && !onRead.includes('lose-response'));
    assert.ok(kindsFor({ what: 'effect', operation: 'http.request' }).includes('lose-response'));
    assert.deepEqual(kindsFor({ what: 'effect', operation: undefined }), FAULT_KINDS);
    const onNode = kindsFor({ what: 'node', node: 'node-a' });
    assert.ok(onNode.includes('pause') && onNode.includes('partition'));
    assert.ok(!onNode.includes('lose-request'));
    const onLinks = kindsFor({ what: 'links', place: undefined });
    assert.ok(onLinks.includes('partition') && !onLinks.includes('pause'));
  });

  it('aims at the node or the place that was chosen', () => {
    const crash = new FaultForm('crash', undefined, { what: 'node', node: 'node-b' });
    assert.deepEqual(crash.fault(), { kind: 'crash', point: 'before', node: 'node-b' });
    const cut = new FaultForm('partition', undefined, { what: 'links', place: 'payment' });
    assert.deepEqual(cut.fault().isolate, ['payment']);
    const alone = new FaultForm('partition', undefined, { what: 'node', node: 'node-b' });
    assert.deepEqual(alone.fault().isolate, ['node-b']);
    const slow = new FaultForm('slow-link', undefined, { what: 'links', place: 'payment' });
    assert.deepEqual(slow.fault().from, ['payment']);
  });

  it('takes what is typed, and leaves out what is cleared', () => {
    const form = new FaultForm('clock-drift', AT, ANYTHING);
    form.set('ppm', ' -500 ');
    form.set('for', '10s');
    assert.deepEqual(form.fault(), {
      ...{ kind: 'clock-drift', at: AT, clock: 'wall', ppm: -500, for: '10s' },
    });
    form.set('for', '');
    assert.equal('for' in form.fault(), false);
    assert.deepEqual(form.problems(), []);
    const cut = new FaultForm('partition', AT, ANYTHING);
    cut.set('isolate', 'node-a, node-b');
    const isolate = cut.fields.find(({ name }) => name === 'isolate');
    assert.equal(isolate && fieldText(isolate), 'node-a, node-b');
  });

  it('says what is wrong with a text, as the parser of plans does', () => {
    const form = new FaultForm('clock-drift', AT, ANYTHING);
    assert.match(form.problemWith('ppm', 'much') ?? '', /^ppm: expected an integer/);
    assert.match(form.problemWith('for', '-1s') ?? '', /^for: "-1s" must be positive/);
    assert.equal(form.problemWith('ppm', '12'), undefined);
    // Trying a text fills nothing in.
    assert.equal(form.fields.find(({ name }) => name === 'for')?.value, undefined);
  });
});
