/** Asks a person for a module, or a source that is built: one of the workspace, or any other file. */
import * as vscode from 'vscode';
import { EXCLUDE_GLOB, PROGRAM_GLOB, PROGRAMS_MAX } from './workflows-view.ts';

/** Its path, absolute; undefined when the person leaves. */
export async function askModule(title: string, prompt: string): Promise<string | undefined> {
  const files = await vscode.workspace.findFiles(PROGRAM_GLOB, EXCLUDE_GLOB, PROGRAMS_MAX);
  const paths = files.map(({ fsPath }) => fsPath).sort();
  if (paths.length === 0) return browse(title);
  const items = [
    ...paths.map((path) => ({ label: vscode.workspace.asRelativePath(path), path })),
    { label: '$(folder-opened) Another file...', path: undefined },
  ];
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: prompt });
  if (chosen === undefined) return undefined;
  return chosen.path ?? browse(title);
}

async function browse(title: string): Promise<string | undefined> {
  const [file] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: 'Deploy',
      filters: { 'Modules and sources': ['wasm', 'c', 'cc', 'cpp', 'cxx'], 'All files': ['*'] },
    })) ?? [];
  return file?.fsPath;
}
