/**
 * The World view: nodes, services and links of the simulation that commands are about, with what is
 * wrong with them, and the fault plan as it has become. Of what has ended it shows how the world was
 * at the effect that is selected in the Executions view, or at the end.
 */
import * as vscode from 'vscode';
import type { WorldSummary } from '../../simulator/host/protocol.ts';
import { formatDuration } from '../../simulator/kernel/time.ts';
import { JOURNAL_STORE } from '../../simulator/world/network.ts';
import type { Row } from '../model/execution-rows.ts';
import type { EffectPlace } from '../model/fault-by-hand.ts';
import { shortMessage } from '../model/next-steps.ts';
import { branchPlace, pastText, placeOfRow, type WorldPlace } from '../model/world-place.ts';
import { type WorldRow, worldLook, worldRowId, worldRows } from '../model/world-rows.ts';
import { problemOf } from '../simulations/host.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import { shortText } from '../workspace/short-text.ts';
import type { ExecutionsView } from './executions-view.ts';

/** The world is asked for at most this often. */
const REFRESH_MS = 200;

export class WorldView implements vscode.Disposable, vscode.TreeDataProvider<WorldRow> {
  private readonly view: vscode.TreeView<WorldRow>;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listening: readonly { dispose(): void }[];
  private timer: NodeJS.Timeout | undefined;
  private shown: Simulation | undefined;
  private world: WorldSummary | undefined;
  /** What the person has selected since the latest simulation was begun. */
  private pointedAt: Row | undefined;
  private place: WorldPlace | undefined;
  /** Counts the questions asked: the answer to an earlier one is not shown. */
  private asked = 0;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(
    private readonly simulations: Simulations,
    executions: ExecutionsView,
  ) {
    this.view = vscode.window.createTreeView<WorldRow>('backstitch.world', {
      treeDataProvider: this,
    });
    this.listening = [
      this.view,
      this.changes,
      simulations.onChange(() => this.refreshSoon()),
      simulations.onList(() => {
        this.pointedAt = undefined;
        this.refreshSoon();
      }),
      executions.onSelect(() => {
        this.pointedAt = executions.selected;
        this.refreshSoon();
      }),
      this.view.onDidChangeVisibility(() => this.refreshSoon()),
    ];
  }

  /** The simulation whose world is shown. */
  get simulation(): Simulation | undefined {
    return this.shown;
  }

  /** The effect at which a fault that is clicked begins a branch; undefined where none is selected. */
  get branchesAt(): EffectPlace | undefined {
    return branchPlace(this.place);
  }

  get nodes(): readonly string[] {
    return this.world?.nodes.map(({ name }) => name) ?? [];
  }

  /** The names of everything that links lead to. */
  get places(): readonly string[] {
    const { services = [], volumes = [] } = this.world ?? {};
    if (this.nodes.length === 0) return [];
    const others = [...services, ...volumes].map(({ name }) => name);
    return [...this.nodes, ...others, JOURNAL_STORE];
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
    const number = ++this.asked;
    const { simulation, place } = this.wanted();
    const { world, message } = await this.ask(simulation, place);
    if (number !== this.asked) return;
    this.shown = simulation;
    this.place = place;
    this.world = world;
    this.view.description = descriptionOf(simulation, world);
    this.view.message = message ?? '';
    this.changes.fire();
  }

  /** What runs, unless the person points at something that has ended; else what was begun last. */
  private wanted(): { readonly simulation?: Simulation; readonly place?: WorldPlace } {
    const row = this.pointedAt;
    const selected = row === undefined ? undefined : this.simulations.byId(row.simulation);
    const place = row && selected && placeOfRow(row, selected.model);
    if (selected !== undefined && place !== undefined) return { simulation: selected, place };
    const { current } = this.simulations;
    const simulation = current?.model.isLive === true ? current : (selected ?? current);
    return simulation === undefined ? {} : { simulation };
  }

  private async ask(
    simulation: Simulation | undefined,
    place: WorldPlace | undefined,
  ): Promise<{ readonly world?: WorldSummary; readonly message?: string }> {
    if (simulation === undefined) return {};
    const { isLive } = simulation.model;
    if (isLive && !simulation.hasHost) return {};
    try {
      const past = place === undefined ? {} : { past: place.past };
      const world = await simulation.request({ kind: 'world', ...past });
      return simulation.model.isLive ? { world } : { world, message: pastText(place) };
    } catch (error) {
      // While it begins there is nothing to show yet.
      return isLive ? {} : { message: shortText(shortMessage(problemOf(error))) };
    }
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

function descriptionOf(
  simulation: Simulation | undefined,
  world: WorldSummary | undefined,
): string {
  if (simulation === undefined) return '';
  return world === undefined
    ? simulation.title
    : `${simulation.title} · ${formatDuration(world.now)}`;
}
