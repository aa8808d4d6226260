// The fault lab in a real VS Code: break the world by clicking, explore, and keep what was found.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { stepsIn } from './helpers/story.ts';
import type { TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

const EXPLORE_TIMEOUT_MS = 90_000;
/** The line of fixed.c below that of its `main`. */
const FIRST_STATEMENT = 24;

describe('the fault lab in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-fault-lab-'));
  let code: VsCode;
  let world: TreeView;
  let exploration: TreeView;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    code = await VsCode.start({
      name: 'fault-lab',
      environment,
      workspace: exampleWorkspace(folder, 'wrong/charge-without-key'),
      vsixFiles: [environment.vsix],
      settings: { 'backstitch.explore.seconds': 20 },
    });
    world = code.tree('World');
    exploration = code.tree('Exploration');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('shows the world of a paused simulation', async () => {
    await code.openContainer('Backstitch');
    await code.runCommand('Backstitch: Run Workflow, Paused at Its First Effect');
    await code.quickInput.pick('wrong');
    await code.tree('Executions').waitForRow(/^wrong paused before #0/, COMPILE_TIMEOUT_MS);
    await world.waitForRow(/^node-a wrong-1/);
    await world.waitForRow('bank');
    await world.waitForRow(/^journal store/);
    await code.screenshot('1-world');
  });

  step('pauses a node and cuts off a service by clicking, and shows both in the plan', async () => {
    await world.inlineAction('node-b', 'Pause Node...');
    await code.quickInput.enter('1h');
    await world.waitForRow(/^1\. node-b stands still for 1 h/);
    await world.contextMenu('club', 'Cut Off');
    await world.waitForRow(/^2\. /);
    await code.tree('Executions').contextMenu('wrong', 'Step One Effect');
    await world.waitForRow(/^node-b stands still/);
    await world.waitForRow(/club.* cut$/);
    await code.screenshot('2-broken');
    await code.tree('Executions').contextMenu('wrong', 'Cancel');
  });

  step('shows the world as it was, and breaks it in a branch', async () => {
    const executions = code.tree('Executions');
    await executions.waitForRow(/^wrong-1 cancelled/);
    await world.waitForText(/As it was at its end/);
    await world.waitForRow(/^node-b stands still/);
    await executions.click(/^#0 /);
    await world.waitForText(/As it was before #0 of wrong-1/);
    await world.waitForRows('no link in trouble', (rows) =>
      rows.every(({ label }) => label !== 'Links in Trouble'),
    );
    await code.screenshot('3-world-of-the-past');
    await world.inlineAction('node-a', 'Crash Node');
    await executions.waitForRow(/^wrong · .*crash/i);
    // It was cancelled, and so is its branch.
    await executions.waitForRow(/^wrong-1 cancelled .* 2 attempts/);
    await world.waitForText(/As it was at its end/);
    // The plan is further down, out of sight in a small view.
    await world.waitForRow(/^node-a down/);
    await code.screenshot('4-branch');
  });

  step('explores a workflow, and finds the smallest plan that breaks it', async () => {
    // The source that the effect has shown says which.
    await code.runCommand('Backstitch: Explore What Can Go Wrong');
    await exploration.waitForRow(/^wrong [\d,]+.* runs/, EXPLORE_TIMEOUT_MS);
    await exploration.waitForRow(
      /^debitedOnce crash after performing #0 · wrong\.c:14/,
      EXPLORE_TIMEOUT_MS,
    );
    await code.screenshot('5-exploring');
    await exploration.waitForRow(
      /^wrong .*(everything tried|nothing new any more|time is over)/,
      EXPLORE_TIMEOUT_MS,
    );
    await code.screenshot('6-explored');
  });

  step('puts the finding on its source line, and runs it', async () => {
    await exploration.click(/^debitedOnce/);
    await code.editor.waitForTab('wrong.c');
    await code.openContainer('Backstitch');
    await exploration.inlineAction(/^debitedOnce/, 'Show the Failing Run');
    await code.editor.waitForTab(/wrong-1 effect 0/, COMPILE_TIMEOUT_MS);
    await code.screenshot('7-failing-run');
  });

  step('keeps it as a scenario, which fails in the Test Explorer', async () => {
    await exploration.inlineAction(/^debitedOnce/, 'Save as Scenario...');
    await code.quickInput.enter('debited-twice');
    await code.editor.waitForTab('debited-twice.scenario.json');
    assert.ok(existsSync(join(code.workspace, 'scenarios/debited-twice.scenario.json')));
    await code.openContainer('Testing');
    const tests = code.tree('Test Explorer');
    const isGroup = ({ level }: { readonly level: number }): boolean => level === 1;
    await tests.waitForRowBelow(isGroup, ({ ariaLabel }) => ariaLabel.includes('debited-twice'));
    await code.runCommand('Test: Run All Tests');
    await tests.waitForRowBelow(
      isGroup,
      ({ ariaLabel }) => /debited-twice.*failed/i.test(ariaLabel),
      COMPILE_TIMEOUT_MS,
    );
    await code.screenshot('8-scenario');
    assert.deepEqual(readdirSync(join(code.workspace, 'scenarios')), [
      'debited-twice.scenario.json',
    ]);
  });

  step(
    'tells scenarios that hold from those that cannot be run, and forgets deleted ones',
    async () => {
      const folder = join(code.workspace, 'scenarios');
      const found = readFileSync(join(folder, 'debited-twice.scenario.json'), 'utf8');
      writeFileSync(
        join(folder, 'holds.scenario.json'),
        found.replace('"workflow": "wrong"', '"workflow": "fixed"'),
      );
      writeFileSync(join(folder, 'unusable.scenario.json'), '{ "workflow": "fixed" }');
      const tests = code.tree('Test Explorer');
      const isGroup = ({ level }: { readonly level: number }): boolean => level === 1;
      const waitForTest = (pattern: RegExp) =>
        tests.waitForRowBelow(
          isGroup,
          ({ ariaLabel }) => pattern.test(ariaLabel),
          COMPILE_TIMEOUT_MS,
        );
      await waitForTest(/^holds /);
      await waitForTest(/^unusable /);
      await code.runCommand('Test: Run All Tests');
      await waitForTest(/^holds .*passed/i);
      await waitForTest(/^unusable .*errored/i);
      await code.screenshot('9-scenarios');
      rmSync(join(folder, 'unusable.scenario.json'));
      await tests.waitForRows('only two scenarios', (rows) =>
        rows.every(({ ariaLabel }) => !ariaLabel.startsWith('unusable')),
      );
      await tests.contextMenu(({ ariaLabel }) => ariaLabel.startsWith('holds'), 'Debug Test');
      await code.editor.waitForTab('fixed.c', COMPILE_TIMEOUT_MS);
      await code.debug.waitForStop(FIRST_STATEMENT);
      await code.screenshot('10-debugged-scenario');
    },
  );
});
