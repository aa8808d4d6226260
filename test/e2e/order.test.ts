// The story of the README in a real VS Code: run the order, break it, and travel through what happened.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import type { TreeRow, TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

const LOOP = `#include <stdio.h>
int main(void) {
  puts("looping");
  for (volatile unsigned turns = 0;; turns++) {
  }
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
      workspace: exampleWorkspace(folder, 'order', { 'loop.c': LOOP }),
      vsixFiles: [environment.vsix],
    });
    executions = code.tree('Executions');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A step of the story; a failure keeps what the window showed. */
  const step = (name: string, body: () => Promise<void>) =>
    it(name, async () => {
      try {
        await body();
      } catch (error) {
        await code.keepEvidence(name);
        throw error;
      }
    });

  step('offers to run the program above its entry', async () => {
    await code.openFile('order.c');
    await code.editor.goToLine(lineOf('int main('));
    await code.editor.waitForCodeLens('▶ Run');
    const lenses = await code.editor.codeLenses();
    assert.deepEqual(
      lenses.map(({ title }) => title),
      ['▶ Run', 'Debug'],
    );
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
    await code.editor.waitForTab(/order-1 effect 3/);
    await code.editor.waitForText('idempotency-key');
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
    await executions.contextMenu('order · crash after performing #3', 'Debug This Execution');
    await code.debug.waitForStop(lineOf('time(NULL)'));
    await code.debug.press('Step Over');
    await code.debug.waitForStop(lineOf('puts(line)'));
    await code.debug.press('Step Over');
    await code.debug.waitForStop(lineOf('getentropy('));
    await code.screenshot('7-travel');
    await code.debug.press('Step Back');
    await code.debug.waitForStop(lineOf('puts(line)'));
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
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

  step('opens a recording of an earlier run', async () => {
    const recordings = join(code.workspace, '.backstitch/recordings');
    const [name = ''] = readdirSync(recordings).filter((one) => /^order-\d.*backstitch$/.test(one));
    await code.quickInput.openFile(`.backstitch/recordings/${name}`);
    await code.editor.waitForTab(name);
    await code.webview().locator('pre', { hasText: 'order-1' }).waitFor();
    await code.screenshot('12-recording');
  });
});

/** The line, counting from 1, of the example where this text stands first. */
function lineOf(text: string): number {
  const source = readFileSync(join(projectRoot, 'examples/order/order.c'), 'utf8');
  const before = source.slice(0, source.indexOf(text));
  return before.split('\n').length;
}

function effect(rows: readonly TreeRow[], seq: number): TreeRow {
  const row = rows.find(({ label }) => label.startsWith(`#${seq} `));
  assert.ok(row, `no row for effect #${seq}`);
  return row;
}

function labels(rows: readonly TreeRow[], level: number): readonly string[] {
  return rows.filter((row) => row.level === level).map(({ label }) => label);
}
