/**
 * The World view: nodes, services and links of the simulation that commands are about, with what is
 * wrong with them, and the fault plan as it has become.
 */
import * as vscode from 'vscode';
import type { WorldSummary } from '../../simulator/host/protocol.ts';
import { formatDuration } from '../../simulator/kernel/time.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import { type WorldRow, worldLook, worldRowId, worldRows } from '../model/world-rows.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';

/** The world is asked for at most this often. */
const REFRESH_MS = 200;

export class WorldView implements vscode.Disposable, vscode.TreeDataProvider<WorldRow> {
  private readonly view: vscode.TreeView<WorldRow>;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listening: readonly { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  private shown: Simulation | undefined;
  private world: WorldSummary | undefined;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly simulations: Simulations) {
    this.view = vscode.window.createTreeView<WorldRow>('backstitch.world', {
      treeDataProvider: this,
    });
    this.listening = [
      this.view,
      this.changes,
      simulations.onChange(() => this.refreshSoon()),
      simulations.onList(() => this.refreshSoon()),
      this.view.onDidChangeVisibility(() => this.refreshSoon()),
    ];
  }

  /** The simulation whose world is shown. */
  get simulation(): Simulation | undefined {
    return this.shown;
  }

  get nodes(): readonly string[] {
    return this.world?.nodes.map(({ name }) => name) ?? [];
  }

  /** The names of everything that links lead to. */
  get places(): readonly string[] {
    const { services = [], volumes = [] } = this.world ?? {};
    if (this.nodes.length === 0) return [];
    return [...this.nodes, ...services.map(({ name }) => name), ...volumes, JOURNAL_STORE];
  }

  getTreeItem(row: WorldRow): vscode.TreeItem {
    const { label, description, icon, words, isGroup } = worldLook(row);
    const { Expanded, None } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(label, isGroup ? Expanded : None);
    item.id = worldRowId(row);
    item.description = description;
    item.contextValue = words.join(' ');
    item.accessibilityInformation = { label: `${label}, ${description}` };
    item.tooltip = description === '' ? label : `${label}\n${description}`;
    if (icon !== undefined) {
      const color = icon.color === undefined ? undefined : new vscode.ThemeColor(icon.color);
      item.iconPath = new vscode.ThemeIcon(icon.id, color);
    }
    return item;
  }

  getChildren(row?: WorldRow): WorldRow[] {
    return [...worldRows(this.world, row)];
  }

  /** Shows at once what has just been done to it. */
  async refresh(): Promise<void> {
    const simulation = this.simulations.current;
    this.shown = simulation;
    this.world = undefined;
    // A recording is not opened again only for this.
    if (simulation?.hasHost === true) {
      try {
        this.world = await simulation.request({ kind: 'world' });
      } catch {
        // It has not begun, or has failed: the Executions view says why.
      }
    }
    const { world } = this;
    const at = world === undefined ? '' : ` · ${formatDuration(world.now)}`;
    this.view.description = simulation === undefined ? '' : `${simulation.title}${at}`;
    this.changes.fire();
  }

  dispose(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    for (const one of this.listening) one.dispose();
  }

  private refreshSoon(): void {
    if (!this.view.visible || this.timer !== undefined) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.refresh();
    }, REFRESH_MS);
  }
}
