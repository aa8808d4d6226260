import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { replay } from '../../../simulator/engine/replayer.ts';
import type { ComponentProgram } from '../../../simulator/guest/component/component-program.ts';
import type { ExecutionId } from '../../../simulator/journal/entry.ts';
import { buildComponent } from '../../helpers/component-of.ts';
import { closeBuilder } from '../../helpers/programs.ts';
import { type Simulated, simulate } from '../../helpers/simulate.ts';
import { entriesOf } from '../../property/laws.ts';

const PROGRAMS: readonly (readonly [source: string, ...args: string[]])[] = [
  ['test/fixtures/programs/ten.c'],
  ['test/fixtures/programs/loop.c', '50'],
  ['test/fixtures/programs/poll.c'],
  ['examples/effects/clock.c'],
  ['examples/effects/random.c'],
  ['examples/effects/sleep.c'],
  ['examples/effects/stdio.c'],
  ['examples/effects/stdin.c'],
  ['examples/effects/files.c'],
];

const ID = 'script-1' as ExecutionId;

function run(program: ComponentProgram, args: readonly string[]): Simulated {
  const simulated = simulate(program, { args, stdin: 'one\ntwo\nthree\n' });
  assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
  return simulated;
}

/** Everything of a journal: what was asked, what was got, and when. */
function journalOf(simulated: Simulated): unknown {
  return entriesOf(simulated, ID).map(({ operation, args, result, startedAt, endedAt }) => {
    return { name: operation.name, args, result, startedAt, endedAt };
  });
}

describe('imports that are answered without the glue', () => {
  after(closeBuilder);

  for (const [source, ...args] of PROGRAMS) {
    it(`leave every byte as it is: ${source}`, async () => {
      const program = await buildComponent(source);
      assert.ok(program.direct, 'nothing is answered without the glue');
      const direct = run(program, args);
      const glued = run({ ...program, direct: false }, args);
      assert.deepEqual(journalOf(direct), journalOf(glued));
      assert.equal(direct.text(), glued.text());
      assert.deepEqual(
        direct.simulation.executions[0]?.row(),
        glued.simulation.executions[0]?.row(),
      );
      assert.ok(entriesOf(direct, ID).length > 0);
    });
  }

  it('replay what was recorded through the glue, and the other way round', async () => {
    const program = await buildComponent('test/fixtures/programs/ten.c');
    const without = { ...program, direct: false };
    for (const [recorder, replayer] of [
      [program, without],
      [without, program],
    ] as const) {
      const recorded = run(recorder, []);
      const workflow = { ...recorded.workflow, program: replayer };
      const entries = entriesOf(recorded, ID);
      const end = replay({ execution: ID, workflow, entries, wallNanosOf: () => 0n });
      assert.equal(end.kind, 'finished');
    }
  });
});
