/** The Executions view: simulations, their executions, attempts and effects, filling as they run. */
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { ExecutionRows, type Row } from '../model/execution-rows.ts';
import { type RowLook, rowLook } from '../model/row-looks.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import { shortText } from '../workspace/short-text.ts';
import { placeOf } from './source-marks.ts';

/** The view is drawn again at most this often, and less often when there is much to draw. */
const REFRESH_MS = 120;
const REFRESH_LARGE_MS = 600;
const LARGE_ROWS = 400;

export class ExecutionsView implements vscode.Disposable, vscode.TreeDataProvider<Row> {
  readonly rows: ExecutionRows;
  private readonly view: vscode.TreeView<Row>;
  private readonly changes = new vscode.EventEmitter<readonly Row[] | undefined>();
  private readonly stale = new Set<Simulation>();
  private readonly disposables: { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  /** The person has selected something else. */
  readonly onSelect: vscode.Event<unknown>;
  readonly onDidChangeTreeData = this.changes.event as vscode.Event<Row[] | undefined>;

  constructor(private readonly simulations: Simulations) {
    this.rows = new ExecutionRows(() => simulations.all);
    this.view = vscode.window.createTreeView<Row>('backstitch.executions', {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    this.onSelect = this.view.onDidChangeSelection;
    this.disposables = [
      this.view,
      this.changes,
      simulations.onChange(({ simulation }) => this.refreshSoon(simulation)),
      simulations.onList(({ removed }) => {
        for (const { id } of removed) this.rows.forget(id);
        this.changes.fire(undefined);
      }),
      this.view.onDidChangeVisibility(({ visible }) => {
        // Whoever comes back from the debugger looks for what is being debugged.
        const live = simulations.all.findLast(({ model }) => model.isLive);
        if (visible && live !== undefined) void this.reveal(live);
      }),
    ];
  }

  /** The row that a person has selected. */
  get selected(): Row | undefined {
    return this.view.selection[0];
  }

  /** Brings the view to the front with a simulation in sight, leaving the focus where it is. */
  async reveal(simulation: Simulation): Promise<void> {
    const row = this.rows.simulationRow(simulation.id);
    try {
      await this.view.reveal(row, { select: false, focus: false, expand: 2 });
    } catch {
      // The view was still being drawn, or the simulation is gone: it is in the view or it is not.
    }
  }

  async select(row: Row): Promise<void> {
    await this.view.reveal(row, { select: true, focus: false });
  }

  refreshSimulation(id: number): void {
    this.changes.fire([this.rows.simulationRow(id)]);
  }

  getTreeItem(row: Row): vscode.TreeItem {
    const simulation = this.simulations.byId(row.simulation);
    if (simulation === undefined) return new vscode.TreeItem('');
    const item = treeItem(row, rowLook(row, simulation, this.sourceOf));
    if (row.kind === 'simulation') item.description = shortText(String(item.description));
    if (simulation.isDriven && row.kind === 'simulation') item.contextValue += ' debugged';
    // An attempt may have waited and nothing else; while it lives, something may still come.
    const isBare = row.kind === 'attempt' && this.rows.children(row).length === 0;
    if (isBare && !simulation.model.isLive) item.collapsibleState = COLLAPSE.none;
    return item;
  }

  async getChildren(row?: Row): Promise<Row[]> {
    if (row === undefined) return [...this.rows.roots()];
    if (row.kind === 'execution') await this.loadFirstEffects(row.simulation, row.execution);
    return [...this.rows.children(row)];
  }

  getParent(row: Row): Row | undefined {
    return this.rows.parent(row);
  }

  /** The details of an effect are fetched when somebody looks. */
  async resolveTreeItem(item: vscode.TreeItem, row: Row): Promise<vscode.TreeItem> {
    if (row.kind !== 'effect') return item;
    const simulation = this.simulations.byId(row.simulation);
    try {
      const details = await simulation?.effect(row.execution, row.seq);
      if (details !== undefined) item.tooltip = new vscode.MarkdownString(details.document);
    } catch {
      // A tooltip is a courtesy: the same failure is told when the effect is opened.
    }
    return item;
  }

  dispose(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    for (const one of this.disposables) one.dispose();
  }

  private readonly sourceOf = (id: number, execution: string, seq: number): string => {
    const details = this.simulations.byId(id)?.knownEffect(execution, seq);
    const place = details === undefined ? undefined : placeOf(details);
    return place === undefined ? '' : `${basename(place.file)}:${place.line}`;
  };

  private async loadFirstEffects(id: number, name: string): Promise<void> {
    const simulation = this.simulations.byId(id);
    const execution = simulation?.model.executions.get(name);
    if (execution === undefined || execution.window.effects.length > 0) return;
    if (execution.summary.effects === 0) return;
    try {
      await simulation?.loadEffects(name, 'later');
    } catch {
      // Its host has just ended; the simulation's own row says so.
    }
  }

  private refreshSoon(simulation: Simulation): void {
    this.stale.add(simulation);
    if (this.timer !== undefined) return;
    const large = simulation.model.effects > LARGE_ROWS;
    this.timer = setTimeout(() => this.refresh(), large ? REFRESH_LARGE_MS : REFRESH_MS);
  }

  private refresh(): void {
    this.timer = undefined;
    const rows = [...this.stale].map(({ id }) => this.rows.simulationRow(id));
    this.stale.clear();
    this.changes.fire(rows);
  }
}

const COLLAPSE = {
  none: vscode.TreeItemCollapsibleState.None,
  collapsed: vscode.TreeItemCollapsibleState.Collapsed,
  expanded: vscode.TreeItemCollapsibleState.Expanded,
} as const satisfies Record<RowLook['collapse'], vscode.TreeItemCollapsibleState>;

function treeItem(row: Row, look: RowLook): vscode.TreeItem {
  const item = new vscode.TreeItem(look.label, COLLAPSE[look.collapse]);
  const color = look.icon.color === undefined ? undefined : new vscode.ThemeColor(look.icon.color);
  item.id = row.id;
  item.description = look.description;
  item.iconPath = new vscode.ThemeIcon(look.icon.id, color);
  item.contextValue = look.words.join(' ');
  item.accessibilityInformation = { label: `${look.label}, ${look.description}` };
  // An effect gets its tooltip when somebody asks for it.
  if (row.kind !== 'effect') item.tooltip = look.tooltip ?? `${look.label}\n${look.description}`;
  const command = CLICKS[row.kind];
  if (command !== undefined) item.command = { command, title: '', arguments: [row] };
  return item;
}

/** What a click on a row does. */
const CLICKS: Partial<Record<Row['kind'], string>> = {
  effect: 'backstitch.clickEffect',
  'more-effects': 'backstitch.showMore',
  'more-executions': 'backstitch.showMore',
};
