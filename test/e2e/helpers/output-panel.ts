import type { Page } from 'playwright-core';
import type { QuickInput } from './quick-input.ts';
import { waitFor } from './wait.ts';

/** The Output panel and its channels. It reads only the lines that are in sight. */
export class OutputPanel {
  constructor(
    private readonly page: Page,
    private readonly quickInput: QuickInput,
  ) {}

  /** Brings a channel to the front by its name. */
  async open(channel: string): Promise<void> {
    await this.quickInput.runCommand('Output: Show Output Channels...');
    await this.quickInput.pick(channel);
  }

  async text(): Promise<string> {
    const lines = await this.page
      .locator('.part.panel .output-view .view-line, .part.panel .output .view-line')
      .evaluateAll((all) =>
        all
          .map((line) => ({
            top: line instanceof HTMLElement ? Number.parseFloat(line.style.top) : 0,
            text: (line.textContent ?? '').replaceAll('\u00a0', ' '),
          }))
          .sort((a, b) => a.top - b.top)
          .map(({ text }) => text),
      );
    return lines.join('\n');
  }

  async waitForText(pattern: string | RegExp, timeoutMs?: number): Promise<string> {
    return await waitFor(
      `${pattern} in the output`,
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
}
