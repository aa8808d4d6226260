/** Says in the status bar what is being explored, and keeps the words that menus go by. */
import * as vscode from 'vscode';
import { explorationStatus, explorationWords } from '../model/exploration-status.ts';
import type { Explorations } from './explorations.ts';

const REFRESH_MS = 250;

export function registerExplorationStatus(explorations: Explorations): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'backstitch.exploring',
    vscode.StatusBarAlignment.Left,
    49,
  );
  item.name = 'Backstitch Exploration';
  item.tooltip = 'Show what is explored, and what was found';
  item.command = 'backstitch.exploration.focus';
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer = undefined;
    const text = explorationStatus(explorations.all);
    if (text === undefined) item.hide();
    else {
      item.text = `$(sync~spin) ${text}`;
      item.show();
    }
    for (const [name, value] of Object.entries(explorationWords(explorations.all))) {
      void vscode.commands.executeCommand('setContext', `backstitch.${name}`, value);
    }
  };
  const listening = explorations.onChange(() => {
    timer ??= setTimeout(refresh, REFRESH_MS);
  });
  return new vscode.Disposable(() => {
    if (timer !== undefined) clearTimeout(timer);
    listening.dispose();
    item.dispose();
  });
}
