// Proves the helpers against an extension of their own, so that a failure elsewhere is about Backstitch.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { packSampleVsix } from './helpers/sample-vsix.ts';
import { VsCode } from './helpers/vs-code.ts';
import { waitFor } from './helpers/wait.ts';

describe('a real VS Code with a sample extension', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-smoke-'));
  let code: VsCode;

  before(async () => {
    code = await VsCode.start({
      name: 'smoke',
      environment: parseE2eEnvironment(process.env.BACKSTITCH_E2E),
      workspace: join(projectRoot, 'test/e2e/sample-workspace'),
      vsixFiles: [packSampleVsix(folder)],
      prepare: (workspace) => writeFileSync(join(workspace, 'prepared.txt'), 'by the test\n'),
    });
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A step of the story below; a failure keeps what the window showed. */
  const step = (name: string, body: () => Promise<void>) =>
    it(name, async () => {
      try {
        await body();
      } catch (error) {
        await code.keepEvidence(name);
        throw error;
      }
    });

  step('opens a file by its path and reads its lines, tabs and lenses', async () => {
    await code.openFile('flows/notes.txt');
    assert.deepEqual((await code.editor.lines()).slice(1, 4), [
      { line: 2, text: 'two' },
      { line: 3, text: '  three' },
      { line: 4, text: 'four' },
    ]);
    assert.deepEqual(await code.editor.tabs(), [{ name: 'notes.txt', active: true, dirty: false }]);
    // The editor may draw them anew after they have been there.
    const lenses = async () => JSON.stringify(await code.editor.codeLenses());
    const expected = JSON.stringify([
      { title: 'Run', line: 1 },
      { title: 'Debug', line: 1 },
    ]);
    await waitFor('both lenses', async () => (await lenses()) === expected, { describe: lenses });
  });

  step('opens a file that the test has put into the copy of the workspace', async () => {
    await code.openFile('prepared.txt');
    assert.equal((await code.editor.lines())[0]?.text, 'by the test');
    await code.openFile('flows/notes.txt');
  });

  step('runs a command from the palette and reads its notification', async () => {
    await code.runCommand('Sample: Say Hello');
    assert.deepEqual(await code.notifications.waitFor('Hello from the sample'), {
      severity: 'info',
      message: 'Hello from the sample',
      buttons: [],
    });
  });

  step('answers a notification, an input box and a quick pick', async () => {
    await code.runCommand('Sample: Ask');
    await code.notifications.press('Crash it?', 'Crash');
    await code.quickInput.enter('effect 7');
    await code.quickInput.pick('after');
    await code.notifications.waitFor('Crash after effect 7');
  });

  step('reads, expands and clicks through a tree view', async () => {
    await code.openContainer('Sample Box');
    const things = code.tree('Things');
    const rows = await things.waitForRows('two rows', (all) => all.length === 2);
    assert.deepEqual(
      rows.map(({ label, description, level, expanded }) => [label, description, level, expanded]),
      [
        ['first', 'plain', 1, false],
        ['second', 'plain', 1, undefined],
      ],
    );
    await things.expand('first');
    await things.contextMenu('first/two', 'Mark This');
    await things.waitForRow(/^first\/two marked$/);
    await things.inlineAction('second', 'Mark This');
    await things.waitForRow(/^second marked$/);
    await code.viewAction('Things', 'Add a Row');
    await things.waitForRow('added 1');
    await things.collapse('first');
    assert.equal((await things.rows()).length, 3);
  });

  step('opens a collapsed view and reads what it says while it is empty', async () => {
    await code.openView('Nothing Yet');
    const empty = code.tree('Nothing Yet');
    await empty.waitForText('Nothing has run yet.');
    assert.deepEqual(await empty.rows(), []);
  });

  step('comes back after the window is loaded again', async () => {
    await code.reload();
    await code.openContainer('Sample Box');
    // The extension has started anew, and what it kept in memory is gone.
    await code
      .tree('Things')
      .waitForRows('two plain rows', (rows) =>
        rows.every(({ description }) => description === 'plain'),
      );
  });

  step('reads an output channel', async () => {
    await code.runCommand('Sample: Write a Log');
    await code.output.waitForText('a line of the log');
    await code.output.open('Sample Log');
    await code.output.waitForText('a line of the log');
  });

  step('steps a debug session both ways and reads its stack and variables', async () => {
    await code.editor.toggleBreakpoint(4);
    assert.deepEqual(await code.editor.breakpointLines(), [4]);
    await code.editor.clickCodeLens('Debug');
    await code.debug.waitForStop(1);
    assert.ok((await code.debug.actions()).includes('Step Back'));
    await code.debug.press('Step Over');
    await code.debug.waitForStop(2);
    await code.debug.press('Step Over');
    await code.debug.waitForStop(3);
    await code.debug.press('Step Back');
    await code.debug.waitForStop(2);

    await code.debug.open();
    const frames = await code.debug.waitForFrames('two frames', (all) => all.length === 2);
    assert.deepEqual(frames, [
      { name: 'inner', file: 'notes.txt', line: 2 },
      { name: 'outer', file: 'notes.txt', line: 1 },
    ]);
    await code.debug.expandVariable('Effect', 'request');
    await code.debug.waitForVariable('line', '2');
    await code.debug.waitForVariable('method', '"POST"');
    const [breakpoint] = await code.debug.breakpoints.rows();
    assert.equal(`${breakpoint?.label}:${breakpoint?.description}`, 'notes.txt:4');
    await code.debug.evaluate('1 + line', '3 it is');
    await code.screenshot('debugging');
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
  });
});
