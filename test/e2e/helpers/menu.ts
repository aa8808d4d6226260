import type { Page } from 'playwright-core';
import { waitFor } from './wait.ts';

/** Chooses from the context menu that is open; all names but the last lead into submenus. */
export async function pickFromMenu(page: Page, path: readonly string[]): Promise<void> {
  for (const [depth, name] of path.entries()) {
    const menu = page.locator('.monaco-menu').nth(depth);
    const item = menu.locator('.action-menu-item', {
      has: page.locator(`.action-label[aria-label=${JSON.stringify(name)}]`),
    });
    await waitFor(`"${name}" in the menu`, async () => await item.first().isVisible(), {
      describe: () => menuText(page),
    });
    // The editor ignores a press that comes with the same movement that opened the menu.
    await item.first().hover();
    await item.first().click();
  }
  await waitFor('the menu to close', async () => !(await page.locator('.monaco-menu').isVisible()));
}

async function menuText(page: Page): Promise<string> {
  const labels = await page.locator('.monaco-menu .action-menu-item').allInnerTexts();
  return labels.length === 0 ? 'no menu' : JSON.stringify(labels);
}
