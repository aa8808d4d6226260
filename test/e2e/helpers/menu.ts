import type { Page } from 'playwright-core';
import { waitFor } from './wait.ts';

/**
 * Opens a context menu and chooses from it; all names but the last lead into submenus. An entry is
 * disabled for as long as the editor does not know yet whether the workspace is trusted, and an
 * open menu does not learn of it.
 */
export async function chooseFromMenu(
  page: Page,
  open: () => Promise<void>,
  path: readonly string[],
): Promise<void> {
  const disabled = page.locator('.monaco-menu .action-menu-item.disabled', {
    has: page.locator(`.action-label[aria-label=${JSON.stringify(path[0])}]`),
  });
  await waitFor(`"${path[0]}" to be enabled`, async () => {
    await open();
    await page.locator('.monaco-menu .action-menu-item').first().waitFor({ state: 'visible' });
    if (!(await disabled.first().isVisible())) return true;
    await page.keyboard.press('Escape');
    return false;
  });
  await pickFromMenu(page, path);
}

/** Chooses from the context menu that is open. */
async function pickFromMenu(page: Page, path: readonly string[]): Promise<void> {
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
