/** The examples of docs/checks.md do what the page says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { BUILT_IN_CHECKS, CheckSuite } from '../../simulator/checks/check-suite.ts';
import { loadChecks } from '../../simulator/cli/node/check-runtime.ts';
import { TrialRunner } from '../../simulator/explore/trial-runner.ts';
import { closeExamples, loadExample } from '../examples/run-example.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { trialOf, violationLines } from '../helpers/trials.ts';

const page = readFileSync(join(projectRoot, 'docs/checks.md'), 'utf8');
const [, example = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? [];

describe('docs/checks.md', () => {
  after(closeExamples);

  it('names every built-in check', () => {
    for (const { name } of BUILT_IN_CHECKS) assert.ok(page.includes(`| \`${name}\` |`), name);
    assert.ok(page.includes('| `depends-on` |'));
  });

  it('has checks that an order passes, and one that is charged twice does not', async () => {
    const source = { entry: 'checks.mjs', files: new Map([['checks.mjs', example]]) };
    const suite = new CheckSuite([], await loadChecks(source));
    const crash = { kind: 'crash', point: 'performed', at: { effect: 'http.request' } };
    const { loaded, loadService } = await loadExample('order', 'order');
    const run = (config: object) => {
      const workflows = loaded.workflows.map((one) => ({
        ...one,
        config: { ...one.config, ...config },
      }));
      return new TrialRunner({ ...loaded, workflows }, loadService, suite).run(trialOf([crash]));
    };
    const durable = run({});
    assert.deepEqual([durable.problems, durable.violations], [[], []]);
    assert.deepEqual(durable.sometimes, { seesRepeats: true });
    assert.deepEqual(violationLines(run({ persistence: 'workflow' })), [
      'error chargedOnce: charged 2 times',
    ]);
    assert.deepEqual(violationLines(run({ persistence: 'none' })), [
      'error printsReceipt: order-1 has printed no receipt',
    ]);
  });
});
