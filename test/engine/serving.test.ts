import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Execution } from '../../simulator/engine/execution.ts';
import type { Simulation, SimulationSetup } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

const WORKFLOW = 'script';
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('executions that connections start', () => {
  let program: GuestProgram;

  before(async () => {
    program = await buildProgram('test/fixtures/programs/lines.c');
  });

  after(closeBuilder);

  function world(setup: Partial<SimulationSetup> = {}, plan?: object): Simulated {
    const simulated: Simulated = simulate(program, {
      args: [],
      count: 0,
      stdinEnds: false,
      ...(plan === undefined ? {} : { plan }),
      setup: { workflowFor: () => simulated.workflow, ...setup },
    });
    return simulated;
  }

  function connect(simulation: Simulation, text: string, delivery?: number): Execution {
    return simulation.inputs.connect(WORKFLOW, bytes(text), false, delivery);
  }

  it('read the connection as standard input, and rest when it has no more', () => {
    const { simulation, text } = world();
    const first = connect(simulation, 'say one\n');
    assert.equal(simulation.run().kind, 'waiting');
    const second = connect(simulation, 'say two\nquit\n');
    assert.equal(simulation.run().kind, 'waiting');
    assert.equal(second.status, 'completed');
    simulation.inputs.feed(first.id, bytes('quit\n'), true);
    assert.equal(simulation.run().kind, 'ended');
    assert.equal(text(first.id), 'one\n');
    assert.equal(text(second.id), 'two\n');
  });

  it('are started again at the same places from their inputs, deliveries included', () => {
    const { simulation, sink } = world();
    const first = connect(simulation, 'post\n', 1);
    simulation.run();
    connect(simulation, 'post\nsleep 5000\npost\nquit\n', 2);
    simulation.run();
    simulation.inputs.feed(first.id, bytes('post\nquit\n'), false, 3);
    assert.equal(simulation.run().kind, 'ended');
    const again = world({ inputs: sink.inputs });
    assert.ok(again.simulation.inputs.areLeft);
    assert.equal(again.simulation.run().kind, 'ended');
    assert.ok(!again.simulation.inputs.areLeft);
    assert.deepEqual(
      sink.inputs.map(({ data }) => data.delivery),
      [1, 2, 3],
    );
    assert.deepEqual(again.sink.inputs, sink.inputs);
    assert.deepEqual([...again.sink.entries], [...sink.entries]);
    assert.deepEqual([...again.sink.executions], [...sink.executions]);
  });

  it('can be cancelled right after an effect, which is kept', () => {
    const { simulation, sink } = world();
    connect(simulation, 'say one\nsay two\nsay three\nquit\n');
    simulation.run();
    const [request] = sink.inputs as [InputRow];
    const data = { execution: 'script-1', after: 2 };
    const cancel: InputRow = { ...request, kind: 'cancel', data, body: undefined };
    const again = world({ inputs: [request, cancel] });
    assert.equal(again.simulation.run().kind, 'ended');
    assert.equal(again.text('script-1'), 'one\ntwo\n');
    const [execution] = again.simulation.executions;
    assert.equal(execution?.status, 'cancelled');
    assert.deepEqual(
      execution?.journal.entries.map(({ operation }) => operation.name),
      ['stdin.read', 'stdout.write', 'stdout.write'],
    );
  });

  it('can be forgotten once they have ended, and not before', () => {
    const { simulation } = world();
    const ended = connect(simulation, 'quit\n');
    const waits = connect(simulation, 'say one\n');
    simulation.run();
    simulation.engine.forget(ended.id);
    assert.throws(() => simulation.engine.forget(waits.id), /script-2 has not ended/);
    assert.deepEqual(
      simulation.executions.map(({ id }) => id),
      [waits.id],
    );
    assert.equal(connect(simulation, 'quit\n').id, 'script-3');
    simulation.run();
    assert.throws(
      () => simulation.inputs.feed(ended.id, bytes('x'), false),
      /no execution script-1/,
    );
  });

  it('tell of every turn of a guest, so that one that computes for ever is known', () => {
    const turns: string[] = [];
    const observer = {
      onTurn: (execution: string, entries: number) => turns.push(`${execution} ${entries}`),
    };
    const { simulation } = world({ observer });
    const first = connect(simulation, 'say one\n');
    simulation.run();
    simulation.inputs.feed(first.id, bytes('quit\n'), false);
    simulation.run();
    assert.deepEqual(turns, ['script-1 0', 'script-1 3']);
  });
});
