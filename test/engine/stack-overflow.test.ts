import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { simulate } from '../helpers/simulate.ts';
import { catchingProgram, catchingRecursion, recursingProgram } from './hand-made-programs.ts';

describe('a program whose stack ends inside an effect', () => {
  let other: GuestProgram;
  before(async () => {
    other = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  const programs = { recursing: recursingProgram, 'catching and going on': catchingRecursion };
  for (const [name, make] of Object.entries(programs)) {
    it(`traps, ${name}, and leaves other executions as they were`, () => {
      const args = ['post', 'http://counter/a', 'x', 'sleep', '20', 'print', 'still'];
      const { simulation, text, workflow } = simulate(other, { args, count: 3 });
      const config = { ...workflow.config, name: 'deep' };
      for (let count = 0; count < 4; count++) {
        simulation.start({ ...workflow, config, program: make() });
      }
      assert.deepEqual(simulation.run(), { kind: 'ended' });
      for (const { id, status, exitCode, reason } of simulation.executions) {
        if (id.startsWith('deep')) {
          assert.equal(status, 'trapped', reason);
          assert.equal(exitCode, 134);
          assert.match(reason ?? '', /stack overflow/);
          assert.match(text(id), /^\.{100,}$/);
        } else {
          assert.equal(status, 'completed', reason);
          assert.match(text(id), /still/);
        }
      }
    });
  }
});

describe('a program that catches every exception', () => {
  it('is put aside and taken over like any other', () => {
    for (const point of ['before', 'intent', 'performed', 'recorded']) {
      const asked = new Set<string>();
      const shown: number[] = [];
      const { simulation, sink } = simulate(catchingProgram(), {
        args: [],
        plan: { faults: [{ kind: 'crash', point, at: { execution: 'script-1', seq: 2 } }] },
        setup: {
          observer: {
            stopsBefore: ({ attempt, seq }) => {
              const id = `${attempt}/${seq}`;
              const stops = !asked.has(id);
              asked.add(id);
              return stops;
            },
            onOutput: ({ seq }) => shown.push(seq),
          },
        },
      });
      let stops = 0;
      while (simulation.run().kind === 'stopped') stops++;
      assert.ok(stops >= 4);
      assert.equal(simulation.executions[0]?.status, 'completed');
      assert.deepEqual(shown, [0, 1, 2, 3]);
      assert.deepEqual(
        [...sink.attempts.values()].map(({ outcome }) => outcome),
        ['crashed', 'completed'],
      );
    }
  });
});
