import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import {
  captureFrames,
  readFrames,
  STACK_FRAMES_MAX,
} from '../../../simulator/guest/symbols/index.ts';
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

  it('are none outside of a guest', async () => {
    const program = await buildProgram('test/fixtures/programs/script.c');
    assert.deepEqual(captureFrames(program), []);
    assert.ok(STACK_FRAMES_MAX > 100);
  });
});
