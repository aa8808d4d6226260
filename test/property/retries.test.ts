import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { seqOf } from '../../simulator/journal/entry.ts';
import type { TraceKind } from '../../simulator/journal/records.ts';
import { NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService, type Simulated, simulate } from '../helpers/simulate.ts';

const POST = ['post', 'http://counter/a', 'x', 'print', 'end'];
const GET = ['get', 'http://counter/a', 'print', 'end'];
const ASK = { unknownOutcome: [{ method: '*', url: '*', policy: 'ask' as const }] };
const LOSE_ALL = { kind: 'lose-response', at: { effect: 'http.*' }, times: 1000 };

describe('the tries of a call', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  /** Seconds between the first request and each happening of a kind. */
  function secondsOf({ sink }: Simulated, kind: TraceKind): number[] {
    const first = sink.traces.find((row) => row.kind === 'request.sent')?.at ?? 0n;
    const rows = sink.traces.filter((row) => row.kind === kind);
    return rows.map(({ at }) => Number(at - first) / Number(NANOS_PER_SECOND));
  }

  it('wait twice as long each time, until the time limit of the program', () => {
    const simulated = simulate(program, { args: POST, plan: { faults: [LOSE_ALL] } });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    assert.deepEqual(secondsOf(simulated, 'request.sent'), [0, 5, 15]);
    const [call] = simulated.sink.entries.values().next().value ?? [];
    assert.ok(call?.endedAt !== undefined);
    const first = simulated.sink.traces.find(({ kind }) => kind === 'request.sent');
    assert.equal(call.endedAt - (first?.at ?? 0n), 30n * NANOS_PER_SECOND);
    assert.match(simulated.text(), /^POST failed with \d+\nend/);
  });

  it('are each given their own time when a person asks for them', () => {
    const simulated = simulate(program, {
      args: POST,
      plan: { faults: [LOSE_ALL] },
      workflow: ASK,
    });
    const { simulation } = simulated;
    for (let asked = 0; asked < 9; asked++) {
      assert.equal(simulation.run().kind, 'waiting');
      const [execution] = simulation.executions;
      assert.ok(
        execution !== undefined && simulation.inputs.answer(execution.id, seqOf(0), 'retry'),
      );
    }
    assert.deepEqual(secondsOf(simulated, 'question.asked'), [5, 10, 15, 20, 25, 30, 35, 40, 45]);
  });

  it('are nobody’s question when the request is safe', () => {
    for (const fault of [
      { kind: 'crash', point: 'performed', at: { execution: 'script-1', seq: 0 } },
      { ...LOSE_ALL, times: 1 },
    ]) {
      const plan = { faults: [fault] };
      const simulated = simulate(program, { args: GET, plan, workflow: ASK });
      assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
      assert.equal(simulated.sink.ledgerRows.length, 2);
      assert.match(simulated.text(), /^GET 200/);
    }
  });

  it('are asked about no more once a response has come, while the program goes on', () => {
    const slow = countingService();
    const handle: typeof slow.handle = (request, context) => ({
      ...slow.handle(request, context),
      delayNanos: 7n * NANOS_PER_SECOND,
    });
    const simulated = simulate(program, {
      args: POST,
      workflow: ASK,
      setup: {
        servicePrograms: new Map([['counter', { ...slow, handle }]]),
        observer: { stopsBefore: ({ seq }) => seq === 1 },
      },
    });
    const { simulation } = simulated;
    assert.equal(simulation.run().kind, 'stopped');
    assert.deepEqual(secondsOf(simulated, 'question.asked'), [5]);
    const [execution] = simulation.executions;
    assert.ok(execution !== undefined);
    assert.equal(execution.status, 'running');
    assert.ok(
      !simulation.inputs.answer(execution.id, seqOf(0), 'retry'),
      'nothing is asked any more',
    );
  });
});
