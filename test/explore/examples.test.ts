import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { BUILT_IN_CHECKS, CheckSuite } from '../../simulator/checks/check-suite.ts';
import { SourceBuilder } from '../../simulator/cli/node/build-source.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import { loadTarget } from '../../simulator/cli/node/load-target.ts';
import { serviceLoader } from '../../simulator/cli/node/service-runtime.ts';
import { readScriptFiles } from '../../simulator/cli/node/workspace/script-files.ts';
import type { StrategyName } from '../../simulator/explore/explore-options.ts';
import { Explorer } from '../../simulator/explore/explorer.ts';
import type { ExploreReport } from '../../simulator/explore/report.ts';
import { SHRINK_RUNS_MAX } from '../../simulator/explore/shrink/shrinker.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import {
  closeExamples,
  type Example,
  loadExample,
  WRONG_EXAMPLES,
} from '../examples/run-example.ts';
import { componentOfC } from '../helpers/build-component.ts';
import { testComponents } from '../helpers/components.ts';
import { closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';

const RUNS_MAX = 250;

const TWO_LINES = `
export function recordsAreWhole({ volumes, executions }) {
  const lines = (volumes.logs.log ?? '').split('\\n').slice(0, -1);
  const at = lines.findIndex((line, at) => at % 2 === 0 && lines[at + 1] !== line.replace('begin', 'end'));
  const hasFailed = executions.some(({ exitCode }) => exitCode !== 0);
  if (at >= 0 && !hasFailed) return lines[at] + ' is followed by ' + lines[at + 1];
}`;

/** Of a message that is lost, only other faults than crashes tell: crashes are made up for. */
const STRATEGIES_OF: Readonly<Record<string, readonly StrategyName[]>> = Object.fromEntries(
  WRONG_EXAMPLES.map((name) => [
    name,
    name === 'retry-double-send' ? ['crashes', 'faults'] : ['crashes'],
  ]),
);

async function explore(
  folder: string,
  workflow: string,
  checks: CheckSuite,
  only?: readonly StrategyName[],
): Promise<ExploreReport> {
  return exploreLoaded(await loadExample(folder, workflow), workflow, checks, only);
}

function exploreLoaded(
  { loaded, loadService }: Pick<Example, 'loaded' | 'loadService'>,
  workflow: string,
  checks: CheckSuite,
  only?: readonly StrategyName[],
): ExploreReport {
  const explorer = new Explorer({
    runner: new TrialRunner(loaded, loadService, checks),
    workflow,
    seed: loaded.world.seed,
    names: {
      nodes: loaded.world.nodes,
      others: ['journal-store', ...loaded.services.keys()],
      volumes: [...loaded.volumes.keys()],
    },
    options: { runs: RUNS_MAX, ...(only === undefined ? {} : { only }) },
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

  for (const name of WRONG_EXAMPLES) {
    const folder = `wrong/${name}`;
    const suite = async (): Promise<CheckSuite> => {
      const module = join(projectRoot, 'examples', folder, 'checks.mjs');
      const files = await readScriptFiles(module, 'the module of checks');
      return new CheckSuite(BUILT_IN_CHECKS, await loadChecks(files));
    };

    it(`finds what is wrong with ${name}, as one fault, with its line`, async () => {
      const report = await explore(folder, 'wrong', await suite(), STRATEGIES_OF[name]);
      // What readings decide is found without any fault.
      const errors = errorsOf(report).filter(({ trial }) => trial.perturb === undefined);
      const counts = errors.map(({ trial }) => (trial.plan.faults as unknown[]).length);
      assert.equal(Math.min(...counts), 1, JSON.stringify(errors));
      // An effect that only a fault brings up needs that, too.
      assert.ok(Math.max(...counts) <= 2);
      for (const { at, shrinkRuns, nearestPassing } of errors) {
        assert.match(at?.source?.path ?? '', /wrong\.(c|ts)$/);
        assert.ok(nearestPassing !== undefined);
        assert.ok(shrinkRuns < SHRINK_RUNS_MAX / 4);
      }
    });

    it(`finds nothing wrong with ${name} once it is mended`, async () => {
      const report = await explore(folder, 'fixed', await suite(), STRATEGIES_OF[name]);
      assert.deepEqual(errorsOf(report), []);
    });
  }

  describe('that are components', () => {
    const folder = mkdtempSync(join(tmpdir(), 'backstitch-component-'));
    const builder = new SourceBuilder({ includeFolders: [], environment: {} });
    const refuse = (): never => assert.fail('no recording is read');
    before(async () => {
      const component = await componentOfC('test/fixtures/programs/two-lines.c');
      writeFileSync(join(folder, 'two-lines.wasm'), component);
      mkdirSync(join(folder, 'data'));
      const workflow = (how: string) => ({
        module: 'two-lines.wasm',
        args: [how],
        count: 2,
        mounts: { '/data': { volume: 'logs' } },
      });
      const workflows = { wrong: workflow('apart'), fixed: workflow('together') };
      const world = { volumes: { logs: { from: 'data' } } };
      writeFileSync(join(folder, 'backstitch.json'), JSON.stringify({ workflows, world }));
    });
    after(async () => {
      await Promise.all([builder.close(), closeBuilder()]);
      rmSync(folder, { recursive: true, force: true });
    });

    async function exploreComponent(workflow: string): Promise<ExploreReport> {
      const target = { path: folder, workflow };
      const { loaded } = await loadTarget(target, builder, testComponents(), refuse);
      const checks = await loadChecks({ entry: 'c.mjs', files: new Map([['c.mjs', TWO_LINES]]) });
      const suite = new CheckSuite(BUILT_IN_CHECKS, checks);
      const loadService = await serviceLoader(loaded.services);
      return exploreLoaded({ loaded, loadService }, workflow, suite);
    }

    it('finds a record that another one comes into the middle of, with its line', async () => {
      const errors = errorsOf(await exploreComponent('wrong'));
      const found = errors.find(({ check }) => check === 'recordsAreWhole');
      assert.ok(found !== undefined, JSON.stringify(errors));
      assert.equal((found.trial.plan.faults as unknown[]).length, 1);
      const lines = readFileSync(found.at?.source?.path ?? '', 'utf8').split('\n');
      const line = lines[(found.at?.source?.line ?? 0) - 1] ?? '';
      assert.match(line, /write\(log|#second/);
      assert.ok(found.nearestPassing !== undefined);
    });

    it('finds nothing wrong once records are written at once', async () => {
      const errors = errorsOf(await exploreComponent('fixed'));
      assert.deepEqual(errors, []);
    });
  });
});
