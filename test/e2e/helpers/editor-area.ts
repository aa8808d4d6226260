import type { Locator, Page } from 'playwright-core';
import { waitFor } from './wait.ts';

export interface EditorLine {
  /** 1-based, as shown in the margin. */
  readonly line: number;
  readonly text: string;
}

export interface EditorTab {
  readonly name: string;
  readonly active: boolean;
  readonly dirty: boolean;
}

export interface ShownCodeLens {
  readonly title: string;
  /** The 1-based line that it stands above. */
  readonly line: number;
}

/** Where breakpoints stand in the margin, in pixels from its left. */
const GLYPH_X = 8;

/** The text editor that has the focus. It reads only the lines that are in sight. */
export class EditorArea {
  private readonly editor: Locator;

  constructor(private readonly page: Page) {
    this.editor = page
      .locator('.part.editor .editor-group-container.active .monaco-editor[role="code"]')
      .first();
  }

  async tabs(): Promise<EditorTab[]> {
    return await this.page.locator('.part.editor .tabs-container .tab').evaluateAll((tabs) =>
      tabs.map((tab) => ({
        // What is no file has a name that only the editor knows it by; its label is what one reads.
        name: tab.getAttribute('data-resource-name')?.startsWith('webview-')
          ? (tab.querySelector('.label-name')?.textContent ?? '')
          : (tab.getAttribute('data-resource-name') ?? ''),
        active: tab.classList.contains('active'),
        dirty: tab.classList.contains('dirty'),
      })),
    );
  }

  async waitForTab(name: string | RegExp, timeoutMs?: number): Promise<EditorTab> {
    return await waitFor(
      `the active tab ${name}`,
      async () =>
        (await this.tabs()).find(
          (tab) =>
            tab.active && (typeof name === 'string' ? tab.name === name : name.test(tab.name)),
        ),
      {
        describe: async () => JSON.stringify(await this.tabs()),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
    );
  }

  async lines(): Promise<EditorLine[]> {
    return (await this.snapshot()).lines;
  }

  async text(): Promise<string> {
    return (await this.lines()).map(({ text }) => text).join('\n');
  }

  async waitForText(pattern: string | RegExp, timeoutMs?: number): Promise<string> {
    return await waitFor(
      `${pattern} in the editor`,
      async () => {
        const text = await this.text();
        return (typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text)) && text;
      },
      {
        describe: () => this.text(),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
    );
  }

  async codeLenses(): Promise<ShownCodeLens[]> {
    return (await this.snapshot()).lenses;
  }

  /** Clicks the first lens with this title, or the one above `line`. */
  async clickCodeLens(title: string, line?: number): Promise<void> {
    const index = await this.waitForCodeLens(title, line);
    await this.editor.locator('.codelens-decoration a').nth(index).click();
  }

  /** Waits for a lens; returns its index among all that are shown. */
  async waitForCodeLens(title: string, line?: number): Promise<number> {
    const where = line === undefined ? '' : ` above line ${line}`;
    const { found } = await waitFor(
      `the CodeLens ${title}${where}`,
      async () => {
        const lenses = await this.codeLenses();
        const index = lenses.findIndex(
          (lens) => lens.title === title && (line === undefined || lens.line === line),
        );
        return index >= 0 && { found: index };
      },
      { describe: async () => JSON.stringify(await this.codeLenses()) },
    );
    return found;
  }

  /** The lines with a breakpoint's mark in the margin. */
  async breakpointLines(): Promise<number[]> {
    return (await this.snapshot()).breakpoints;
  }

  /** The line where the debugger stands, or undefined when none is marked. */
  async stoppedLine(): Promise<number | undefined> {
    return (await this.snapshot()).stopped;
  }

  /** Points with the mouse at a word of a line that is in sight. */
  async pointAt(line: number, word: string): Promise<void> {
    await this.goToLine(line);
    const text = (await this.lines()).find((one) => one.line === line)?.text ?? '';
    const row = this.editor.locator('.view-line').filter({ hasText: text.trim().slice(0, 30) });
    const box = await row
      .locator('span')
      .filter({ hasText: new RegExp(`^\\W*${word}\\W*$`) })
      .last()
      .boundingBox();
    if (box === null) throw new Error(`line ${line} has no "${word}" in sight`);
    await this.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 5 });
  }

  async goToLine(line: number): Promise<void> {
    // The focus may be in a panel, and its lines are not meant.
    await this.page.keyboard.press('Control+1');
    await this.page.keyboard.press('Control+G');
    const input = this.page.locator('.quick-input-widget input.input');
    await input.waitFor({ state: 'visible' });
    await input.fill(`:${line}`);
    await input.press('Enter');
    await waitFor(`the cursor on line ${line}`, async () => {
      const active = this.editor.locator('.line-numbers.active-line-number');
      return (await active.first().textContent()) === String(line);
    });
  }

  /** Sets or removes a breakpoint with the mouse, as most people do: in the margin, left of the line. */
  async clickGutter(line: number): Promise<void> {
    await this.goToLine(line);
    const before = (await this.breakpointLines()).includes(line);
    const number = this.editor
      .locator('.margin-view-overlays .line-numbers')
      .filter({ hasText: new RegExp(`^${line}$`) });
    const row = await number.boundingBox();
    const margin = await this.editor.locator('.margin').first().boundingBox();
    if (row === null || margin === null) throw new Error(`line ${line} is not in sight`);
    await this.page.mouse.click(margin.x + GLYPH_X, row.y + row.height / 2);
    await waitFor(
      `the breakpoint of line ${line} to ${before ? 'go' : 'come'}`,
      async () => (await this.breakpointLines()).includes(line) !== before,
    );
  }

  async toggleBreakpoint(line: number): Promise<void> {
    await this.goToLine(line);
    const before = (await this.breakpointLines()).includes(line);
    await this.page.keyboard.press('F9');
    await waitFor(
      `the breakpoint of line ${line} to ${before ? 'go' : 'come'}`,
      async () => (await this.breakpointLines()).includes(line) !== before,
    );
  }

  /** Everything is read in one go, since lines, margin and lenses are matched by their place on the screen. */
  private async snapshot(): Promise<EditorSnapshot> {
    const shown = await this.editor.evaluate((editor) => {
      const tops = (selector: string) =>
        [...editor.querySelectorAll<HTMLElement>(selector)].map((element) => ({
          top: Number.parseFloat(element.style.top),
          text: (element.textContent ?? '').replaceAll('\u00a0', ' '),
        }));
      return {
        numbers: Array.from(
          editor.querySelectorAll<HTMLElement>('.margin-view-overlays > div'),
        ).map((row) => ({
          top: Number.parseFloat(row.style.top),
          line: Number(row.querySelector('.line-numbers')?.textContent),
        })),
        lines: tops('.view-lines > .view-line'),
        lenses: Array.from(editor.querySelectorAll<HTMLElement>('.codelens-decoration')).flatMap(
          (decoration) =>
            Array.from(decoration.querySelectorAll('a')).map((link) => ({
              top: Number.parseFloat(decoration.style.top),
              text: (link.textContent ?? '').trim(),
            })),
        ),
        breakpoints: tops('.glyph-margin-widgets [class*="codicon-debug-breakpoint"]'),
        stopped: Array.from(
          editor.querySelectorAll<HTMLElement>(
            '.view-overlays .debug-top-stack-frame-line, .view-overlays .debug-focused-stack-frame-line',
          ),
        ).map((mark) => Number.parseFloat(mark.parentElement?.style.top ?? '')),
      };
    });
    return readSnapshot(shown);
  }
}

interface Shown {
  readonly numbers: readonly { readonly top: number; readonly line: number }[];
  readonly lines: readonly { readonly top: number; readonly text: string }[];
  readonly lenses: readonly { readonly top: number; readonly text: string }[];
  readonly breakpoints: readonly { readonly top: number }[];
  readonly stopped: readonly number[];
}

interface EditorSnapshot {
  readonly lines: EditorLine[];
  readonly lenses: ShownCodeLens[];
  readonly breakpoints: number[];
  readonly stopped: number | undefined;
}

function readSnapshot(shown: Shown): EditorSnapshot {
  const numbers = shown.numbers
    // A wrapped line has a row without a number for each of its later parts.
    .filter(({ line }) => line > 0)
    .sort((a, b) => a.top - b.top);
  const lineAt = (top: number) => numbers.find((number) => number.top === top)?.line;
  const lineBelow = (top: number) => numbers.find((number) => number.top > top)?.line ?? 0;
  return {
    lines: shown.lines
      .flatMap(({ top, text }) => {
        const line = lineAt(top);
        return line === undefined ? [] : [{ line, text }];
      })
      .sort((a, b) => a.line - b.line),
    lenses: shown.lenses.map(({ top, text }) => ({ title: text, line: lineBelow(top) })),
    breakpoints: shown.breakpoints.flatMap(({ top }) => lineAt(top) ?? []),
    stopped: shown.stopped.map(lineAt).find((line) => line !== undefined),
  };
}
