import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SERVED_HELD_MAX, SimulationModel } from '../../../extension/model/simulation-model.ts';
import { changed, effect, execution, snapshot } from '../helpers/summaries.ts';

function running(): SimulationModel {
  const model = new SimulationModel();
  model.applySnapshot(snapshot({ executions: [execution('order-1')], recording: '/r.backstitch' }));
  return model;
}

describe('what is known of a simulation', () => {
  it('begins with what its host says of its beginning', () => {
    const model = new SimulationModel();
    assert.deepEqual(model.phase, { kind: 'starting', message: 'starting' });
    model.applyEvent({ kind: 'progress', message: 'compiling order.c' });
    assert.deepEqual(model.phase, { kind: 'starting', message: 'compiling order.c' });
    model.applySnapshot(snapshot());
    assert.equal(model.phase.kind, 'running');
    assert.ok(model.isLive);
  });

  it('takes in effects as they arrive', () => {
    const model = running();
    const change = model.applyEvent(
      changed([execution('order-1', { effects: 2 })], [effect(0), effect(1)]),
    );
    assert.deepEqual([...(change?.executions ?? [])], ['order-1']);
    assert.equal(change?.all, false);
    assert.equal(model.executions.get('order-1')?.window.to, 2);
    assert.equal(model.effects, 2);
  });

  it('says that all has changed when an execution is new', () => {
    const change = running().applyEvent(changed([execution('order-2')]));
    assert.equal(change?.all, true);
  });

  it('keeps what happened in an execution apart from what happened in the world', () => {
    const model = running();
    model.applyEvent(
      changed(
        [],
        [],
        [
          { at: 5n, kind: 'fault.fired', text: 'a crash', execution: 'order-1', seq: 1 },
          { at: 9n, kind: 'node.resumed', text: 'node-a goes on', node: 'node-a' },
        ],
      ),
    );
    assert.deepEqual(
      model.executions.get('order-1')?.traces.map(({ text }) => text),
      ['a crash'],
    );
    assert.deepEqual(
      model.worldTraces.map(({ text }) => text),
      ['node-a goes on'],
    );
    assert.equal(model.now, 9n);
  });

  it('shows nothing twice when it is told everything again (M1)', () => {
    const model = running();
    const told = snapshot({
      executions: [execution('order-1', { effects: 1 })],
      traces: [{ at: 5n, kind: 'fault.fired', text: 'a crash', execution: 'order-1', seq: 1 }],
    });
    model.applySnapshot(told);
    model.applySnapshot(told);
    assert.equal(model.executions.get('order-1')?.traces.length, 1);
  });

  it('is no longer live once it has stopped or failed, whatever still arrives (M2)', () => {
    const stopped = running();
    stopped.stop('cancelled');
    stopped.applyEvent({ kind: 'state', state: { kind: 'running' }, now: 1n });
    assert.deepEqual(stopped.phase, { kind: 'stopped', message: 'cancelled' });
    assert.equal(stopped.isLive, false);

    const failed = running();
    failed.fail({ severity: 'error', code: 'host-memory', message: 'too much memory' });
    failed.applySnapshot(snapshot());
    assert.equal(failed.phase.kind, 'failed');
  });

  it('does not call a simulation stopped that has ended by itself', () => {
    const model = running();
    model.applyEvent({ kind: 'state', state: { kind: 'ended' }, now: 1n });
    model.stop('stopped');
    assert.equal(model.phase.kind, 'ended');
  });

  it('holds the last executions of a server, and those that are being answered (M3)', () => {
    const model = new SimulationModel();
    model.address = 'http://127.0.0.1:8080/';
    model.applyEvent(changed([execution('till-1')]));
    for (let number = 2; number <= SERVED_HELD_MAX + 11; number++) {
      model.applyEvent(changed([execution(`till-${number}`)]));
      model.applyEvent(changed([execution(`till-${number}`, { endedAt: 1n })]));
    }
    model.applyEvent(changed([execution('till-next')]));
    const ids = [...model.executions.keys()];
    assert.equal(ids.length, SERVED_HELD_MAX + 2);
    assert.deepEqual(ids.slice(0, 2), ['till-1', 'till-12']);
    // Its recording has them all, in their order.
    const all = Array.from({ length: SERVED_HELD_MAX + 11 }, (_, index) => `till-${index + 1}`);
    model.applySnapshot(snapshot({ executions: all.map((id) => execution(id)) }));
    assert.deepEqual([...model.executions.keys()].slice(-all.length), all);
  });

  it('holds effects of many executions only up to a limit, and fetches the others', () => {
    const model = new SimulationModel();
    const ids = Array.from({ length: 3000 }, (_, index) => `order-${index + 1}`);
    model.applySnapshot(snapshot({ executions: ids.map((id) => execution(id, { effects: 10 })) }));
    for (const id of ids) {
      const effects = Array.from({ length: 10 }, (_, seq) => effect(seq, { execution: id }));
      model.applyEvent(changed([], effects));
    }
    const held = [...model.executions.values()].filter(({ window }) => window.to > 0);
    assert.equal(held.length, 2000);
    assert.deepEqual(model.executions.get('order-3000')?.window.pageRequest('later', 10), {
      from: 0,
      count: 10,
    });
  });
});
