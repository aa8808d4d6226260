// A program that a real VS Code serves to real clients.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { stepsIn } from './helpers/story.ts';
import type { TreeView } from './helpers/tree-view.ts';
import { VsCode } from './helpers/vs-code.ts';

/** Charges 4200 cents; resolves with all that the server says. */
function charge(address: string): Promise<string> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write('POST /charges HTTP/1.0\r\nContent-Length: 4\r\n\r\n4200');
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('error', reject);
    socket.once('end', () => resolve(text));
  });
}

describe('serving in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-serve-'));
  let code: VsCode;
  let executions: TreeView;
  let address = '';

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    code = await VsCode.start({
      name: 'serve',
      environment,
      workspace: exampleWorkspace(folder, 'serve'),
      vsixFiles: [environment.vsix],
    });
    executions = code.tree('Executions');
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('opens a port for a workflow, and says where', async () => {
    await code.openContainer('Backstitch');
    await code.tree('Workflows').contextMenu('till', 'Serve');
    const shown = await code.notifications.waitFor(/^till serves tcp:/, COMPILE_TIMEOUT_MS);
    assert.deepEqual(shown.buttons, ['Copy URL']);
    address = shown.message.replace('till serves ', '');
    const row = await executions.waitForRow(/^till serving tcp:/);
    assert.equal(row.description, `serving ${address}`);
    await code.waitForStatus(/^till serves/);
  });

  step('shows an execution for each connection, the last one first', async () => {
    assert.match(await charge(address), /receipt 1: 4200 cents/);
    await executions.waitForRow(/^till-1 completed/);
    assert.match(await charge(address), /receipt 2: 4200 cents/);
    const rows = await executions.waitForRows('two executions', (all) => {
      return all.filter(({ label }) => /^till-\d$/.test(label)).length === 2;
    });
    const ids = rows.map(({ label }) => label).filter((label) => /^till-\d$/.test(label));
    assert.deepEqual(ids, ['till-2', 'till-1']);
    await code.screenshot('1-serving');
  });

  step('breaks a request that is under way', async () => {
    await executions.contextMenu(/^till serving/, 'Pause');
    await executions.waitForRow(/^till serving .* paused/);
    const answer = charge(address);
    await executions.waitForRow(/^till-3 /);
    await executions.contextMenu(/^till serving/, 'Step One Effect');
    await executions.waitForRow(/^#0 comes next/);
    await executions.contextMenu(/^till serving/, 'Step One Effect');
    await executions.waitForRow(/^#1 comes next/);
    await executions.contextMenu(/^#1 comes next/, 'Crash Here...');
    await code.quickInput.pick('Performed, but not recorded');
    await executions.contextMenu(/^till serving/, 'Continue');
    assert.match(await answer, /receipt 3: 4200 cents/);
    await executions.waitForRow(/^till-3 completed .*2 attempts/);
    await code.screenshot('2-broken');
  });

  step('closes the port and keeps the recording', async () => {
    await executions.contextMenu(/^till serving/, 'Cancel');
    await executions.waitForRow(/^till stopped/);
    await assert.rejects(charge(address), /ECONNREFUSED/);
    const recordings = readdirSync(join(code.workspace, '.backstitch/recordings'));
    assert.deepEqual(
      recordings.map((name) => name.replace(/^till-.*\./, 'till.')),
      ['till.backstitch'],
    );
    await executions.contextMenu(/^till stopped/, 'Show Timeline');
    await code.editor.waitForText('till-3  completed');
    await code.screenshot('3-stopped');
  });
});
