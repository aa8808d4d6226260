import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { UnknownOutcomePolicy } from '../../simulator/config/config.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { Seq } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService, type Simulated, simulate } from '../helpers/simulate.ts';

const SEQ = 0 as Seq;
const ARGS = ['post', 'http://counter/a', 'x', 'print', 'end'];
const CRASH = { kind: 'crash', point: 'performed', at: { execution: 'script-1', seq: 0 } };
const LOSE = { kind: 'lose-response', at: { effect: 'http.*' }, times: 1 };

describe('a call whose outcome is unknown', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function start(policy: UnknownOutcomePolicy, faults: readonly object[]): Simulated {
    const unknownOutcome = [{ method: '*', url: 'http://counter/*', policy }];
    return simulate(program, { args: ARGS, plan: { faults }, workflow: { unknownOutcome } });
  }

  function run(simulated: Simulated): string {
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
    return simulated.text();
  }

  function keys({ sink }: Simulated): (string | undefined)[] {
    return sink.ledgerRows.map(({ key }) => key);
  }

  for (const [name, fault] of Object.entries({ crash: CRASH, 'lost response': LOSE })) {
    it(`is sent again with the same key under retry, after a ${name}`, () => {
      const simulated = start('retry', [fault]);
      assert.match(run(simulated), /^POST 200 POST is number 1\nend/);
      assert.deepEqual(keys(simulated), ['script-1/0', 'script-1/0']);
      assert.equal(simulated.sink.ledgerRows[1]?.duplicateOf, 1);
    });

    it(`fails under fail and is not sent again, after a ${name}`, () => {
      const simulated = start('fail', [fault]);
      assert.match(run(simulated), /^POST failed with \d+\nend/);
      assert.deepEqual(keys(simulated), ['script-1/0']);
    });

    for (const answer of ['retry', 'fail'] as const) {
      it(`waits under ask for the answer ${answer}, after a ${name}`, () => {
        const simulated = start('ask', [fault]);
        const { simulation } = simulated;
        const question = { execution: simulation.executions[0]?.id, seq: SEQ };
        assert.deepEqual(simulation.run(), {
          kind: 'waiting',
          questions: [question],
          promises: [],
        });
        const [execution] = simulation.executions;
        assert.equal(execution?.status, 'asking');
        assert.ok(simulation.inputs.answer(execution.id, SEQ, answer));
        assert.ok(!simulation.inputs.answer(execution.id, SEQ, answer), 'it is answered once');
        const text = run(simulated);
        assert.match(text, answer === 'retry' ? /^POST 200/ : /^POST failed/);
        assert.equal(keys(simulated).length, answer === 'retry' ? 2 : 1);
      });
    }
  }

  it('is not asked about any more when the response comes late', () => {
    const program_ = countingService();
    const slow: typeof program_ = {
      handle: (request, context) => {
        return { ...program_.handle(request, context), delayNanos: 8_000_000_000n };
      },
    };
    const unknownOutcome = [{ method: '*', url: '*', policy: 'ask' as const }];
    const setup = { servicePrograms: new Map([['counter', slow]]) };
    const simulated = simulate(program, { args: ARGS, workflow: { unknownOutcome }, setup });
    assert.match(run(simulated), /^POST 200/);
    assert.deepEqual(simulated.simulation.engine.questions.open(), []);
    assert.ok(simulated.sink.traces.some(({ kind }) => kind === 'question.asked'));
  });

  it('is asked about again by the next attempt when a crash takes the question back', () => {
    const simulated = start('ask', [LOSE]);
    const { simulation } = simulated;
    assert.equal(simulation.run().kind, 'waiting');
    const at = { kind: 'time', atNanos: simulation.agenda.now + 1n } as const;
    const crash = { kind: 'crash', at, point: 'before', node: 'node-a' } as const;
    simulation.inputs.inject({ ...crash, restartAfterNanos: undefined });
    assert.equal(simulation.run().kind, 'waiting');
    const asked = simulated.sink.traces.filter(({ kind }) => kind === 'question.asked');
    assert.equal(asked.length, 2);
    const [execution] = simulation.executions;
    assert.ok(execution !== undefined && simulation.inputs.answer(execution.id, SEQ, 'retry'));
    assert.match(run(simulated), /^POST 200/);
  });

  it('is answered to the owner, and not to a zombie that asked before', () => {
    const simulated = start('ask', [LOSE]);
    const { simulation } = simulated;
    assert.equal(simulation.run().kind, 'waiting');
    const at = { kind: 'time', atNanos: simulation.agenda.now + 1n } as const;
    const pause = { kind: 'pause', at, point: 'before', node: 'node-a' } as const;
    simulation.inputs.inject({ ...pause, forNanos: 3_600_000_000_000n });
    assert.equal(simulation.run().kind, 'waiting');
    assert.equal(simulation.engine.questions.open().length, 1);
    const [execution] = simulation.executions;
    assert.ok(execution !== undefined && simulation.inputs.answer(execution.id, SEQ, 'fail'));
    assert.match(run(simulated), /^POST failed/);
    assert.equal(keys(simulated).length, 1);
  });

  it('reaches a paused node only when that runs again', () => {
    const simulated = start('ask', [LOSE]);
    const { simulation, sink } = simulated;
    assert.equal(simulation.run().kind, 'waiting');
    const at = { kind: 'time', atNanos: simulation.agenda.now } as const;
    const pause = { kind: 'pause', at, point: 'before', node: 'node-a' } as const;
    simulation.inputs.inject({ ...pause, forNanos: 2_000_000_000n });
    // The pause has begun, and nothing else has happened yet.
    simulation.agenda.happenNext('event');
    const pausedAt = simulation.agenda.now;
    const [execution] = simulation.executions;
    assert.ok(execution !== undefined && simulation.inputs.answer(execution.id, SEQ, 'retry'));
    assert.match(run(simulated), /^POST 200/);
    const again = sink.traces.find(({ kind, at: when }) => kind === 'call.retried' && when > 0n);
    assert.equal(again?.at, pausedAt + 2_000_000_000n);
  });
});
