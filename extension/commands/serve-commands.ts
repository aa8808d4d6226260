/** Commands of programs that are served at a real port of this machine. */
import * as vscode from 'vscode';
import type { Simulation } from '../simulations/simulation.ts';
import type { CommandTable } from './command-table.ts';
import type { Runner } from './runner.ts';
import type { Targets } from './targets.ts';

const COPY = 'Copy URL';
const OPEN = 'Open';

export function serveCommands(runner: Runner, targets: Targets): CommandTable {
  const withAddress = (act: (address: string) => Promise<void>) => async (argument: unknown) => {
    const address = servedAddress(targets, argument);
    if (address !== undefined) await act(address);
    else void vscode.window.showInformationMessage('Nothing is served. Serve a workflow first.');
  };
  return {
    serve: async (argument) => {
      const simulation = await runner.serve(argument);
      // Not awaited: a notification stays until somebody answers it.
      if (simulation !== undefined) void offer(simulation);
    },
    copyServedUrl: withAddress(copy),
    openServedUrl: withAddress(open),
  };
}

function servedAddress(targets: Targets, argument: unknown): string | undefined {
  const { model } = targets.simulation(argument) ?? {};
  return model?.isLive === true ? model.address : undefined;
}

async function offer({ title, model }: Simulation): Promise<void> {
  const { address } = model;
  if (address === undefined) return;
  const actions = isOpenable(address) ? [COPY, OPEN] : [COPY];
  const message = `${title} serves ${address}`;
  const chosen = await vscode.window.showInformationMessage(message, ...actions);
  if (chosen === COPY) await copy(address);
  if (chosen === OPEN) await open(address);
}

/** A browser speaks no bytes of a program's own. */
function isOpenable(address: string): boolean {
  return address.startsWith('http:');
}

async function copy(address: string): Promise<void> {
  await vscode.env.clipboard.writeText(address);
}

async function open(address: string): Promise<void> {
  if (isOpenable(address)) {
    await vscode.env.openExternal(vscode.Uri.parse(address, true));
    return;
  }
  const message = `${address} takes raw connections, and no browser: connect with nc, for one.`;
  const chosen = await vscode.window.showInformationMessage(message, COPY);
  if (chosen === COPY) await copy(address);
}
