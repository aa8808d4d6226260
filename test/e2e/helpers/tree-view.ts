import { errors, type Locator, type Page } from 'playwright-core';
import { chooseFromMenu } from './menu.ts';
import { UI_TIMEOUT_MS, waitFor } from './wait.ts';

const ACTION_TIMEOUT_MS = 3_000;
// Right of the twistie and left of the inline buttons.
const ON_LABEL = { x: 60, y: 10 };

export interface TreeRow {
  /** Its place among all rows of the tree, from 0. */
  readonly index: number;
  readonly label: string;
  /** The text after it: a variable's value, a frame's file and place, a breakpoint's line. */
  readonly description: string;
  /** What a screen reader says. */
  readonly ariaLabel: string;
  /** 1 for the roots. */
  readonly level: number;
  /** Undefined for a row that cannot be expanded. */
  readonly expanded: boolean | undefined;
  readonly selected: boolean;
  /** The names of its icons, as in "codicon-error". */
  readonly icons: readonly string[];
}

// Where the label and the description stand in a row: of an extension's view first, then of the debugger's
// frames, variables, threads and sessions, and breakpoints. The first that is there counts.
const CELLS = {
  label: [
    '.label-name',
    '.stack-frame > .label',
    '.expression .name',
    '.thread > .name',
    '.session > .name',
    '.scope',
    '.breakpoint > .name, .name',
  ],
  description: [
    '.label-description',
    '.stack-frame > .file',
    '.expression .value',
    '.thread > .state',
    '.session > .state',
    '.line-number',
  ],
};

/** A row by its label, by a pattern for label and description together, or by any other property. */
export type RowMatch = string | RegExp | ((row: TreeRow) => boolean);

/**
 * A tree of the editor: a view of an extension, or one of the debugger's. Long trees render only the rows
 * that are in sight, and only those are read.
 */
export class TreeView {
  private readonly tree: Locator;

  constructor(
    private readonly page: Page,
    /** Its accessible name: the view's title. */
    readonly name: string,
    tree?: Locator,
  ) {
    this.tree = tree ?? page.locator(`.monaco-list[aria-label=${JSON.stringify(name)}]`);
  }

  async rows(): Promise<TreeRow[]> {
    return await this.tree.locator('.monaco-list-row').evaluateAll(readRows, CELLS);
  }

  /** Waits for rows that satisfy `accept`, and returns them all. */
  async waitForRows(
    what: string,
    accept: (rows: readonly TreeRow[]) => boolean,
    timeoutMs?: number,
  ): Promise<TreeRow[]> {
    return await waitFor(
      `${what} in ${this.name}`,
      async () => {
        const rows = await this.rows();
        return accept(rows) && rows;
      },
      { describe: () => this.describe(), ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
  }

  async waitForRow(match: RowMatch, timeoutMs?: number): Promise<TreeRow> {
    const rows = await this.waitForRows(
      `a row ${String(match)}`,
      (all) => all.some((row) => matches(row, match)),
      timeoutMs,
    );
    const row = rows.find((one) => matches(one, match));
    if (!row) throw new Error(`the row ${String(match)} of ${this.name} went away`);
    return row;
  }

  /** Waits for a row below another one, which is opened, and again when the editor closes it meanwhile. */
  async waitForRowBelow(parent: RowMatch, match: RowMatch, timeoutMs?: number): Promise<void> {
    await waitFor(
      `a row ${String(match)} below ${String(parent)} in ${this.name}`,
      async () => {
        const rows = await this.rows();
        if (rows.some((row) => matches(row, match))) return true;
        if (rows.find((row) => matches(row, parent))?.expanded === false) await this.expand(parent);
        return false;
      },
      { describe: () => this.describe(), ...(timeoutMs === undefined ? {} : { timeoutMs }) },
    );
  }

  /** Moves the mouse over the view. */
  async hover(): Promise<void> {
    await this.tree.hover();
  }

  async click(match: RowMatch): Promise<void> {
    await this.act(match, (row, timeout) => row.click({ position: ON_LABEL, timeout }));
  }

  async doubleClick(match: RowMatch): Promise<void> {
    await this.act(match, (row, timeout) => row.dblclick({ position: ON_LABEL, timeout }));
  }

  async expand(match: RowMatch): Promise<void> {
    await this.setExpanded(match, true);
  }

  async collapse(match: RowMatch): Promise<void> {
    await this.setExpanded(match, false);
  }

  /** Right-clicks the row and chooses an entry of the menu; several names go into submenus. */
  async contextMenu(match: RowMatch, ...path: readonly string[]): Promise<void> {
    const open = () =>
      this.act(match, (row, timeout) =>
        row.click({ button: 'right', position: ON_LABEL, timeout }),
      );
    await chooseFromMenu(this.page, open, path);
  }

  /** Presses one of the buttons that a row shows while the mouse is over it. */
  async inlineAction(match: RowMatch, label: string): Promise<void> {
    await this.act(match, async (row, timeout) => {
      await row.hover({ timeout });
      const button = row.locator(`.actions a.action-label[aria-label=${JSON.stringify(label)}]`);
      await button.click({ timeout });
    });
  }

  /** Waits for the text that the view shows above its rows, or while it has none. */
  async waitForText(text: string | RegExp): Promise<void> {
    const pane = this.page.locator('.pane', { has: this.tree });
    const read = async () => {
      const parts = await pane.locator('.welcome-view-content, .message').allTextContents();
      return parts.join('\n').replaceAll('\u00a0', ' ').trim();
    };
    await waitFor(
      `${text} in ${this.name}`,
      async () => {
        const shown = await read();
        return typeof text === 'string' ? shown.includes(text) : text.test(shown);
      },
      { describe: read },
    );
  }

  async describe(): Promise<string> {
    const rows = await this.rows();
    if (rows.length === 0) return 'no rows';
    return `\n${rows
      .map(({ level, label, description }) => `${'  '.repeat(level)}${label} ${description}`)
      .join('\n')}`;
  }

  private async setExpanded(match: RowMatch, expanded: boolean): Promise<void> {
    const row = await this.waitForRow(match);
    if (row.expanded === undefined) {
      throw new Error(`the row ${String(match)} of ${this.name} has no children`);
    }
    const isSo = async () =>
      (await this.rows()).some((one) => matches(one, match) && one.expanded === expanded);
    const deadlineMs = performance.now() + UI_TIMEOUT_MS;
    while (!(await isSo())) {
      await this.act(match, (one, timeout) => one.locator('.monaco-tl-twistie').click({ timeout }));
      try {
        await waitFor(
          `${String(match)} of ${this.name} to ${expanded ? 'expand' : 'collapse'}`,
          isSo,
          {
            timeoutMs: ACTION_TIMEOUT_MS,
            describe: () => this.describe(),
          },
        );
        return;
      } catch (error) {
        // The editor expands rows on its own, and a click that comes at the same time undoes that.
        if (performance.now() > deadlineMs) throw error;
      }
    }
  }

  /**
   * Does something with a row. A tree that fills while the test runs moves its rows, so that the row is told
   * by place and text together, and found again when it has moved.
   */
  private async act(
    match: RowMatch,
    action: (row: Locator, timeoutMs: number) => Promise<void>,
  ): Promise<void> {
    const deadlineMs = performance.now() + UI_TIMEOUT_MS;
    for (;;) {
      const { index, ariaLabel } = await this.waitForRow(match);
      const row = this.tree.locator(
        `.monaco-list-row[data-index="${index}"][aria-label=${JSON.stringify(ariaLabel)}]`,
      );
      try {
        await action(row, ACTION_TIMEOUT_MS);
        return;
      } catch (error) {
        if (!(error instanceof errors.TimeoutError) || performance.now() > deadlineMs) throw error;
      }
    }
  }
}

/** Runs in the page. */
function readRows(rows: readonly Element[], cells: typeof CELLS): TreeRow[] {
  // Rows are reused, so that their order in the page is not that on the screen.
  const sorted = [...rows].sort(
    (a, b) => Number(a.getAttribute('data-index')) - Number(b.getAttribute('data-index')),
  );
  return sorted.map((row) => {
    const contents = row.querySelector('.monaco-tl-contents') ?? row;
    const cell = (selectors: readonly string[]) => {
      const found = selectors.map((one) => contents.querySelector(one)).find((one) => one !== null);
      // Its parts stand apart on the screen, and so they should in the text.
      const walker = found && document.createTreeWalker(found, NodeFilter.SHOW_TEXT);
      const parts: string[] = [];
      while (walker?.nextNode()) parts.push(walker.currentNode.textContent ?? '');
      const separator = found?.classList.contains('file') ? ' ' : '';
      return parts.join(separator).replaceAll('\u00a0', ' ').trim();
    };
    const expanded = row.getAttribute('aria-expanded');
    const icons = Array.from(contents.querySelectorAll('.codicon')).flatMap((icon) =>
      Array.from(icon.classList.values()),
    );
    return {
      index: Number(row.getAttribute('data-index')),
      // The debugger sets off a variable's name with a colon or an equals sign.
      label: cell(cells.label).replace(contents.querySelector('.expression') ? /\s*[:=]$/ : '', ''),
      description: cell(cells.description),
      ariaLabel: row.getAttribute('aria-label') ?? '',
      level: Number(row.getAttribute('aria-level')),
      expanded: expanded === null ? undefined : expanded === 'true',
      selected: row.classList.contains('selected'),
      icons: icons.filter((name) => name.startsWith('codicon-')),
    };
  });
}

function matches(row: TreeRow, match: RowMatch): boolean {
  if (typeof match === 'string') return row.label === match;
  if (match instanceof RegExp) return match.test(`${row.label} ${row.description}`);
  return match(row);
}
