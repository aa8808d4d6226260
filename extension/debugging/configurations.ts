/** Debug configurations: what F5 means, and what launch.json leaves out. */
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { activeFile, isTrusted } from '../commands/runner.ts';
import {
  type LaunchConfig,
  type LiveSimulation,
  launchTitle,
  resolveLaunch,
} from '../model/launch-config.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { Recordings } from '../workspace/recordings.ts';
import type { KnownWorkflow, WorkflowIndex } from '../workspace/workflow-index.ts';

/** Fields whose values are paths, relative to the workspace folder. */
const PATH_FIELDS = ['program', 'recording', 'record', 'faults'] as const;

export class Configurations implements vscode.DebugConfigurationProvider {
  constructor(
    private readonly index: WorkflowIndex,
    private readonly recordings: Recordings,
    private readonly simulations: Simulations,
  ) {}

  /** For a new launch.json, and for the list below "Run and Debug". */
  async provideDebugConfigurations(): Promise<vscode.DebugConfiguration[]> {
    const all = await this.index.all();
    return all.map((workflow) => ({
      type: 'backstitch',
      request: 'launch',
      name: `Debug ${workflow.name}`,
      program: inFolderVariable(workflow.config),
      workflow: workflow.name,
    }));
  }

  async resolveDebugConfiguration(
    _folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration | undefined> {
    if (!isTrusted()) return undefined;
    const active = activeFile();
    const nearest = active === undefined ? undefined : await this.index.nearest(active);
    const workflows = nearest ?? (await this.index.all());
    const surroundings = {
      activeFile: active,
      workflows: workflows.map(({ name, config }) => ({ name, config: config.fsPath })),
      live: this.simulations.all.filter(({ model, isDriven }) => model.isLive && !isDriven),
    };
    const resolved = resolveLaunch(given, surroundings);
    if (resolved.kind === 'ready') return resolved.config as vscode.DebugConfiguration;
    if (resolved.kind === 'wrong') {
      void vscode.window.showErrorMessage(resolved.message);
      return undefined;
    }
    const choice =
      resolved.kind === 'choose-live'
        ? await askSimulation(resolved.from)
        : await askWorkflow(workflows);
    if (choice === undefined) return undefined;
    const named = { ...given, ...choice };
    const again = resolveLaunch(named, surroundings);
    return again.kind === 'ready' ? (again.config as vscode.DebugConfiguration) : undefined;
  }

  async resolveDebugConfigurationWithSubstitutedVariables(
    folder: vscode.WorkspaceFolder | undefined,
    given: vscode.DebugConfiguration,
  ): Promise<vscode.DebugConfiguration> {
    const base = (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
    const config: LaunchConfig = given;
    const absolute = PATH_FIELDS.flatMap((field) => {
      const value = config[field];
      const relative = typeof value === 'string' && !isAbsolute(value) && value !== 'none';
      return relative && base !== undefined ? [[field, join(base, value)] as const] : [];
    });
    const resolved: LaunchConfig = { ...config, ...Object.fromEntries(absolute) };
    const { program, record } = resolved;
    if (program === undefined || record === false || typeof record === 'string') {
      return withoutSwitch(resolved);
    }
    // Recorded unless told otherwise, so that what was debugged can be opened again.
    const place = await this.recordings.placeFor(launchTitle(resolved), program);
    return { ...resolved, record: place } as vscode.DebugConfiguration;
  }
}

function withoutSwitch({ record, ...rest }: LaunchConfig): vscode.DebugConfiguration {
  const kept = typeof record === 'string' ? { record } : {};
  return { ...rest, ...kept } as vscode.DebugConfiguration;
}

/** So that launch.json works on other machines too. */
function inFolderVariable(file: vscode.Uri): string {
  const folder = vscode.workspace.getWorkspaceFolder(file);
  if (folder === undefined) return file.fsPath;
  const variable = '$' + '{workspaceFolder}';
  return `${variable}/${vscode.workspace.asRelativePath(file, false)}`;
}

async function askSimulation(
  live: readonly LiveSimulation[],
): Promise<Pick<LaunchConfig, 'simulation'> | undefined> {
  const items = live.map(({ id, title }) => ({ label: title, description: `#${id}`, id }));
  const title = 'Which simulation is to be debugged?';
  const chosen = await vscode.window.showQuickPick(items.reverse(), { title });
  return chosen && { simulation: chosen.id };
}

async function askWorkflow(
  workflows: readonly KnownWorkflow[],
): Promise<Pick<LaunchConfig, 'program' | 'workflow'> | undefined> {
  const items = workflows.map((workflow) => ({
    label: workflow.name,
    description: vscode.workspace.asRelativePath(workflow.config),
    workflow,
  }));
  const title = 'Which workflow is to be debugged?';
  const chosen = (await vscode.window.showQuickPick(items, { title }))?.workflow;
  return chosen && { program: chosen.config.fsPath, workflow: chosen.name };
}
