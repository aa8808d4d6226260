import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { InboxError } from '../../simulator/engine/inbox.ts';
import { UnknownExecutionError } from '../../simulator/engine/inputs.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const FIRST = executionId('script-1');

describe('standard input', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('is read in pieces as they come, over suspensions', () => {
    const args = ['input', 'input', 'input', 'print', 'end'];
    const { simulation, text, sink } = simulate(program, { args, stdinEnds: false });
    for (const piece of ['one', 'three']) {
      assert.deepEqual(simulation.run(), { kind: 'waiting', questions: [], promises: [] });
      assert.equal(simulation.executions[0]?.status, 'waiting');
      simulation.inputs.feed(FIRST, bytes(piece), false);
    }
    assert.equal(simulation.run().kind, 'waiting');
    simulation.inputs.feed(FIRST, bytes(''), true);
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.match(text(), /^input 3\ninput 5\ninput 0\nend/);
    assert.equal(sink.attempts.size, 4);
  });

  it('ends a wait on the node that still owns the execution', () => {
    const { simulation, sink, workflow } = simulate(program, {
      args: ['input', 'print', 'end'],
      stdinEnds: false,
      setup: {
        observer: { stopsBefore: ({ execution, seq }) => execution === 'other-1' && seq === 1 },
      },
    });
    const config = { ...workflow.config, name: 'other', args: ['sleep', '500', 'print', 'x'] };
    simulation.start({ ...workflow, config });
    assert.equal(simulation.run().kind, 'stopped');
    simulation.inputs.feed(FIRST, bytes('x'), true);
    simulation.inputs.cancel(executionId('other-1'));
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.equal(sink.attempts.get('script-1/1')?.outcome, 'completed');
  });

  it('takes no more after its end, and records nothing of it', () => {
    const { simulation, sink } = simulate(program, { args: ['input'] });
    assert.throws(() => simulation.inputs.feed(FIRST, bytes('late'), false), InboxError);
    assert.deepEqual(sink.inputs, []);
  });

  it('of an execution that there is not is refused, and recorded nowhere', () => {
    const { simulation, sink } = simulate(program, { args: ['input'] });
    const wrong = executionId('script-9');
    assert.throws(() => simulation.inputs.feed(wrong, bytes('x'), false), UnknownExecutionError);
    assert.throws(
      () => simulation.inputs.cancel(wrong),
      /there is no execution script-9; .* script-1/,
    );
    assert.deepEqual(sink.inputs, []);
  });

  it('that was fed before a crash is read again after it', () => {
    const faults = [{ kind: 'crash', point: 'performed', at: { effect: 'stdin.read' } }];
    const options = { args: ['input', 'print', 'end'], stdinEnds: false, plan: { faults } };
    const { simulation, text } = simulate(program, options);
    assert.equal(simulation.run().kind, 'waiting');
    simulation.inputs.feed(FIRST, bytes('hello'), true);
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.match(text(), /^input 5\nend/);
  });
});

describe('a poll of several subscriptions', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/poll.c');
  });
  after(closeBuilder);

  function poll(args: readonly string[], plan: object = { faults: [] }): string {
    const { simulation, text } = simulate(program, { args, stdinEnds: false, plan });
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    return text();
  }

  it('ends at the earliest deadline, relative or absolute', () => {
    assert.equal(poll(['20', '50']), 'error 0: 1 after 20 ms\n');
    assert.equal(poll(['50', '20']), 'error 0: 2 after 20 ms\n');
    assert.equal(poll(['86400000', '20', 'in']), 'error 0: 2 after 20 ms\n');
  });

  it('ends at the same deadline on whatever node, or when one has taken it over', () => {
    assert.equal(poll(['60000', '90000']), 'error 0: 1 after 60000 ms\n');
    for (const point of ['intent', 'performed', 'recorded']) {
      const faults = [{ kind: 'crash', point, at: { effect: 'wait.poll' } }];
      assert.match(poll(['60000', '90000'], { faults }), /^error 0: 1 after [67]0\d\d\d ms\n$/);
    }
  });

  it('ends when input comes, also while nobody owns the execution', () => {
    const args = ['86400000', '86400000', 'in'];
    const { simulation, sink } = simulate(program, {
      args,
      stdinEnds: false,
      setup: { observer: { poll: () => simulation.executions[0]?.status === 'waiting' } },
    });
    assert.equal(simulation.run().kind, 'stopped');
    assert.equal(simulation.executions[0]?.status, 'waiting');
    simulation.inputs.feed(FIRST, bytes('now'), false);
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    const result = sink.entries.get(FIRST)?.find(({ operation }) => operation.class === 'wait');
    assert.deepEqual(result?.result, {
      passed: [],
      readable: [{ inbox: 0, available: 3, ended: false }],
    });
  });
});
