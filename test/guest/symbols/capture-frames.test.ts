import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { PatchedForms } from '../../../simulator/engine/patched-forms.ts';
import { replay } from '../../../simulator/engine/replayer.ts';
import { ProbeSession } from '../../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import {
  builtFrames,
  captureFrames,
  readFrames,
  STACK_FRAMES_MAX,
} from '../../../simulator/guest/symbols/index.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { simulate } from '../../helpers/simulate.ts';

after(closeBuilder);

describe('the frames of a guest', () => {
  for (const memoryMiB of [64, 256]) {
    it(`are those of the text of V8's stack, at ${memoryMiB} MiB`, async () => {
      const program = await buildProgram('test/fixtures/programs/script.c');
      let seen = 0;
      const { simulation } = simulate(program, {
        args: ['wall', 'print', 'a', 'random', '8', 'post', 'http://counter/a', 'x', 'sleep', '5'],
        workflow: { limits: { memoryMiB, effects: 1000, secondsBetweenEffects: 30 } },
        setup: {
          observer: {
            stopsBefore: () => {
              const before = Error.prepareStackTrace;
              assert.deepEqual(captureFrames(program), readFrames(new Error('stack').stack ?? ''));
              assert.equal(Error.prepareStackTrace, before);
              seen++;
              return false;
            },
          },
        },
      });
      simulation.run();
      assert.ok(seen > 5);
    });
  }

  it('are the same in a program with probes, at calls and at a trap', async () => {
    const plain = await buildProgram('test/fixtures/programs/script.c');
    const stacksOf = (running: GuestProgram): object[] => {
      const stacks: object[] = [];
      const args = ['wall', 'print', 'a', 'post', 'http://counter/a', 'x', 'trap'];
      const session = new ProbeSession();
      const { simulation, workflow, sink } = simulate(plain, { args });
      simulation.run();
      const end = replay({
        execution: 'script-1' as ExecutionId,
        workflow: { ...workflow, program: running },
        entries: sink.entries.get('script-1' as ExecutionId) ?? [],
        wallNanosOf: () => 0n,
        ...(running === plain ? {} : { session }),
        onEffect: () => {
          const text = readFrames(new Error('stack').stack ?? '');
          const frames = captureFrames(running);
          assert.deepEqual(builtFrames(text, running), frames);
          stacks.push(frames);
          return false;
        },
      });
      assert.ok(end.kind === 'finished' && end.outcome.kind === 'trapped');
      stacks.push(builtFrames(readFrames(end.outcome.stack), running));
      return stacks;
    };
    const expected = stacksOf(plain);
    assert.ok(expected.length > 3);
    assert.deepEqual(stacksOf(new PatchedForms().of(plain)), expected);
  });

  it('are none outside of a guest', async () => {
    const program = await buildProgram('test/fixtures/programs/script.c');
    assert.deepEqual(captureFrames(program), []);
    assert.ok(STACK_FRAMES_MAX > 100);
  });
});
