// Time travel at statements in a real VS Code: breakpoints by the mouse, steps both ways, values and who wrote them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe } from 'node:test';
import { parseE2eEnvironment } from './helpers/environment.ts';
import { COMPILE_TIMEOUT_MS, exampleWorkspace } from './helpers/example-workspace.ts';
import { orderLine as lineOf, stepsIn } from './helpers/story.ts';
import { VsCode } from './helpers/vs-code.ts';

/** Lines without an effect, so that only a debugger of statements can stop there. */
const CURRENCY = lineOf('getenv("CURRENCY")');
const HEADERS = lineOf('snprintf(headers');
const BODY = lineOf('snprintf(body, sizeof body, "{\\"order\\":\\"%s\\",\\"cents\\"');
/** Where the identifier of the charge is written, in a function that main calls through another. */
const WRITES_ID = lineOf('snprintf(value, size');
const SLEEPS = lineOf('sleep(WAREHOUSE_SECONDS)');

describe('time travel in VS Code', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-travel-e2e-'));
  let code: VsCode;

  before(async () => {
    const environment = parseE2eEnvironment(process.env.BACKSTITCH_E2E);
    code = await VsCode.start({
      name: 'travel',
      environment,
      workspace: exampleWorkspace(folder, 'order'),
      vsixFiles: [environment.vsix],
    });
  });

  after(async () => {
    await code?.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const step = stepsIn(() => code);

  step('stops at a breakpoint that was set in the margin, where no effect is', async () => {
    await code.openFile('order.c');
    await code.editor.clickGutter(CURRENCY);
    await code.editor.goToLine(lineOf('int main('));
    await code.editor.clickCodeLens('Debug');
    await code.debug.waitForStop(lineOf('if (argc != 3'), COMPILE_TIMEOUT_MS);
    await code.debug.press('Continue');
    await code.debug.waitForStop(CURRENCY);
    await code.screenshot('1-breakpoint');
  });

  step('steps over lines, and back over them', async () => {
    const { debug } = code;
    await debug.press('Step Over');
    await debug.waitForStop(HEADERS);
    await debug.press('Step Over');
    await debug.waitForStop(BODY);
    await debug.press('Step Back');
    await debug.waitForStop(HEADERS);
    await debug.press('Step Back');
    await debug.waitForStop(CURRENCY);
    await debug.press('Step Over');
    await debug.waitForStop(HEADERS);
  });

  step('shows the variables of the program, also in the source', async () => {
    const { debug } = code;
    await debug.open();
    await debug.expandVariable('Locals');
    await debug.waitForVariable('cents', '4200');
    await debug.waitForVariable('currency', /"EUR"/);
    await code.editor.waitForText(/uint64_t nonce;.*nonce = \d+/);
    await code.editor.waitForText(/getenv\("CURRENCY"\);.*currency = 0x[0-9a-f]+ "EUR"/);
    await debug.hover(() => code.editor.pointAt(CURRENCY, 'currency'), '"EUR"');
    await code.screenshot('2-variables');
  });

  step('leaves a function backwards, and enters the one before it from its end', async () => {
    const { debug } = code;
    await debug.press('Reverse Step Out');
    await debug.waitForStop(lineOf('charge(order, atol'));
    await debug.press('Reverse Step Into');
    await debug.waitForStop(lineOf('if (fclose(notes)') + 1);
    await code.screenshot('3-reverse-into');
  });

  step('reverses to where a variable changed', async () => {
    const { debug } = code;
    await code.editor.toggleBreakpoint(SLEEPS);
    await debug.press('Continue');
    await debug.waitForStop(CURRENCY);
    await debug.press('Continue');
    await debug.waitForStop(SLEEPS);
    await debug.waitForVariable('charge_id', '"ch_1"');
    await debug.variables.contextMenu('charge_id', 'Break on Value Change');
    await debug.breakpoints.waitForRow(/charge_id/);
    await debug.press('Reverse');
    await debug.waitForStop(WRITES_ID);
    await debug.waitForFrames('take_field, charge and main', (frames) =>
      ['take_field', 'charge', 'main'].every((name) => frames.some((one) => one.name === name)),
    );
    await code.screenshot('4-data-breakpoint');
  });

  step('asks who wrote a value', async () => {
    const { debug } = code;
    await debug.breakpoints.contextMenu(/charge_id/, 'Remove Breakpoint');
    await debug.press('Continue');
    await debug.waitForStop(SLEEPS);
    await debug.waitForVariable('charge_id', '"ch_1"');
    await debug.variables.contextMenu('charge_id', 'Who Wrote This Value?');
    await debug.waitForStop(WRITES_ID);
    await code.screenshot('5-who-wrote');
  });

  step('names that instant, and travels through what the value has been', async () => {
    const { debug } = code;
    await code.runCommand('Backstitch: Bookmark This Instant...');
    await code.quickInput.enter('the charge is known');
    const bookmarks = code.tree('Bookmarks');
    await code.openView('Bookmarks');
    await bookmarks.waitForRow(/^the charge is known order-1 statement \d+ · order\.c:71/);
    await debug.press('Continue');
    await debug.waitForStop(SLEEPS);
    await debug.waitForVariable('charge_id', '"ch_1"');
    await debug.variables.contextMenu('charge_id', 'Show Value History');
    await code.quickInput.waitForRow('"ch_1"');
    await code.screenshot('6-history');
    await code.quickInput.pick('""');
    await debug.waitForVariable('charge_id', '""');
    await bookmarks.click(/^the charge is known/);
    await debug.waitForStop(WRITES_ID);
    await code.screenshot('7-bookmark');
  });

  step('goes to when a line of the console was printed', async () => {
    await code.runCommand('Backstitch: Travel to a Line of the Console...');
    await code.quickInput.pick(/accepted A-17/);
    await code.debug.waitForStop(lineOf('puts(line)'));
    await code.debug.waitForFrames('note for accepted', (frames) =>
      frames.some(({ name, line }) => name === 'main' && line === lineOf('note(notes, "accepted"')),
    );
  });

  step('goes to an effect by its number', async () => {
    await code.runCommand('Backstitch: Go to Statement or Effect...');
    await code.quickInput.enter('#3');
    await code.debug.waitForStop(lineOf('backstitch_http('));
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
  });

  step('comes back to the bookmark in another window, in a session of its own', async () => {
    await code.reload();
    await code.debug.open();
    await code.openView('Bookmarks');
    await code.tree('Bookmarks').click(/^the charge is known/);
    await code.debug.waitForStop(WRITES_ID, COMPILE_TIMEOUT_MS);
    await code.debug.expandVariable('Locals');
    await code.debug.waitForVariable('name', /"id"/);
    await code.editor.waitForText(/const char \*text = .*text = 0x[0-9a-f]+ "ch_1/);
    await code.screenshot('8-again');
    await code.debug.press('Stop');
    await code.debug.waitForEnd();
  });
});
