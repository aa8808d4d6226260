// Driving simulations by hand in a real VS Code: step, break live, answer, type, and read errors.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { stepsIn } from './helpers/story.ts';
import type { TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

const CONFIG = `{
  "workflows": {
    "order": {
      "source": "order.c",
      "args": ["A-17", "4200"],
      "unknownOutcome": [{ "request": "POST *", "policy": "ask" }]
    },
    "typed": { "source": "typed.c", "stdin": { "interactive": true } }
  },
  "world": {
    "services": {
      "payment": { "script": "payment.mjs", "hosts": ["payment.example"] },
      "warehouse": { "script": "warehouse.mjs", "hosts": ["warehouse.example"] }
    }
  }
}
`;

const BROKEN = 'int main(void) {\n  return nothing;\n}\n';

describe('driving by hand in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-drive-'));
  let code: VsCode;
  let executions: TreeView;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    const typed = readFileSync(join(projectRoot, 'examples/effects/stdin.c'), 'utf8');
    const files = { 'backstitch.json': CONFIG, 'typed.c': typed, 'broken.c': BROKEN };
    code = await VsCode.start({
      name: 'drive',
      environment,
      workspace: exampleWorkspace(folder, 'order', files),
      vsixFiles: [environment.vsix],
    });
    executions = code.tree('Executions');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('lists the workflows of the workspace, and what no configuration names', async () => {
    await code.openContainer('Backstitch');
    const workflows = code.tree('Workflows');
    const rows = await workflows.waitForRows('three rows', (all) => all.length === 3);
    assert.deepEqual(
      rows.map(({ label, description }) => [label, description]),
      [
        ['order', 'order.c'],
        ['typed', 'typed.c'],
        ['Other programs', ''],
      ],
    );
    await workflows.expand('Other programs');
    await workflows.waitForRow('broken.c');
    writeFileSync(join(code.workspace, 'later.c'), BROKEN);
    await workflows.waitForRow('later.c');
    rmSync(join(code.workspace, 'later.c'));
    await workflows.waitForRows('no later.c', (all) =>
      all.every(({ label }) => label !== 'later.c'),
    );
    await executions.waitForText(/Nothing has run yet/);
    await code.screenshot('1-empty');
  });

  step('shows lenses in backstitch.json, one pair a workflow', async () => {
    await code.openFile('backstitch.json');
    await code.editor.waitForCodeLens('▶ Run', 3);
    await code.editor.waitForCodeLens('▶ Run', 8);
    await code.screenshot('2-config');
  });

  step('steps effect by effect', async () => {
    await code.runCommand('Backstitch: Run Workflow, Paused at Its First Effect');
    await code.quickInput.pick('order');
    await executions.waitForRow(/^order paused before #0/, COMPILE_TIMEOUT_MS);
    for (const next of [1, 2, 3]) {
      await executions.contextMenu('order', 'Step One Effect');
      await executions.waitForRow(`#${next} comes next`);
    }
    await executions.waitForRow(/^#3 comes next .*#2 is not durable yet/);
    await code.screenshot('3-paused');
  });

  step('breaks live, is asked what to do, and goes on as told', async () => {
    await executions.contextMenu('#3 comes next', 'Crash Here...');
    await code.quickInput.pick('Performed, but not recorded');
    await executions.contextMenu('order', 'Continue');
    await executions.waitForRow(/^attempt 1 on node-a crashed/);
    await executions.waitForRow(/^#3 Did POST https:\/\/payment\.example\/charges happen\?/);
    await code.screenshot('4-question');
    await code.notifications.press(/order-1 crashed in #3/, 'Retry It');
    await executions.waitForRow(/^order-1 completed/);
    await executions.contextMenu('order', 'Show Timeline');
    await code.editor.waitForText('order-1  completed');
    await code.page.keyboard.press('Control+End');
    const timeline = await code.editor.waitForText('warehouse saw');
    assert.equal(timeline.match(/charged 4200/g)?.length, 1);
  });

  step('feeds standard input', async () => {
    await code.viewAction('Executions', 'Clear Executions');
    await code.openFile('typed.c');
    await code.editor.clickCodeLens('▶ Run');
    await executions.waitForRow(/^typed waits for input/, COMPILE_TIMEOUT_MS);
    await code.runCommand('Backstitch: Send Input...');
    await code.quickInput.enter('hello');
    await code.output.waitForText('1: HELLO');
    await code.runCommand('Backstitch: Send Input...');
    await code.quickInput.enter('');
    await executions.waitForRow(/^typed-1 completed/);
    await code.output.waitForText('1 lines');
    await code.screenshot('5-typed');
  });

  step('says where a program does not compile, and goes there', async () => {
    await code.openFile('broken.c');
    await code.editor.clickCodeLens('▶ Run');
    const shown = await code.notifications.waitFor(
      /broken\.c.*does not compile/,
      COMPILE_TIMEOUT_MS,
    );
    assert.equal(shown.severity, 'error');
    assert.ok(shown.buttons.includes('Show Log'), shown.buttons.join(', '));
    assert.match(shown.message, /undeclared identifier 'nothing' \(line 2, column 10\)/);
    assert.ok(shown.buttons.includes('Open'), shown.buttons.join(', '));
    await executions.waitForRow(/^broken broken\.c does not compile: use of undeclared/);
    await code.screenshot('6-broken');
    await code.notifications.press(/does not compile/, 'Show Log');
    await code.output.waitForText(/undeclared identifier/);
  });

  step('debugs the program in the editor with F5 and no launch.json', async () => {
    await code.openFile('typed.c');
    await code.page.keyboard.press('F5');
    await code.debug.waitForStop(10, COMPILE_TIMEOUT_MS);
    await executions.waitForRow(/^typed \(debugged\) waits for input/);
    await code.waitForStatus(/^typed \(debugged\) waits/);
    await code.debug.waitForConsole(/Waiting for input/);
    await code.screenshot('7-f5');
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
    const recordings = readdirSync(join(code.workspace, '.backstitch/recordings'));
    assert.ok(recordings.some((name) => /^typed-.*\.backstitch$/.test(name)));
  });
});
