import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { PlanError } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { PROBLEMS_MAX } from '../../simulator/kernel/limits.ts';
import { ServiceError } from '../../simulator/world/service.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';

const EVERYTHING = [
  ...['wall', 'random', '8', 'print', 'one', 'post', 'http://counter/a', 'x', 'sleep', '50'],
  ...['monotonic', 'print', 'two', 'append', '/shared/log', 'hello', 'sleep', '86400000'],
  ...['get', 'http://counter/b', 'read', '/shared/log', 'append', '/private', 'p'],
  ...['read', '/private'],
];

describe('a simulation', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  it('runs a program with every family of effects to its end', () => {
    const { simulation, text, sink } = simulate(program, { args: EVERYTHING });
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    const [execution] = simulation.executions;
    assert.equal(execution?.status, 'completed');
    assert.equal(execution.exitCode, 0);
    assert.match(text(), /^one [0-9a-f]{8}\nPOST 200 POST is number 1\ntwo /);
    assert.match(text(), /read \/shared\/log 5\nread \/private 1\ndone/);
    assert.deepEqual(
      sink.ledgerRows.map(({ method, key }) => [method, key]),
      [
        ['POST', 'script-1/3'],
        ['GET', undefined],
      ],
    );
  });

  it('gives a wait that outlasts the lease back, and goes on with it on another node', () => {
    const { simulation, sink } = simulate(program, { args: ['sleep', '86400000'] });
    simulation.run();
    assert.deepEqual(
      [...sink.attempts.values()].map(({ node, outcome }) => [node, outcome]),
      [
        ['node-a', 'suspended'],
        ['node-b', 'completed'],
      ],
    );
  });

  it('does not count sleeping as being lost', () => {
    const args = Array.from({ length: 40 }, () => ['sleep', '60000']).flat();
    const { simulation, sink } = simulate(program, { args });
    simulation.run();
    assert.equal(sink.attempts.size, 41);
    assert.equal(simulation.executions[0]?.recoveries, 0);
  });

  it('ends an execution that performs more effects than its limit', () => {
    const args = Array.from({ length: 30 }, (_, index) => ['print', `${index}`]).flat();
    const limits = { memoryMiB: 64, effects: 10, secondsBetweenEffects: 30 };
    const { simulation, sink } = simulate(program, { args, workflow: { limits } });
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    const [execution] = simulation.executions;
    assert.equal(execution?.status, 'failed');
    assert.match(execution.reason ?? '', /more than 10 effects/);
    const kept = sink.entries.get(execution.id)?.length ?? 0;
    assert.equal(kept + sink.lostEntries.length, 10);
  });

  it('reports a service that throws, and gives the failure to the program', () => {
    const handle = () => {
      throw new ServiceError('counter', 'it is broken', 'counter.js:3');
    };
    const { simulation, text, sink } = simulate(program, {
      args: ['post', 'http://counter/a', 'x', 'print', 'after'],
      setup: { servicePrograms: new Map([['counter', { handle }]]) },
    });
    assert.deepEqual(simulation.run(), { kind: 'ended' });
    assert.match(text(), /^POST failed with \d+\nafter /);
    assert.match(simulation.engine.problems[0]?.message ?? '', /counter\.js:3: it is broken/);
    assert.equal(sink.ledgerRows[0]?.status, undefined);
  });

  it('keeps no more problems than its limit', () => {
    const { simulation } = simulate(program, { args: [] });
    for (let count = 0; count < PROBLEMS_MAX + 5; count++) {
      simulation.engine.noteProblem(new Error(`${count}`));
    }
    assert.equal(simulation.engine.problems.length, PROBLEMS_MAX);
    assert.equal(simulation.engine.problems[0]?.message, '0');
  });

  it('refuses a plan that names a node that there is not', () => {
    const plan = { faults: [{ kind: 'crash', at: { time: '1s' }, node: 'node-x' }] };
    assert.throws(() => simulate(program, { args: [], plan }), {
      name: 'PlanError',
      message: /\$\.faults\[0\]\.node: there is no node node-x; there is node-a, node-b, node-c/,
    });
  });

  it('refuses to inject a fault on a node that there is not, and records nothing', () => {
    const { simulation, sink } = simulate(program, { args: [] });
    const at = { kind: 'time', atNanos: 1n } as const;
    const jump = { kind: 'clock-jump', at, node: 'x', clock: 'wall', byNanos: 1n } as const;
    assert.throws(() => simulation.inputs.inject(jump), PlanError);
    assert.deepEqual(sink.inputs, []);
  });

  for (const persistence of ['effect', 'workflow', 'none'] as const) {
    it(`can be cancelled before any effect, at level ${persistence}`, () => {
      let effects = Number.POSITIVE_INFINITY;
      for (let stopAt = 0; stopAt < effects; stopAt++) {
        let seen = 0;
        const { simulation, sink } = simulate(program, {
          args: EVERYTHING,
          count: 2,
          workflow: { persistence },
          setup: { observer: { stopsBefore: () => seen++ === stopAt } },
        });
        while (simulation.run().kind === 'stopped') {
          for (const { id } of simulation.executions) simulation.inputs.cancel(id);
        }
        const stopped = seen > stopAt;
        const ends = simulation.executions.map(({ status }) => status);
        assert.ok(ends.every((status) => status === 'completed' || status === 'cancelled'));
        assert.equal(ends.includes('cancelled'), stopped);
        for (const { outcome } of sink.attempts.values()) assert.ok(outcome !== undefined);
        if (!stopped) effects = stopAt;
      }
      assert.ok(effects > 30);
    });
  }

  it('shows nothing of an execution after it was cancelled', () => {
    const args = ['print', 'one', 'post', 'http://counter/a', 'x', 'print', 'two'];
    for (let stopAt = 1; stopAt < 12; stopAt++) {
      let polls = 0;
      let shownBefore = -1;
      const simulated = simulate(program, { args, count: 2 });
      const { outputs } = simulated;
      const { simulation } = simulate(program, {
        args,
        count: 2,
        setup: {
          observer: {
            poll: () => polls++ === stopAt,
            onOutput: (output) => outputs.push(output),
          },
        },
      });
      const first = simulation.executions[0];
      assert.ok(first !== undefined);
      const shown = (): number => outputs.filter(({ execution }) => execution === first.id).length;
      while (simulation.run().kind === 'stopped') {
        if (first.ended) continue;
        simulation.inputs.cancel(first.id);
        shownBefore = shown();
      }
      if (shownBefore >= 0) assert.equal(shown(), shownBefore);
      assert.equal(simulation.executions[1]?.status, 'completed');
    }
  });
});
