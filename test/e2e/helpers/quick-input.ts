import type { Locator, Page } from 'playwright-core';
import { UI_TIMEOUT_MS, waitFor } from './wait.ts';

// A list that was opened before an extension registered its commands is not refreshed: ask again.
const REOPEN_MS = 4_000;
// On the label, left of the buttons that some rows have.
const ROW_POSITION = { x: 40, y: 8 };

export interface QuickInputRow {
  readonly label: string;
  readonly description: string;
}

/** The box at the top of the window: command palette, quick open, quick picks and input boxes. */
export class QuickInput {
  private readonly widget;
  private readonly input;

  constructor(private readonly page: Page) {
    this.widget = page.locator('.quick-input-widget');
    this.input = this.widget.locator('input.input');
  }

  /** Runs the command whose palette title is exactly `title`, category included. */
  async runCommand(title: string): Promise<void> {
    await this.pickFromPalette('F1', `>${title}`, this.row({ label: title }));
  }

  /** Opens a file of the workspace by its path relative to the workspace folder. */
  async openFile(path: string): Promise<void> {
    const slash = path.lastIndexOf('/');
    const folder = path.slice(0, Math.max(0, slash));
    await this.pickFromPalette(
      'Control+P',
      path,
      this.row({ label: path.slice(slash + 1), ...(folder === '' ? {} : { folder }) }),
    );
  }

  /** Picks the row with this label from the quick pick that the extension has opened. */
  async pick(label: string | RegExp): Promise<void> {
    await this.waitForRow(label);
    await this.row({ label }).click({ position: ROW_POSITION });
  }

  /** Waits until the quick pick has a row with this label. */
  async waitForRow(label: string | RegExp): Promise<void> {
    const row = this.row({ label });
    await waitFor(`a quick pick with ${label}`, async () => await row.isVisible(), {
      describe: () => this.describe(),
    });
  }

  /** Types into the input box that the extension has opened, and accepts it. */
  async enter(text: string): Promise<void> {
    await waitFor('an input box', async () => (await this.isOpen()) && !(await this.hasList()), {
      describe: () => this.describe(),
    });
    await this.input.fill(text);
    await this.input.press('Enter');
  }

  /** The line of text above or below the input: its prompt or its validation message. */
  async message(): Promise<string> {
    return ((await this.widget.locator('.quick-input-message').textContent()) ?? '').trim();
  }

  async cancel(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.waitClosed();
  }

  async isOpen(): Promise<boolean> {
    return await this.widget.isVisible();
  }

  async rows(): Promise<QuickInputRow[]> {
    if (!(await this.isOpen())) return [];
    return await this.widget.locator('.monaco-list-row').evaluateAll((rows) =>
      rows.map((row) => {
        const first = row.querySelector('.quick-input-list-row');
        return {
          label: first?.querySelector('.label-name')?.textContent?.trim() ?? '',
          description: first?.querySelector('.label-description')?.textContent?.trim() ?? '',
        };
      }),
    );
  }

  private async pickFromPalette(key: string, text: string, row: Locator): Promise<void> {
    const deadlineMs = performance.now() + UI_TIMEOUT_MS;
    for (;;) {
      await this.page.keyboard.press(key);
      await this.input.waitFor({ state: 'visible' });
      await this.input.fill(text);
      try {
        await waitFor(`${text} in the list`, async () => await row.isVisible(), {
          timeoutMs: REOPEN_MS,
          describe: () => this.describe(),
        });
        break;
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await this.cancel();
      }
    }
    await row.click({ position: ROW_POSITION });
    // What was picked may open a quick pick of its own; then the box stays, with other text in it.
    await waitFor(`the list to accept ${text}`, async () => {
      if (!(await this.isOpen())) return true;
      return (await this.input.inputValue()) !== text;
    });
  }

  /** The row by what it says and not by its place, since a list is sorted again while it is filled. */
  private row({ label, folder }: { label: string | RegExp; folder?: string }): Locator {
    const rows = this.widget.locator('.monaco-list-row').filter({
      has: this.page.locator('.quick-input-list-row:first-child .label-name', {
        hasText: typeof label === 'string' ? wholeText(label) : label,
      }),
    });
    if (folder === undefined) return rows.first();
    const description = this.page.locator('.label-description', { hasText: folder });
    return rows.filter({ has: description }).first();
  }

  private async waitClosed(): Promise<void> {
    await waitFor('the quick input to close', async () => !(await this.isOpen()));
  }

  private async hasList(): Promise<boolean> {
    return await this.widget.locator('.quick-input-list').isVisible();
  }

  private async describe(): Promise<string> {
    if (!(await this.isOpen())) return 'no quick input';
    return JSON.stringify((await this.rows()).map(({ label }) => label));
  }
}

function wholeText(text: string): RegExp {
  return new RegExp(`^\\s*${text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\s*$`);
}
