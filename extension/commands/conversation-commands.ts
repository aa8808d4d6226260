/** Commands by which a person takes part: keep a promise that executions wait for, send a message. */
import * as vscode from 'vscode';
import { promiseWaitText } from '../../simulator/host/text/promise-text.ts';
import { type AwaitedPromise, awaitedPromises } from '../model/awaited-promises.ts';
import type { Problems } from '../problems.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { CommandTable } from './command-table.ts';
import type { Debugged } from './debugged.ts';
import type { Targets } from './targets.ts';

const TEXT_TYPE = 'text/plain; charset=utf-8';
const OTHER = 'Another Promise...';

export function conversationCommands(targets: Targets, debugged: Debugged): CommandTable {
  return {
    keepPromise: async (argument) => {
      const simulation = targets.simulation(argument);
      if (simulation === undefined) return;
      const promise = await askPromise(simulation, executionOf(targets, argument));
      if (promise !== undefined) await keep(simulation, promise, debugged);
    },
    sendMessage: async (argument) => {
      const simulation = targets.simulation(argument);
      if (simulation === undefined) return;
      const execution = executionOf(targets, argument) ?? (await askExecution(simulation));
      if (execution !== undefined) await send(simulation, execution, debugged);
    },
  };
}

/** Tells in a notification when nothing goes on until a promise is kept. */
export function registerPromises(
  simulations: Simulations,
  problems: Problems,
  debugged: Debugged,
): vscode.Disposable {
  const told = new Set<string>();
  const listening = simulations.onEvent(({ simulation, event }) => {
    if (event.kind !== 'state' || event.state.kind !== 'waiting') return;
    for (const promise of event.state.promises) {
      const id = `${simulation.id}/${promise}`;
      if (told.has(id)) continue;
      told.add(id);
      offer(simulation, promise, debugged).catch((error: unknown) => problems.showError(error));
    }
  });
  return new vscode.Disposable(() => listening.dispose());
}

async function offer(simulation: Simulation, promise: string, debugged: Debugged): Promise<void> {
  const action = 'Keep Promise...';
  const chosen = await vscode.window.showInformationMessage(`${promiseWaitText(promise)}.`, action);
  // Kept in the view meanwhile: then there is nothing left to do.
  const isOpen = awaitedPromises(simulation.model).some((one) => one.promise === promise);
  if (chosen === action && isOpen) await keep(simulation, promise, debugged);
}

function executionOf(targets: Targets, argument: unknown): string | undefined {
  const row = targets.row(argument);
  return row !== undefined && 'execution' in row ? row.execution : undefined;
}

/** The promise to keep, of those that are waited for, or any by its name. */
async function askPromise(
  simulation: Simulation,
  execution: string | undefined,
): Promise<string | undefined> {
  const awaited = awaitedPromises(simulation.model, execution);
  const [only] = awaited;
  if (execution !== undefined && awaited.length === 1) return only?.promise;
  if (awaited.length === 0) return askName(simulation, execution);
  const items = [...awaited.map(itemOf), { label: OTHER, description: '', promise: undefined }];
  const chosen = await vscode.window.showQuickPick(items, { title: 'Keep which promise?' });
  if (chosen === undefined) return undefined;
  return chosen.promise ?? askName(simulation, execution);
}

function itemOf({ promise, execution = '' }: AwaitedPromise) {
  return { label: promise, description: execution === '' ? '' : `${execution} waits`, promise };
}

/** Nobody has to wait for a promise when it is kept. */
function askName(
  simulation: Simulation,
  execution = [...simulation.model.executions.keys()][0] ?? 'order-1',
): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'Keep which promise?',
    prompt: `What a program calls self/approval is ${execution}/approval here.`,
    value: `${execution}/`,
    validateInput: (text) => (text.trim() === '' ? 'Write the name of a promise.' : undefined),
  });
}

async function keep(simulation: Simulation, promise: string, debugged: Debugged): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: `Keep the promise ${promise}`,
    prompt: 'Its value. The first one stays.',
  });
  if (text === undefined) return;
  const bytes = new TextEncoder().encode(text);
  if (await debugged.keepPromise(simulation, promise, text)) return;
  const value = { promise, contentType: TEXT_TYPE, bytes };
  if (await simulation.requestLive({ kind: 'promise', ...value })) return;
  const message = `The promise ${promise} was kept before; its first value stays.`;
  void vscode.window.showInformationMessage(message);
}

async function askExecution({ model }: Simulation): Promise<string | undefined> {
  const open = [...model.executions.values()]
    .map(({ summary }) => summary)
    .filter(({ endedAt }) => endedAt === undefined)
    .map(({ id }) => id);
  if (open.length === 1) return open[0];
  return vscode.window.showQuickPick(open, { title: 'Which execution gets the message?' });
}

async function send(simulation: Simulation, execution: string, debugged: Debugged): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: `Message to ${execution}`,
    prompt: 'It takes it with GET http://executions.backstitch/self/messages.',
  });
  if (text === undefined) return;
  const bytes = new TextEncoder().encode(text);
  if (await debugged.sendMessage(simulation, execution, text)) return;
  const value = { execution, contentType: TEXT_TYPE, bytes };
  if (await simulation.requestLive({ kind: 'message', ...value })) return;
  void vscode.window.showInformationMessage(`${execution} has ended, and takes no messages.`);
}
