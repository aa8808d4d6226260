import type { Page } from 'playwright-core';
import { waitFor } from './wait.ts';

export interface Notification {
  readonly severity: 'info' | 'warning' | 'error';
  readonly message: string;
  readonly buttons: readonly string[];
}

/** The messages in the window's corner. */
export class Notifications {
  constructor(private readonly page: Page) {}

  async list(): Promise<Notification[]> {
    return await this.page.locator('.notification-list-item').evaluateAll((items) =>
      items.map((item) => {
        const icon = item.querySelector('.notification-list-item-icon');
        const has = (name: string) => icon?.classList.contains(`codicon-${name}`) === true;
        return {
          severity: has('error') ? 'error' : has('warning') ? 'warning' : 'info',
          message: item.querySelector('.notification-list-item-message')?.textContent?.trim() ?? '',
          buttons: Array.from(
            item.querySelectorAll('.notification-list-item-buttons-container a'),
          ).map((button) => button.textContent?.trim() ?? ''),
        };
      }),
    );
  }

  async waitFor(message: string | RegExp, timeoutMs?: number): Promise<Notification> {
    return await waitFor(
      `the notification ${message}`,
      async () => (await this.list()).find((one) => says(one, message)),
      {
        describe: async () => JSON.stringify(await this.list()),
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      },
    );
  }

  /** Presses a button of the notification. */
  async press(message: string | RegExp, button: string): Promise<void> {
    await this.waitFor(message);
    const index = (await this.list()).findIndex((one) => says(one, message));
    await this.page
      .locator('.notification-list-item')
      .nth(index)
      .locator('.notification-list-item-buttons-container a', { hasText: button })
      .click();
  }
}

function says(notification: Notification, message: string | RegExp): boolean {
  return typeof message === 'string'
    ? notification.message === message
    : message.test(notification.message);
}
