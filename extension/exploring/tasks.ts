/** Tasks of type `backstitch`: the command line's explorations and scenarios, for builds and CI. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import type { KnownWorkflow, WorkflowIndex } from '../workspace/workflow-index.ts';

const TYPE = 'backstitch';
const MATCHER = '$backstitch';

/** As it is written in tasks.json. */
interface BackstitchTask extends vscode.TaskDefinition {
  readonly command: 'check' | 'explore';
  /** The folder of a backstitch.json, relative to the workspace folder. */
  readonly folder?: string;
  /** For `explore`. */
  readonly workflow?: string;
  readonly args?: readonly string[];
}

/** @param cli the command line's bundle, absolute */
export function registerTasks(index: WorkflowIndex, cli: string): vscode.Disposable {
  return vscode.tasks.registerTaskProvider(TYPE, {
    provideTasks: async () => {
      const workflows = await index.all();
      const folders = [...new Set(workflows.map(({ config }) => dirname(config.fsPath)))];
      return [
        ...folders.map((folder) => checkTask(folder, cli)),
        ...workflows.map((workflow) => exploreTask(workflow, cli)),
      ];
    },
    resolveTask: (task) => {
      const definition = task.definition as BackstitchTask;
      const scope = task.scope;
      const root = typeof scope === 'object' ? scope.uri.fsPath : firstFolder();
      return taskOf(definition, join(root, definition.folder ?? '.'), cli, scope);
    },
  });
}

function checkTask(folder: string, cli: string): vscode.Task {
  return taskOf({ type: TYPE, command: 'check', folder: shown(folder) }, folder, cli);
}

function exploreTask({ config, name }: KnownWorkflow, cli: string): vscode.Task {
  const folder = dirname(config.fsPath);
  const definition: BackstitchTask = {
    type: TYPE,
    command: 'explore',
    folder: shown(folder),
    workflow: name,
  };
  return taskOf(definition, folder, cli);
}

function taskOf(
  definition: BackstitchTask,
  folder: string,
  cli: string,
  scope: vscode.Task['scope'] = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder)),
): vscode.Task {
  const { command, workflow, args = [] } = definition;
  const subject = command === 'explore' && workflow !== undefined ? [workflow] : [];
  const name = [command, ...subject, ...(definition.folder === '.' ? [] : [definition.folder])];
  // The editor's own Node runs it: a machine need have none.
  const run = new vscode.ProcessExecution(process.execPath, [cli, command, ...subject, ...args], {
    cwd: folder,
    env: { ELECTRON_RUN_AS_NODE: '1' },
  });
  const where = scope ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task(definition, where, name.join(' '), 'Backstitch', run, [MATCHER]);
  task.group = vscode.TaskGroup.Test;
  return task;
}

function shown(folder: string): string {
  const path = vscode.workspace.asRelativePath(folder, false);
  return path === folder ? '.' : path;
}

function firstFolder(): string {
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '.';
}
