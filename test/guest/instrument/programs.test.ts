import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type InstrumentOptions, ProbeSession } from '../../../simulator/guest/instrument/index.ts';
import { buildProgram, closeBuilder } from '../../helpers/programs.ts';
import { type Recorded, record } from './instrument-harness.ts';

const PROGRAMS: readonly (readonly [source: string, ...args: string[]])[] = [
  ['test/fixtures/programs/ten.c'],
  ['test/fixtures/programs/loop.c', '50'],
  ['test/fixtures/programs/poll.c'],
  ['test/fixtures/programs/count.c'],
  [
    'test/fixtures/programs/script.c',
    'wall',
    'post',
    'http://counter/a',
    'x',
    'sleep',
    '5',
    'random',
    '9',
  ],
  ['examples/effects/clock.c'],
  ['examples/effects/random.c'],
  ['examples/effects/sleep.c'],
  ['examples/effects/stdio.c'],
  ['examples/effects/stdin.c'],
  ['examples/effects/files.c'],
];

const BUILDS: Readonly<Record<string, Partial<InstrumentOptions>>> = {
  'no probes': { probes: [] },
  run: {},
  everything: { depth: true, checkIns: true, operands: true, watch: true },
  scan: { scan: true, checkIns: true },
  exact: { exact: true },
};

function memoryHash({ main }: ProbeSession): string {
  const hash = createHash('sha256');
  for (const { buffer } of main?.memories ?? []) hash.update(new Uint8Array(buffer));
  return hash.digest('hex');
}

describe('a compiled program', () => {
  after(closeBuilder);

  for (const [source, ...args] of PROGRAMS) {
    it(`does what is in its journal with probes in it: ${source}`, async () => {
      const recorded: Recorded = record(await buildProgram(source), args);
      assert.ok(recorded.entries.length > 0);
      const expected = recorded.replay(recorded.program);
      assert.equal(expected.kind, 'finished');
      const memories = new Set<string>();
      const ticks = new Set<number>();
      for (const [name, options] of Object.entries(BUILDS)) {
        const breakpoints = name === 'everything' ? recorded.statements : [];
        const build = recorded.withProbes({ breakpoints, ...options });
        const session = new ProbeSession(name === 'scan' ? { onTick: () => 2 } : {});
        assert.deepEqual(recorded.replay(build, session), expected, name);
        memories.add(memoryHash(session));
        if (name !== 'no probes') ticks.add(session.tick);
      }
      assert.equal(memories.size, 1);
      assert.equal(ticks.size, 1);
    });
  }

  it('leaves nothing behind when it was stopped', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const recorded = record(await buildProgram('test/fixtures/programs/ten.c'));
    const build = recorded.withProbes();
    const stopped = Array.from({ length: 50 }, (_, index) => {
      const session = new ProbeSession({ stopAt: index + 1 });
      recorded.replay(build, session);
      return new WeakRef(session.main?.memories[0] as WebAssembly.Memory);
    });
    // A WeakRef holds on to what it was made of until the present turn is over.
    await new Promise((resolve) => setImmediate(resolve));
    collect();
    const left = stopped.filter((each) => each.deref() !== undefined).length;
    assert.ok(left <= 1, `${left} memories are left`);
  });
});
