/** The Exploration view: what was tried, what broke, and what was not tried yet. */
import * as vscode from 'vscode';
import {
  type ExplorationLook,
  type ExplorationRow,
  explorationLook,
  explorationRowId,
  explorationRows,
} from '../model/exploration-rows.ts';
import type { Explorations } from './explorations.ts';

/** The view is drawn again at most this often. */
const REFRESH_MS = 200;

export class ExplorationView implements vscode.Disposable, vscode.TreeDataProvider<ExplorationRow> {
  private readonly view: vscode.TreeView<ExplorationRow>;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listening: readonly { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly explorations: Explorations) {
    this.view = vscode.window.createTreeView<ExplorationRow>('backstitch.exploration', {
      treeDataProvider: this,
    });
    this.listening = [this.view, this.changes, explorations.onChange(() => this.refreshSoon())];
  }

  get selected(): ExplorationRow | undefined {
    return this.view.selection[0];
  }

  getTreeItem(row: ExplorationRow): vscode.TreeItem {
    const { label, description, tooltip, icon, words, collapse } = explorationLook(row);
    const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
    const item = new vscode.TreeItem(label, COLLAPSE[collapse]);
    item.id = explorationRowId(row);
    item.description = description;
    item.tooltip = tooltip;
    item.iconPath = new vscode.ThemeIcon(icon.id, color);
    item.contextValue = words.join(' ');
    item.accessibilityInformation = { label: `${label}, ${description}` };
    if (row.kind === 'finding' || row.kind === 'line') {
      item.command = { command: 'backstitch.revealFinding', title: 'Show', arguments: [row] };
    }
    return item;
  }

  getChildren(row?: ExplorationRow): ExplorationRow[] {
    return [...explorationRows(this.explorations.all, row)];
  }

  /** Brings the view to the front, leaving the focus where it is. */
  async show(): Promise<void> {
    await vscode.commands.executeCommand('backstitch.exploration.focus', { preserveFocus: true });
  }

  dispose(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    for (const one of this.listening) one.dispose();
  }

  private refreshSoon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changes.fire();
    }, REFRESH_MS);
  }
}

const COLLAPSE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const satisfies Record<ExplorationLook['collapse'], vscode.TreeItemCollapsibleState>;
