// The story of the README in a real VS Code: run the order, break it, and travel through what happened.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { orderLine as lineOf, stepsIn } from './helpers/story.ts';
import type { TreeRow, TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';
import { waitFor } from './helpers/wait.ts';

const LOOP = `#include <stdio.h>
int main(void) {
  puts("looping");
  for (volatile unsigned turns = 0;; turns++) {
  }
}
`;

const FALL = `#include <stdio.h>
int main(void) {
  puts("falling");
  __builtin_trap();
}
`;

describe('an order in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-order-'));
  let code: VsCode;
  let executions: TreeView;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    code = await VsCode.start({
      name: 'order',
      environment,
      workspace: exampleWorkspace(folder, 'order', { 'loop.c': LOOP, 'fall.c': FALL }),
      vsixFiles: [environment.vsix],
    });
    executions = code.tree('Executions');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('offers to run the program above its entry', async () => {
    await code.openFile('order.c');
    await code.editor.goToLine(lineOf('int main('));
    await code.editor.waitForCodeLens('▶ Run');
    // The editor draws them anew when the workspace turns out to be trusted.
    const titles = async () => (await code.editor.codeLenses()).map(({ title }) => title).join();
    await waitFor('all offers', async () => (await titles()) === '▶ Run,Debug,Explore', {
      describe: titles,
    });
    await code.screenshot('1-lens');
  });

  step('runs it and shows its effects as they arrive', async () => {
    await code.editor.clickCodeLens('▶ Run');
    await executions.waitForRow(/^order-1 completed/, COMPILE_TIMEOUT_MS);
    const rows = await executions.waitForRows('the last effect', (all) =>
      all.some(({ label }) => label === '#14 stdout.write'),
    );
    assert.equal(rows[0]?.label, 'order');
    assert.match(effect(rows, 3).description, /^POST payment\.example\/charges -> 201/);
    assert.deepEqual(labels(rows, 3), ['attempt 1 on node-a', 'attempt 2 on node-b']);
    await code.output.waitForText('receipt for A-17');
    await code.screenshot('2-ran');
  });

  step('shows the source line of an effect, and its details', async () => {
    await executions.click('#3 http.request');
    await executions.waitForRow(/#3 http\.request .*order\.c:50/);
    await code.editor.waitForText('int error = backstitch_http(');
    await code.screenshot('3-source');
    await executions.doubleClick('#3 http.request');
    await code.editor.waitForTab('Preview order-1 effect 3.md');
    await code.webview().locator('h1', { hasText: 'order-1 #3: http.request' }).waitFor();
    await code.webview().locator('pre', { hasText: 'idempotency-key' }).waitFor();
    await code.screenshot('4-effect');
  });

  step('crashes the node there and shows how the execution recovers, charged once', async () => {
    await executions.contextMenu('#3 http.request', 'Crash Here...');
    await code.quickInput.pick('Performed, but not recorded');
    await executions.waitForRow('order · crash after performing #3');
    const crashed = await executions.waitForRow(/^attempt 1 on node-a crashed/);
    assert.deepEqual(crashed.icons, ['codicon-flame']);
    await executions.waitForRow(/^order-1 completed .* 3 attempts/);
    await executions.waitForRow(/^node-a crashes after order-1 #3 is performed/);
    await code.screenshot('5-crashed');
    await executions.contextMenu('order · crash after performing #3', 'Show Timeline');
    await code.editor.waitForTab(/\.timeline/);
    const timeline = await code.editor.waitForText('payment saw');
    assert.match(timeline, /charged 4200 cents EUR/);
    assert.equal(timeline.match(/charged 4200/g)?.length, 1);
    await code.screenshot('6-timeline');
  });

  step('steps through what was recorded, forwards and backwards', async () => {
    const { debug } = code;
    await executions.contextMenu('order · crash after performing #3', 'Debug This Execution');
    await debug.waitForStop(lineOf('if (argc != 3'));
    await code.runCommand('Backstitch: Step by Statements or Effects...');
    await code.quickInput.pick('Effects');
    await debug.waitForStop(lineOf('time(NULL)'));
    await debug.open();
    await debug.expandVariable('Effect');
    await debug.waitForVariable('effect', 'clock.read #0');
    await debug.press('Step Over');
    await debug.waitForStop(lineOf('puts(line)'));
    await debug.press('Step Over');
    await debug.waitForStop(lineOf('getentropy('));
    await debug.press('Step Over');
    await debug.waitForStop(lineOf('backstitch_http('));
    // The call stack is drawn row by row, so all of it is waited for.
    await debug.waitForFrames('request, charge and main', (all) =>
      isDeepStrictEqual(
        all.filter(({ file }) => file === 'order.c').map(({ name, line }) => [name, line]),
        [
          ['request', lineOf('backstitch_http(')],
          ['charge', lineOf('= request("POST", "https://payment')],
          ['main', lineOf('charge(order,')],
        ],
      ),
    );
    await debug.waitForVariable('effect', 'http.request #3');
    await debug.waitForVariable('key', /^"?A-17-/);
    await debug.waitForVariable('attempt', '1, finished by attempt 2');
    await code.screenshot('7-travel');
    await debug.press('Step Back');
    await debug.waitForStop(lineOf('getentropy('));
    await debug.waitForVariable('effect', 'random.read #2');
  });

  step('meets the crash on the way, and comes back over it', async () => {
    const { debug } = code;
    await debug.setExceptionFilter('Crashes', true);
    await debug.press('Step Over');
    await debug.waitForStop(lineOf('backstitch_http('));
    await debug.waitForVariable('effect', 'http.request #3');
    await debug.press('Step Over');
    await debug.waitForException(/node-a crashed with attempt 1 of order-1/);
    await debug.waitForVariable('state', /^lost in a crash/);
    await debug.waitForVariable('attempt', '1');
    await code.screenshot('7-crash');
    await debug.press('Step Over');
    await debug.waitForStop(lineOf('time(NULL)'));
    await debug.waitForVariable('effect', 'clock.read #4');
    await debug.waitForVariable('attempt', '2');
    await code.screenshot('7-recovered');
    await debug.press('Step Back');
    await debug.waitForException(/node-a crashed with attempt 1 of order-1/);
    await debug.press('Reverse');
    await debug.waitForStop(lineOf('time(NULL)'));
    await debug.waitForVariable('effect', 'clock.read #0');
    await code.screenshot('7-beginning');
  });

  step('continues to a breakpoint, and to the end', async () => {
    const { debug } = code;
    await debug.setExceptionFilter('Crashes', false);
    await code.editor.toggleBreakpoint(lineOf('sleep(WAREHOUSE_SECONDS)'));
    await debug.press('Continue');
    await debug.waitForStop(lineOf('sleep(WAREHOUSE_SECONDS)'));
    await debug.waitForVariable('effect', 'wait.poll #6');
    await debug.waitForConsole(/node-a crashed with attempt 1 of order-1/);
    await code.screenshot('7-breakpoint');
    await debug.press('Continue');
    await debug.waitForFrames('the end', ([top]) => top?.name === 'order-1 exited with 0');
    await debug.callStack.click('order-1 exited with 0');
    await debug.expandVariable('Execution');
    await debug.waitForVariable('status', 'completed with exit code 0');
    await code.screenshot('7-end');
    await debug.press('Step Back');
    await debug.waitForStop(lineOf('printf("  %s", line)'));
    await debug.waitForVariable('effect', 'stdout.write #14');
    await code.editor.toggleBreakpoint(lineOf('sleep(WAREHOUSE_SECONDS)'));
    await debug.press('Stop');
    await debug.waitForEnd();
  });

  step('sets the clock back in another branch', async () => {
    await code.openContainer('Backstitch');
    await executions.contextMenu('#4 clock.read', 'Set the Clock Back...');
    await code.quickInput.enter('-2h');
    await executions.waitForRow(/^order .*clock -2h at #4/);
    await executions.waitForRow(/#4 clock\.read wall -> 2026-01-01 07:00/);
    await code.screenshot('8-clock');
  });

  step('ends a program that loops', async () => {
    await code.openContainer('Backstitch');
    await code.openFile('loop.c');
    await code.editor.clickCodeLens('▶ Run');
    await code.output.waitForText('looping', COMPILE_TIMEOUT_MS);
    await executions.waitForRow(/^loop running/);
    await code.runCommand('Backstitch: Cancel');
    await executions.waitForRow(/^loop cancelled/);
    await code.screenshot('11-cancelled');
  });

  step('debugs a program from where it failed', async () => {
    const { debug } = code;
    await code.openFile('fall.c');
    await code.editor.clickCodeLens('▶ Run');
    await executions.waitForRow(/^fall-1 trapped/, COMPILE_TIMEOUT_MS);
    await executions.contextMenu('fall-1', 'Debug From Where It Failed');
    await debug.waitForException(/unreachable/);
    await debug.waitForStop(4);
    await code.screenshot('11-failed');
    await debug.open();
    await debug.press('Step Back');
    await debug.waitForFrames('the last statement', ([top]) => top?.name === 'main');
    await debug.press('Step Back');
    await debug.waitForStop(3);
    await debug.press('Stop');
    await debug.waitForEnd();
  });

  step('opens a recording of an earlier run', async () => {
    const recordings = join(code.workspace, '.backstitch/recordings');
    const [name = ''] = readdirSync(recordings).filter((one) => /^order-\d.*backstitch$/.test(one));
    await code.quickInput.openFile(`.backstitch/recordings/${name}`);
    await code.editor.waitForTab(name);
    await code.webview().locator('pre', { hasText: 'order-1' }).waitFor();
    await code.screenshot('12-recording');
  });
});

function effect(rows: readonly TreeRow[], seq: number): TreeRow {
  const row = rows.find(({ label }) => label.startsWith(`#${seq} `));
  assert.ok(row, `no row for effect #${seq}`);
  return row;
}

function labels(rows: readonly TreeRow[], level: number): readonly string[] {
  return rows.filter((row) => row.level === level).map(({ label }) => label);
}
