// A run under the debugger in a real VS Code: it stops, is broken by hand from the view, and recovers.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { orderLine, stepsIn } from './helpers/story.ts';
import type { TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

const CALL_LINE = orderLine('backstitch_http(');

describe('a live run in the debugger of VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-debug-'));
  let code: VsCode;
  let executions: TreeView;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    code = await VsCode.start({
      name: 'debug',
      environment,
      workspace: exampleWorkspace(folder, 'order'),
      vsixFiles: [environment.vsix],
    });
    executions = code.tree('Executions');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('stops at the first effect, and is listed with the other runs', async () => {
    await code.openFile('order.c');
    await code.editor.goToLine(orderLine('int main('));
    await code.editor.clickCodeLens('Debug');
    await code.debug.waitForStop(orderLine('if (argc != 3'), COMPILE_TIMEOUT_MS);
    await code.runCommand('Backstitch: Step by Statements or Effects...');
    await code.quickInput.pick('Effects');
    await code.debug.waitForStop(orderLine('time(NULL)'));
    await code.openContainer('Backstitch');
    await executions.waitForRow(/^order \(debugged\) paused before #0/);
    await executions.waitForRow('#0 comes next');
    await code.screenshot('1-entry');
  });

  step('steps to the call, and the view goes along', async () => {
    for (const [line, seq] of [
      [orderLine('puts(line)'), 1],
      [orderLine('getentropy('), 2],
      [CALL_LINE, 3],
    ] as const) {
      await code.debug.press('Step Over');
      await code.debug.waitForStop(line);
      await executions.waitForRow(`#${seq} comes next`);
    }
    await code.screenshot('2-call');
  });

  step('crashes there by hand, and tells of it', async () => {
    await executions.contextMenu('#3 comes next', 'Crash Here...');
    await code.quickInput.pick('Performed, but not recorded');
    await code.waitForStatus(/crash after performing #3: will happen when order-1 gets there/);
    await code.screenshot('3-injected');
    await code.debug.open();
    await code.debug.setExceptionFilter('Crashes', true);
    await code.debug.press('Continue');
    await code.debug.waitForException(/node-a crashed with attempt 1 of order-1/);
    await code.debug.waitForStop(CALL_LINE);
    await code.screenshot('4-crash');
    await code.openContainer('Backstitch');
    const crashed = await executions.waitForRow(/^attempt 1 on node-a crashed/);
    assert.deepEqual(crashed.icons, ['codicon-flame']);
    await code.screenshot('5-crash-in-view');
  });

  step('recovers and completes, charged once', async () => {
    await code.debug.press('Continue');
    await executions.waitForRow(/^order-1 completed .* 3 attempts/);
    await code.debug.open();
    await code.debug.waitForFrames('the end', ([top]) => top?.name === 'order-1 exited with 0');
    await code.debug.waitForConsole(/receipt for A-17/);
    await code.debug.waitForConsole(/order-1 exited with 0/);
    await code.screenshot('6-end');
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
    await code.openContainer('Backstitch');
    await executions.contextMenu('order (debugged)', 'Show Timeline');
    const timeline = await code.editor.waitForText('payment saw');
    assert.equal(timeline.match(/charged 4200/g)?.length, 1);
    await code.screenshot('7-timeline');
  });
});
