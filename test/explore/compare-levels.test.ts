import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { compareLevels, type LevelReport } from '../../simulator/explore/compare-levels.ts';
import { parsePlan } from '../../simulator/faults/plan.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { levelTable } from '../../simulator/host/text/level-table.ts';
import { PLAIN_STYLE } from '../../simulator/host/text/style.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { countingService } from '../helpers/simulate.ts';
import { loadedScript } from '../helpers/trials.ts';

/** The second request of the second step has been answered, and its node dies. */
const CRASH = { kind: 'crash', at: { execution: 'script-1', seq: 3 }, point: 'performed' };

describe('persistence levels side by side', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/steps.c');
  });
  after(closeBuilder);

  function compare(steps: readonly string[], faults: readonly object[]): readonly LevelReport[] {
    const loaded = loadedScript(program, { workflow: { steps } });
    const plan = parsePlan(JSON.stringify({ faults }), 'plan');
    return [...compareLevels({ loaded, services: countingService, plan, seed: 1 })];
  }

  it('tell what a crash costs at each', () => {
    const reports = compare(['pay'], [CRASH]);
    const told = reports.map(({ level, completed, duplicates, repeats, redone }) => {
      return { level, completed, duplicates, repeats, redone };
    });
    assert.deepEqual(told, [
      { level: 'none', completed: 0, duplicates: 0, repeats: 0, redone: 0 },
      { level: 'workflow', completed: 1, duplicates: 4, repeats: 4, redone: 4 },
      { level: 'step', completed: 1, duplicates: 2, repeats: 2, redone: 2 },
      { level: 'effect', completed: 1, duplicates: 0, repeats: 1, redone: 1 },
    ]);
    const [none] = reports;
    assert.match(none?.reason ?? '', /persistence level none keeps nothing/);
  });

  it('cost nothing without a fault, and leave out steps where there are none', () => {
    const reports = compare([], []);
    assert.deepEqual(
      reports.map(({ level }) => level),
      ['none', 'workflow', 'effect'],
    );
    for (const { completed, duplicates, repeats, redone } of reports) {
      assert.deepEqual([completed, duplicates, repeats, redone], [1, 0, 0, 0]);
    }
  });

  it('are shown as a table', () => {
    const lines = levelTable(compare(['pay'], [CRASH]), PLAIN_STYLE).split('\n');
    assert.match(lines[0] ?? '', /^level +completed +done twice +sent again/);
    assert.match(lines[3] ?? '', /^step +1 of 1 +2 +2 +2 +10/);
    assert.match(lines.at(-1) ?? '', /^none: node-a crashed/);
  });
});
