/** The Workflows view: what the workspace's configurations name, and programs beside them. */
import { relative } from 'node:path';
import * as vscode from 'vscode';
import type { RunTarget } from '../../simulator/host/protocol.ts';
import { type KnownWorkflow, targetOf, type WorkflowIndex } from '../workspace/workflow-index.ts';

export const PROGRAM_GLOB = '**/*.{wasm,c,cc,cpp,cxx}';
const EXCLUDED_FOLDERS = ['node_modules', '.backstitch', 'target', 'build', 'dist'];
export const EXCLUDE_GLOB = `**/{${EXCLUDED_FOLDERS.join(',')}}/**`;
const EXCLUDED = new RegExp(`/(${EXCLUDED_FOLDERS.join('|').replace('.', '\\.')})/`);
const LOOK_AFTER_MS = 500;
export const PROGRAMS_MAX = 100;

export type WorkflowRow =
  | { readonly kind: 'config'; readonly config: vscode.Uri }
  | { readonly kind: 'workflow'; readonly workflow: KnownWorkflow }
  | { readonly kind: 'programs' }
  | { readonly kind: 'program'; readonly file: vscode.Uri };

export function registerWorkflowsView(index: WorkflowIndex): vscode.Disposable {
  const rows = new WorkflowRows(index);
  const view = vscode.window.createTreeView('backstitch.workflows', { treeDataProvider: rows });
  return vscode.Disposable.from(rows, view);
}

/** What a row stands for when it is run; undefined for a row that only groups others. */
export function targetOfRow(row: WorkflowRow): RunTarget | undefined {
  if (row.kind === 'workflow') return targetOf(row.workflow);
  return row.kind === 'program' ? { path: row.file.fsPath } : undefined;
}

class WorkflowRows implements vscode.TreeDataProvider<WorkflowRow>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly listening: vscode.Disposable;
  private timer: NodeJS.Timeout | undefined;
  readonly onDidChangeTreeData = this.changes.event;

  constructor(private readonly index: WorkflowIndex) {
    // What is in a program changes nothing here.
    const programs = vscode.workspace.createFileSystemWatcher(PROGRAM_GLOB, false, true, false);
    const look = (file: vscode.Uri) => this.lookSoon(file);
    this.listening = vscode.Disposable.from(
      programs,
      programs.onDidCreate(look),
      programs.onDidDelete(look),
      index.onDidChange(() => this.changes.fire()),
    );
  }

  async getChildren(row?: WorkflowRow): Promise<WorkflowRow[]> {
    const all = await this.index.all();
    const configs = [...new Map(all.map(({ config }) => [config.path, config])).values()];
    if (row === undefined) {
      const [only] = configs;
      const programs = await this.programs(all);
      const isEmpty = configs.length + programs.length === 0;
      void vscode.commands.executeCommand('setContext', 'backstitch.noWorkflows', isEmpty);
      return [
        ...(only !== undefined && configs.length === 1
          ? workflowsIn(all, only)
          : configs.map((config) => ({ kind: 'config' as const, config }))),
        ...(programs.length > 0 ? [{ kind: 'programs' as const }] : []),
      ];
    }
    if (row.kind === 'config') return workflowsIn(all, row.config);
    if (row.kind !== 'programs') return [];
    return (await this.programs(all)).map((file) => ({ kind: 'program', file }));
  }

  getTreeItem(row: WorkflowRow): vscode.TreeItem {
    const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    switch (row.kind) {
      case 'config': {
        const item = new vscode.TreeItem(vscode.workspace.asRelativePath(row.config), Expanded);
        item.iconPath = new vscode.ThemeIcon('json');
        item.contextValue = 'config';
        return item;
      }
      case 'workflow':
        return workflowItem(row.workflow, None);
      case 'programs': {
        const item = new vscode.TreeItem('Other programs', Collapsed);
        item.tooltip = 'Programs that no backstitch.json names; they run with the defaults.';
        return item;
      }
      case 'program': {
        const item = new vscode.TreeItem(row.file, None);
        item.description = true;
        item.contextValue = 'runnable program';
        item.command = openCommand(row.file);
        return item;
      }
    }
  }

  dispose(): void {
    if (this.timer !== undefined) clearTimeout(this.timer);
    this.listening.dispose();
    this.changes.dispose();
  }

  /** A build or a checkout brings many files at once. */
  private lookSoon({ path }: vscode.Uri): void {
    if (EXCLUDED.test(path)) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.changes.fire();
    }, LOOK_AFTER_MS);
  }

  private async programs(all: readonly KnownWorkflow[]): Promise<readonly vscode.Uri[]> {
    const files = await vscode.workspace.findFiles(PROGRAM_GLOB, EXCLUDE_GLOB, PROGRAMS_MAX);
    const named = new Set(all.map(({ programPath }) => programPath));
    return files
      .filter(({ fsPath }) => !named.has(fsPath))
      .sort((left, right) => (left.path < right.path ? -1 : 1));
  }
}

function workflowsIn(all: readonly KnownWorkflow[], config: vscode.Uri): WorkflowRow[] {
  return all
    .filter((one) => one.config.path === config.path)
    .map((workflow) => ({ kind: 'workflow', workflow }));
}

function workflowItem(
  { name, config, programPath, line, column }: KnownWorkflow,
  state: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(name, state);
  const folder = vscode.Uri.joinPath(config, '..').fsPath;
  item.description = programPath === undefined ? '' : relative(folder, programPath);
  item.iconPath = new vscode.ThemeIcon('symbol-method');
  item.contextValue = 'runnable workflow';
  const at = new vscode.Position(line, column);
  item.command = openCommand(config, { selection: new vscode.Range(at, at), preview: true });
  item.tooltip = `${name}: ${programPath ?? 'names no program yet'}`;
  return item;
}

function openCommand(file: vscode.Uri, options?: vscode.TextDocumentShowOptions): vscode.Command {
  return { command: 'vscode.open', title: 'Open', arguments: [file, options] };
}
