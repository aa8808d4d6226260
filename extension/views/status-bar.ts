/** Says in the status bar what runs, with a way to end it; and keeps the words that menus go by. */
import * as vscode from 'vscode';
import type { Phase } from '../model/simulation-model.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import { shortText } from '../workspace/short-text.ts';

const REFRESH_MS = 150;

export function registerStatusBar(simulations: Simulations): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'backstitch.status',
    vscode.StatusBarAlignment.Left,
    50,
  );
  item.name = 'Backstitch';
  let timer: NodeJS.Timeout | undefined;
  const refresh = () => {
    timer = undefined;
    const live = simulations.all.filter(({ model }) => model.isLive);
    showStatus(item, live);
    setContext('live', live.length > 0);
    setContext(
      'paused',
      live.some(({ model }) => model.phase.kind === 'paused'),
    );
    setContext(
      'running',
      live.some(({ model }) => model.phase.kind === 'running' || model.isServing),
    );
    setContext(
      'serving',
      live.some(({ model }) => model.address !== undefined),
    );
    setContext('hasExecutions', simulations.all.length > 0);
  };
  const soon = () => {
    timer ??= setTimeout(refresh, REFRESH_MS);
  };
  const listening = [simulations.onChange(soon), simulations.onList(soon)];
  return new vscode.Disposable(() => {
    if (timer !== undefined) clearTimeout(timer);
    for (const one of listening) one.dispose();
    item.dispose();
  });
}

function showStatus(item: vscode.StatusBarItem, live: readonly Simulation[]): void {
  const newest = live.at(-1);
  if (newest === undefined) {
    item.hide();
    return;
  }
  const { text, command, tooltip } = statusOf(newest);
  const others = live.length > 1 ? ` (+${live.length - 1})` : '';
  item.text = text + others;
  item.tooltip = tooltip;
  item.command = { command, title: tooltip, arguments: [newest.id] };
  item.show();
}

function statusOf({ title, model }: Simulation) {
  const { phase, effects } = model;
  const cancel = { command: 'backstitch.cancel', tooltip: `Cancel ${title}` };
  if (model.isServing && (phase.kind !== 'waiting' || isIdle(phase))) {
    const stop = { ...cancel, tooltip: `Stop serving ${title}` };
    return { text: `$(broadcast) ${title} ${model.isStopping ? 'stops' : 'serves'}`, ...stop };
  }
  switch (phase.kind) {
    case 'paused': {
      const where = phase.seq === undefined ? 'paused' : `paused before #${phase.seq}`;
      const tooltip = `Continue ${title}`;
      return { text: `$(debug-pause) ${title} ${where}`, command: 'backstitch.continue', tooltip };
    }
    case 'waiting': {
      if (phase.questions.length > 0) {
        const tooltip = `Answer ${title}`;
        return { text: `$(question) ${title} asks`, command: 'backstitch.answerQuestion', tooltip };
      }
      const keeps = phase.promises.length > 0;
      const command = keeps ? 'backstitch.keepPromise' : 'backstitch.sendInput';
      const tooltip = keeps ? `Keep a promise of ${title}` : `Send input to ${title}`;
      return { text: `$(question) ${title} waits`, command, tooltip };
    }
    case 'starting':
      return { text: `$(loading~spin) ${title}: ${shortText(phase.message)}`, ...cancel };
    default:
      return { text: `$(sync~spin) ${title}: ${effects} effects`, ...cancel };
  }
}

function isIdle({ questions, promises }: Extract<Phase, { kind: 'waiting' }>): boolean {
  return questions.length + promises.length === 0;
}

function setContext(name: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', `backstitch.${name}`, value);
}
