import * as vscode from 'vscode';
import { shortPaths } from '../model/short-paths.ts';

/** A text with paths of the workspace relative to it. */
export function shortText(text: string): string {
  return shortPaths(text, (path) => vscode.workspace.asRelativePath(path));
}
