/** Where the editor keeps the recordings of its runs. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { KeptRecording } from '../model/recording-items.ts';
import { recordingName } from '../model/recording-name.ts';

/** Everything that runs leave behind is below this folder, and none of it is for version control. */
const OWN_FOLDER = '.backstitch';
const DEFAULT_FOLDER = `${OWN_FOLDER}/recordings`;
const SUFFIX = '.backstitch';

export class Recordings {
  /** Names that were given out and are not on disk yet. */
  private readonly given = new Set<string>();

  /** A place for the recording of a run of `program`, an absolute path; its folder exists. */
  async placeFor(workflow: string, program: string): Promise<string> {
    const folder = await this.folderFor(program);
    const taken = (name: string) => {
      const path = join(folder, name);
      return this.given.has(path) || existsSync(path) || existsSync(`${path}-log`);
    };
    const path = join(folder, recordingName(workflow, new Date(), taken));
    this.given.add(path);
    return path;
  }

  /** A place beside another recording, for its branch. */
  async placeBeside(recording: string, workflow: string): Promise<string> {
    const folder = dirname(recording);
    const taken = (name: string) =>
      this.given.has(join(folder, name)) || existsSync(join(folder, name));
    const path = join(folder, recordingName(`${workflow}-branch`, new Date(), taken));
    this.given.add(path);
    return path;
  }

  /** What the folders of this workspace keep, in no order. */
  async kept(): Promise<readonly KeptRecording[]> {
    const { workspaceFolders = [] } = vscode.workspace;
    const folders = new Set(workspaceFolders.map(({ uri }) => settingFolder(uri, uri.fsPath)));
    const found = await Promise.all([...folders].map(recordingsIn));
    return found.flat();
  }

  private async folderFor(program: string): Promise<string> {
    const uri = vscode.Uri.file(program);
    const workspace = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(program);
    const folder = settingFolder(uri, workspace);
    await vscode.workspace.fs.createDirectory(vscode.Uri.file(folder));
    if (folder.startsWith(join(workspace, OWN_FOLDER)))
      await ignoreInGit(join(workspace, OWN_FOLDER));
    return folder;
  }
}

async function ignoreInGit(folder: string): Promise<void> {
  const file = vscode.Uri.file(join(folder, '.gitignore'));
  if (existsSync(file.fsPath)) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode('*\n'));
}

function settingFolder(scope: vscode.Uri, workspace: string): string {
  const setting = vscode.workspace
    .getConfiguration('backstitch', scope)
    .get('recordings.folder', DEFAULT_FOLDER);
  return isAbsolute(setting) ? setting : join(workspace, setting || DEFAULT_FOLDER);
}

async function recordingsIn(folder: string): Promise<readonly KeptRecording[]> {
  if (!existsSync(folder)) return [];
  const entries = await vscode.workspace.fs.readDirectory(vscode.Uri.file(folder));
  const names = entries.map(([name]) => name).filter((name) => name.endsWith(SUFFIX));
  return Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      const { mtime, size } = await vscode.workspace.fs.stat(vscode.Uri.file(path));
      return { path, modifiedMs: mtime, bytes: size };
    }),
  );
}
