import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  CRASH_POINTS,
  clockFault,
  crashFault,
  durationProblem,
  faultInWords,
  lossFault,
  pauseFault,
} from '../../../extension/model/fault-by-hand.ts';
import { decideInjection, nextPlace } from '../../../extension/model/injection.ts';
import { SimulationModel } from '../../../extension/model/simulation-model.ts';
import { EFFECT_POINTS } from '../../../simulator/faults/fault.ts';
import { parseFault } from '../../../simulator/faults/plan.ts';
import type { SimulationSnapshot } from '../../../simulator/host/protocol.ts';
import { execution, snapshot } from '../helpers/summaries.ts';

function model(fields: Partial<SimulationSnapshot>): SimulationModel {
  const made = new SimulationModel();
  made.applySnapshot(snapshot({ recording: '/r.backstitch', ...fields }));
  return made;
}

const FIVE = [execution('order-1', { effects: 5 })];
const at = (seq: number, of = 'order-1') => ({ execution: of, seq });

describe('where a fault goes that a person clicks', () => {
  it('happens live at an effect that is still to come', () => {
    const live = model({ executions: FIVE });
    assert.deepEqual(decideInjection(live, at(5)), { kind: 'live' });
    assert.deepEqual(decideInjection(live, at(99)), { kind: 'live' });
    const paused = model({
      executions: FIVE,
      state: { kind: 'paused', execution: 'order-1', seq: 5 },
    });
    assert.deepEqual(decideInjection(paused, at(5)), { kind: 'live' });
  });

  it('makes a branch of a simulation that has ended', () => {
    const ended = model({ executions: FIVE, state: { kind: 'ended' } });
    const branch = { kind: 'branch', recording: '/r.backstitch' };
    assert.deepEqual(decideInjection(ended, at(4)), branch);
    const opened = model({ executions: FIVE, state: { kind: 'ended' }, recorded: true });
    assert.deepEqual(decideInjection(opened, at(0)), branch);
  });

  it('asks before it stops a running simulation whose effect has passed', () => {
    const live = model({ executions: FIVE });
    assert.equal(decideInjection(live, at(4)).kind, 'stop-and-branch');
  });

  it('says why where there is nothing to hit', () => {
    const reason = (of: SimulationModel, place: { execution: string; seq: number }) => {
      const decision = decideInjection(of, place);
      return decision.kind === 'impossible' ? decision.reason : decision.kind;
    };
    assert.match(reason(new SimulationModel(), at(0)), /not begun/);
    assert.match(reason(model({ executions: FIVE }), at(0, 'order-9')), /not begun/);
    const ended = [execution('order-1', { effects: 5, endedAt: 9n })];
    assert.match(reason(model({ executions: ended }), at(5)), /ended before effect #5/);
    assert.match(
      reason(model({ executions: ended, state: { kind: 'ended' } }), at(5)),
      /no effect #5/,
    );
    const unrecorded = new SimulationModel();
    unrecorded.applySnapshot(snapshot({ executions: FIVE, state: { kind: 'ended' } }));
    assert.match(reason(unrecorded, at(1)), /recording/);
  });

  it('is next where the simulation is paused, or where it has got to', () => {
    const paused = model({
      executions: [execution('order-1', { effects: 9 }), execution('order-2', { effects: 2 })],
      state: { kind: 'paused', execution: 'order-2', seq: 2 },
    });
    assert.deepEqual(nextPlace(paused), at(2, 'order-2'));
    const running = model({
      executions: [execution('order-1', { endedAt: 1n }), execution('order-2', { effects: 3 })],
    });
    assert.deepEqual(nextPlace(running), at(3, 'order-2'));
    assert.equal(nextPlace(model({ executions: [] })), undefined);
  });
});

describe('faults that are made by clicking', () => {
  const place = at(5);
  const faults = [
    ...CRASH_POINTS.map(({ point }) => crashFault(place, point)),
    lossFault('lose-request', place),
    lossFault('lose-response', place),
    clockFault(place, '-1h'),
    clockFault(place, '250ms'),
    pauseFault(place, '20s'),
  ];

  it('are faults of a plan, each with its exact place', () => {
    for (const fault of faults) {
      const parsed = parseFault(fault, 'a test');
      assert.deepEqual(parsed.at, { kind: 'seq', execution: 'order-1', seq: 5 });
    }
  });

  it('are said in a few words', () => {
    assert.deepEqual(faults.map(faultInWords), [
      'crash before #5',
      'crash after the intent of #5',
      'crash after performing #5',
      'crash after recording #5',
      'request of #5 lost',
      'response of #5 lost',
      'clock -1h at #5',
      'clock +250ms at #5',
      'node paused at #5',
    ]);
    assert.equal(
      faultInWords({ kind: 'crash', point: 'intent', at: { effect: 'http.*' } }),
      'crash after the intent of http.*',
    );
  });

  it('offer every point at which a crash differs', () => {
    assert.deepEqual(
      CRASH_POINTS.map(({ point }) => point),
      EFFECT_POINTS,
    );
  });

  it('take only durations that change something', () => {
    assert.equal(durationProblem('-1h', 'any'), undefined);
    assert.equal(durationProblem('3d 4h', 'positive'), undefined);
    assert.match(durationProblem('-1h', 'positive') ?? '', /above zero/);
    assert.match(durationProblem('0s', 'any') ?? '', /nothing/);
    assert.match(durationProblem('soon', 'any') ?? '', /unit/);
  });
});
