/** Commands that begin, drive and end simulations. */
import * as vscode from 'vscode';
import type { HostRequest } from '../../simulator/host/protocol.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { CommandTable } from './command-table.ts';
import type { Debugged } from './debugged.ts';
import type { Runner } from './runner.ts';
import type { Targets } from './targets.ts';

export function runCommands(
  runner: Runner,
  targets: Targets,
  simulations: Simulations,
  debugged: Debugged,
): CommandTable {
  const drive = (kind: 'pause' | 'continue' | 'step') => async (argument: unknown) => {
    const simulation = targets.simulation(argument);
    if (simulation === undefined) return;
    if (simulation.isDriven) await driveDebugger(kind);
    else await simulation.requestLive(DRIVES[kind]);
  };
  return {
    run: (argument) => runner.run(argument, false),
    runPaused: (argument) => runner.run(argument, true),
    pause: drive('pause'),
    continue: drive('continue'),
    step: drive('step'),
    cancel: async (argument) => {
      const simulation = targets.simulation(argument);
      if (simulation?.model.isLive !== true) return;
      if (simulation.debugged) await vscode.commands.executeCommand('workbench.action.debug.stop');
      await simulation.cancel();
    },
    sendInput: async (argument) => {
      const row = targets.row(argument);
      const simulation = targets.simulation(argument);
      const execution = row !== undefined && 'execution' in row ? row.execution : undefined;
      if (simulation !== undefined) await sendInput(simulation, execution, debugged);
    },
    clear: () => simulations.clear(),
    remove: async (argument) => {
      const simulation = targets.simulation(targets.row(argument));
      if (simulation === undefined) return;
      await simulation.cancel();
      simulations.clear(simulation);
    },
  };
}

const DRIVES = {
  pause: { kind: 'pause' },
  continue: { kind: 'continue' },
  step: { kind: 'step' },
} as const satisfies Record<string, HostRequest>;

/** A debugged simulation is the debugger's to drive. */
async function driveDebugger(kind: keyof typeof DRIVES): Promise<void> {
  const command = { pause: 'pause', continue: 'continue', step: 'stepOver' }[kind];
  await vscode.commands.executeCommand(`workbench.action.debug.${command}`);
}

async function sendInput(
  simulation: Simulation,
  wanted: string | undefined,
  debugged: Debugged,
): Promise<void> {
  const open = [...simulation.model.executions.values()]
    .map(({ summary }) => summary)
    .filter(({ endedAt }) => endedAt === undefined)
    .map(({ id }) => id);
  const execution =
    wanted ??
    (open.length === 1
      ? open[0]
      : await vscode.window.showQuickPick(open, { title: 'Which execution gets the input?' }));
  if (execution === undefined) return;
  const text = await vscode.window.showInputBox({
    title: `Input for ${execution}`,
    prompt: 'A line for standard input. Leave it empty to end the input.',
  });
  if (text === undefined) return;
  const ends = text === '';
  if (await debugged.feed(simulation, ends ? undefined : text)) return;
  const bytes = new TextEncoder().encode(ends ? '' : `${text}\n`);
  await simulation.requestLive({ kind: 'feed', execution, bytes, ends });
}
