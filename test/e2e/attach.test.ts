// Attaching to what runs in a real VS Code: pause it, drive it on, look back, and let it go on.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { orderLine as lineOf, stepsIn } from './helpers/story.ts';
import type { TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

const ASKS = lineOf('backstitch_http(');
const CHARGE = lineOf('backstitch_reply reply = request("POST", "https://payment');
const SHIPS = lineOf('ship(order, tracking, sizeof tracking)');

/** Slow enough that one can attach while it runs. */
const SETTINGS = '{ "backstitch.pace": 1500 }';
const LAUNCH = `{
  "version": "0.2.0",
  "configurations": [{ "type": "backstitch", "request": "attach", "name": "Attach" }]
}`;

describe('attaching in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-attach-e2e-'));
  let code: VsCode;
  let executions: TreeView;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    const files = { '.vscode/settings.json': SETTINGS, '.vscode/launch.json': LAUNCH };
    code = await VsCode.start({
      name: 'attach',
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

  step(
    'asks what to do about an execution that still runs, and pauses it where it is',
    async () => {
      await code.openFile('order.c');
      await code.openContainer('Backstitch');
      await code.runCommand('Backstitch: Run Workflow, Paused at Its First Effect');
      await executions.waitForRow(/^order paused before #0/, COMPILE_TIMEOUT_MS);
      for (const next of [1, 2, 3]) {
        await executions.contextMenu('order', 'Step One Effect');
        await executions.waitForRow(`#${next} comes next`);
      }
      await executions.contextMenu(/^order-1/, 'Debug This Execution');
      await code.notifications.waitFor(/^order is still running/);
      await code.screenshot('1-question');
      await code.notifications.press(/^order is still running/, 'Pause and Debug');
      await code.debug.waitForStop(ASKS, COMPILE_TIMEOUT_MS);
      await code.debug.open();
      await code.debug.waitForFrames('request, charge and main', (frames) =>
        ['request', 'charge', 'main'].every((name) => frames.some((one) => one.name === name)),
      );
      await code.screenshot('2-attached');
    },
  );

  step('drives it on, which the view of executions shows', async () => {
    await code.debug.press('Step Over');
    await code.debug.waitForStop(ASKS + 1);
    await code.openContainer('Backstitch');
    await executions.waitForRow(/^#3 http\.request POST payment\.example\/charges/);
    await executions.waitForRow('#4 comes next');
    await code.screenshot('3-driven');
  });

  step('goes back into what happened before, and on to a breakpoint', async () => {
    await code.debug.press('Step Back');
    await code.debug.waitForStop(ASKS);
    await code.debug.press('Reverse Step Out');
    await code.debug.waitForStop(CHARGE);
    await code.editor.toggleBreakpoint(SHIPS);
    await code.debug.press('Continue');
    await code.debug.waitForStop(SHIPS);
    await code.screenshot('4-breakpoint');
  });

  step('leaves it as it was when it disconnects: paused, to go on', async () => {
    await code.debug.press('Disconnect');
    await code.debug.waitForEnd();
    await code.openContainer('Backstitch');
    await executions.contextMenu(/^order paused/, 'Continue');
    await executions.waitForRow(/^order-1 completed/);
  });

  step('attaches with F5 to what runs, and lets it go on by itself', async () => {
    await code.viewAction('Executions', 'Clear Executions');
    await code.runCommand('Backstitch: Run Workflow');
    await executions.waitForRow(/^order-1 running/, COMPILE_TIMEOUT_MS);
    await code.runCommand('Debug: Start Debugging');
    await code.debug.press('Continue');
    await code.debug.waitForStop(SHIPS);
    await code.screenshot('5-running');
    await code.debug.press('Disconnect');
    await code.debug.waitForEnd();
    await code.openContainer('Backstitch');
    await executions.waitForRow(/^order-1 completed/);
    await code.screenshot('6-went-on');
  });

  step('says that nothing runs that could be attached to', async () => {
    await code.runCommand('Debug: Start Debugging');
    await code.page
      .getByText(/^No simulation runs here/)
      .first()
      .waitFor();
    await code.screenshot('7-nothing');
  });
});
