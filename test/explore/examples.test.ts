import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BUILT_IN_CHECKS, CheckSuite } from '../../simulator/checks/check-suite.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import { readScriptFiles } from '../../simulator/cli/node/workspace/script-files.ts';
import type { StrategyName } from '../../simulator/explore/explore-options.ts';
import { Explorer } from '../../simulator/explore/explorer.ts';
import type { ExploreReport } from '../../simulator/explore/report.ts';
import { SHRINK_RUNS_MAX } from '../../simulator/explore/shrink/shrinker.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { closeExamples, loadExample } from '../examples/run-example.ts';
import { projectRoot } from '../helpers/project-root.ts';

const RUNS_MAX = 250;

/** Written in C, so that they build everywhere. */
const WRONG = [
  'charge-without-key',
  'check-then-act',
  'lease-wall-clock',
  'lost-update',
  'time-branch',
];

async function explore(
  folder: string,
  workflow: string,
  checks: CheckSuite,
  only: readonly StrategyName[],
): Promise<ExploreReport> {
  const { loaded, loadService } = await loadExample(folder, workflow);
  const explorer = new Explorer({
    runner: new TrialRunner(loaded, loadService, checks),
    workflow,
    seed: loaded.world.seed,
    names: {
      nodes: loaded.world.nodes,
      others: ['journal-store', ...loaded.services.keys()],
      volumes: [...loaded.volumes.keys()],
    },
    options: { runs: RUNS_MAX, only },
    onFinding: () => undefined,
  });
  const exploration = explorer.explore();
  for (;;) {
    const step = exploration.next();
    if (step.done === true) return explorer.report(step.value);
  }
}

function errorsOf({ findings }: ExploreReport) {
  return findings.filter(({ severity }) => severity === 'error');
}

describe('exploring the examples', () => {
  after(closeExamples);

  it('finds nothing wrong with order', async () => {
    const report = await explore('order', 'order', new CheckSuite(), [
      'crashes',
      'clocks',
      'pairs',
    ]);
    assert.deepEqual(errorsOf(report), []);
    assert.ok(report.runs > 150);
  });

  for (const name of WRONG) {
    const folder = `wrong/${name}`;
    const suite = async (): Promise<CheckSuite> => {
      const module = join(projectRoot, 'examples', folder, 'checks.mjs');
      const files = await readScriptFiles(module, 'the module of checks');
      return new CheckSuite(BUILT_IN_CHECKS, await loadChecks(files));
    };

    it(`finds what is wrong with ${name}, as one fault, with its line`, async () => {
      const report = await explore(folder, 'wrong', await suite(), ['crashes']);
      // What readings decide is found without any fault.
      const errors = errorsOf(report).filter(({ trial }) => trial.perturb === undefined);
      const counts = errors.map(({ trial }) => (trial.plan.faults as unknown[]).length);
      assert.equal(Math.min(...counts), 1, JSON.stringify(errors));
      // An effect that only a fault brings up needs that, too.
      assert.ok(Math.max(...counts) <= 2);
      for (const { at, shrinkRuns, nearestPassing } of errors) {
        assert.match(at?.source?.path ?? '', /wrong\.c$/);
        assert.ok(nearestPassing !== undefined);
        assert.ok(shrinkRuns < SHRINK_RUNS_MAX / 4);
      }
    });

    it(`finds nothing wrong with ${name} once it is mended`, async () => {
      assert.deepEqual(errorsOf(await explore(folder, 'fixed', await suite(), ['crashes'])), []);
    });
  }
});
