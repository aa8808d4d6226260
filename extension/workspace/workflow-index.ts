/** The workflows of the workspace's `backstitch.json` files, kept up to date. */
import { dirname, resolve, sep } from 'node:path';
import * as vscode from 'vscode';
import type { RunTarget } from '../../simulator/host/protocol.ts';
import type { WorkflowEntry } from '../model/workflow-entries.ts';

export interface KnownWorkflow extends WorkflowEntry {
  readonly config: vscode.Uri;
  /** Absolute; undefined while the configuration does not name it. */
  readonly programPath: string | undefined;
}

const CONFIG_GLOB = '**/backstitch.json';
const EXCLUDE_GLOB = '**/{node_modules,.backstitch}/**';
const CONFIGS_MAX = 200;
const CONFIG_BYTES_MAX = 4 * 1024 * 1024;

export class WorkflowIndex implements vscode.Disposable {
  private found: Promise<readonly KnownWorkflow[]> | undefined;
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly disposables: vscode.Disposable[] = [this.changes];
  readonly onDidChange = this.changes.event;

  constructor() {
    const watcher = vscode.workspace.createFileSystemWatcher(CONFIG_GLOB);
    const forget = () => this.forget();
    this.disposables.push(
      watcher,
      watcher.onDidChange(forget),
      watcher.onDidCreate(forget),
      watcher.onDidDelete(forget),
      vscode.workspace.onDidChangeWorkspaceFolders(forget),
    );
  }

  /** All workflows, by file and in the order of each file. */
  all(): Promise<readonly KnownWorkflow[]> {
    this.found ??= findWorkflows();
    return this.found;
  }

  /** The workflows of the configuration that a file belongs to: the nearest above it. */
  async nearest(file: string): Promise<readonly KnownWorkflow[] | undefined> {
    const all = await this.all();
    const folders = new Set(all.map(({ config }) => dirname(config.fsPath)));
    const above = [...folders].filter((folder) => file.startsWith(folder + sep));
    const [folder] = above.sort((left, right) => right.length - left.length);
    return folder === undefined
      ? undefined
      : all.filter(({ config }) => dirname(config.fsPath) === folder);
  }

  forget(): void {
    this.found = undefined;
    this.changes.fire();
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }
}

export function targetOf({ config, name }: KnownWorkflow): RunTarget {
  return { path: config.fsPath, workflow: name };
}

/** The workflows of one configuration text. */
export async function readWorkflows(
  config: vscode.Uri,
  text: string,
): Promise<readonly KnownWorkflow[]> {
  const { workflowEntries } = await import('../model/workflow-entries.ts');
  const folder = dirname(config.fsPath);
  return workflowEntries(text).map((entry) => ({
    ...entry,
    config,
    programPath: entry.program === undefined ? undefined : resolve(folder, entry.program),
  }));
}

async function findWorkflows(): Promise<readonly KnownWorkflow[]> {
  const files = await vscode.workspace.findFiles(CONFIG_GLOB, EXCLUDE_GLOB, CONFIGS_MAX);
  const sorted = files.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const lists = await Promise.all(sorted.map(readConfig));
  return lists.flat();
}

async function readConfig(config: vscode.Uri): Promise<readonly KnownWorkflow[]> {
  try {
    const bytes = await vscode.workspace.fs.readFile(config);
    if (bytes.length > CONFIG_BYTES_MAX) return [];
    return await readWorkflows(config, new TextDecoder().decode(bytes));
  } catch {
    // It went away since it was found: there is nothing to list.
    return [];
  }
}
