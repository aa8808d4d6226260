import type { Locator, Page } from 'playwright-core';
import type { EditorArea } from './editor-area.ts';
import { type RowMatch, type TreeRow, TreeView } from './tree-view.ts';
import { waitFor } from './wait.ts';

export interface ShownFrame {
  readonly name: string;
  readonly file: string;
  /** 1-based; undefined for a frame without a source. */
  readonly line: number | undefined;
}

/** The debugger as one sees it: the toolbar, the call stack and the variables. */
/** After this long a mouse that stands still shows what is there. */
const HOVER_MS = 1500;

export class DebugView {
  readonly callStack: TreeView;
  readonly variables: TreeView;
  readonly breakpoints: TreeView;
  private readonly toolbar: Locator;

  constructor(
    private readonly page: Page,
    private readonly editor: EditorArea,
    private readonly show: () => Promise<void>,
  ) {
    this.toolbar = page.locator('.debug-toolbar');
    this.callStack = new TreeView(page, 'Debug Call Stack');
    this.variables = new TreeView(page, 'Debug Variables');
    this.breakpoints = new TreeView(page, 'Breakpoints');
  }

  /** The names of the toolbar's buttons, without their keys and what else they can do; empty when no session runs. */
  async actions(): Promise<string[]> {
    if (!(await this.toolbar.isVisible())) return [];
    const labels = await this.toolbar
      .locator('a.action-label')
      .evaluateAll((links) => links.map((link) => link.getAttribute('aria-label') ?? ''));
    return labels.map((label) => label.replace(/ \([^)]*\)(\n.*)?$/, ''));
  }

  /** Presses a button of the toolbar once it is there and enabled: "Step Back", "Reverse", "Continue" ... */
  async press(action: string): Promise<void> {
    const { index } = await waitFor(
      `"${action}" in the debug toolbar`,
      async () => {
        const found = (await this.actions()).indexOf(action);
        if (found < 0) return false;
        const disabled = await this.toolbar
          .locator('a.action-label')
          .nth(found)
          .evaluate((link) => link.classList.contains('disabled'));
        return !disabled && { index: found };
      },
      { describe: async () => JSON.stringify(await this.actions()) },
    );
    await this.toolbar.locator('a.action-label').nth(index).click();
  }

  /** Waits until the debugger stands on `line` of the active editor. */
  async waitForStop(line: number, timeoutMs?: number): Promise<void> {
    await waitFor(
      `the debugger to stop on line ${line}`,
      async () => (await this.editor.stoppedLine()) === line,
      {
        describe: async () => `line ${await this.editor.stoppedLine()} marked`,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
    );
  }

  /** Waits until no session is left. */
  async waitForEnd(timeoutMs?: number): Promise<void> {
    await waitFor('the debug session to end', async () => !(await this.toolbar.isVisible()), {
      describe: async () => JSON.stringify(await this.actions()),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
  }

  /** Brings the Run and Debug side bar to the front, where the trees are read. */
  async open(): Promise<void> {
    await this.show();
  }

  /** The stack frames that the call stack shows, from the innermost; threads and sessions are left out. */
  async frames(): Promise<ShownFrame[]> {
    const rows = await this.callStack.rows();
    return rows
      .filter(({ ariaLabel }) => ariaLabel.startsWith('Stack Frame '))
      .map(({ label, description }) => {
        const place = /^(.*?)(?: (\d+)(?::\d+)?)?$/.exec(description);
        return {
          name: label,
          file: place?.[1] ?? '',
          line: place?.[2] === undefined ? undefined : Number(place[2]),
        };
      });
  }

  /** Waits for frames that satisfy `accept`, and returns them. */
  async waitForFrames(
    what: string,
    accept: (frames: readonly ShownFrame[]) => boolean,
  ): Promise<ShownFrame[]> {
    return await waitFor(
      `${what} in the call stack`,
      async () => {
        const frames = await this.frames();
        return accept(frames) && frames;
      },
      { describe: () => this.callStack.describe() },
    );
  }

  /** Expands a variable by the names on the way to it, the scope first; returns the rows then shown. */
  async expandVariable(...path: readonly RowMatch[]): Promise<TreeRow[]> {
    for (const match of path) await this.variables.expand(match);
    return await this.variables.rows();
  }

  /** Waits until the variable with this name is shown with this value. */
  async waitForVariable(name: string, value: string | RegExp): Promise<TreeRow> {
    return await this.variables.waitForRow(
      ({ label, description }) =>
        label === name &&
        (typeof value === 'string' ? description === value : value.test(description)),
    );
  }

  /** Ticks or unticks an exception filter in the Breakpoints view. */
  async setExceptionFilter(label: string, enabled: boolean): Promise<void> {
    const row = this.page
      .locator('.monaco-list[aria-label="Breakpoints"] .monaco-list-row')
      .filter({ has: this.page.locator('.name', { hasText: label }) });
    const box = row.locator('input[type="checkbox"], .monaco-custom-toggle, [role="checkbox"]');
    await this.breakpoints.waitForRow(label);
    await box.first().setChecked(enabled);
  }

  /** Waits until the editor shows that the debugger stopped at an exception that says this. */
  async waitForException(text: RegExp): Promise<string> {
    const widget = this.page.locator('.exception-widget');
    const read = async () => (await widget.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    return await waitFor(
      `an exception ${text}`,
      async () => {
        const shown = await read();
        return text.test(shown) && shown;
      },
      { describe: read },
    );
  }

  /**
   * Points at something until the debugger shows a value there: the first time, the text may still
   * be moving away below the mouse.
   */
  async hover(point: () => Promise<void>, value: string): Promise<void> {
    const widget = this.page.locator('.debug-hover-widget');
    const read = async () => (await widget.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
    await waitFor(
      `${value} at the mouse`,
      async () => {
        await this.page.mouse.move(1, 1);
        await point();
        await this.page.waitForTimeout(HOVER_MS);
        return (await read()).includes(value);
      },
      { describe: read },
    );
  }

  /** Evaluates in the debug console, and waits for `answer` there. */
  async evaluate(expression: string, answer: string | RegExp): Promise<void> {
    const console = this.page.locator('.repl');
    const input = console.locator('.repl-input-wrapper .monaco-editor');
    await input.click();
    await this.page.keyboard.type(expression);
    await this.page.keyboard.press('Enter');
    await waitFor(`${answer} in the debug console`, async () => {
      const text = await this.consoleText();
      return typeof answer === 'string' ? text.includes(answer) : answer.test(text);
    });
  }

  /** Waits until the debug console shows something, and returns all that it shows. */
  async waitForConsole(pattern: RegExp): Promise<string> {
    return await waitFor(`${pattern} in the debug console`, async () => {
      const text = await this.consoleText();
      return pattern.test(text) && text;
    });
  }

  /** What the debug console shows now. */
  async consoleText(): Promise<string> {
    const rows = await this.page.locator('.repl .repl-tree .monaco-list-row').allInnerTexts();
    return rows.join('\n').replaceAll('\u00a0', ' ');
  }
}
