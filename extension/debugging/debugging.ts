/** Debugging in the editor: sessions whose adapters run in hosts, and travelling from the views. */
import * as vscode from 'vscode';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { CommandTable } from '../commands/command-table.ts';
import type { Debugged, DebuggedInjection } from '../commands/debugged.ts';
import { isTrusted, type Runner } from '../commands/runner.ts';
import type { Targets } from '../commands/targets.ts';
import { type LaunchConfig, type LaunchPlace, launchTitle } from '../model/launch-config.ts';
import { type Host, refusal } from '../simulations/host.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { Recordings } from '../workspace/recordings.ts';
import type { WorkflowIndex } from '../workspace/workflow-index.ts';
import { Configurations } from './configurations.ts';
import { currentSession, DEBUG_TYPE } from './current-session.ts';
import { HostDebugAdapter } from './host-debug-adapter.ts';

export interface DebuggingNeeds {
  readonly simulations: Simulations;
  readonly startHost: () => Host;
  readonly index: WorkflowIndex;
  readonly recordings: Recordings;
}

export class Debugging
  implements vscode.DebugAdapterDescriptorFactory, vscode.Disposable, Debugged
{
  /** What each session runs, by the session's id; a replay shows what is listed already. */
  private readonly shown = new Map<string, Simulation>();
  private readonly disposables: vscode.Disposable[];
  /** Numbers sessions that attach. */
  private attached = 0;

  constructor(private readonly needs: DebuggingNeeds) {
    const { debug, DebugConfigurationProviderTriggerKind: Trigger } = vscode;
    const configurations = new Configurations(needs.index, needs.recordings, needs.simulations);
    this.disposables = [
      debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, this),
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations, Trigger.Initial),
      debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurations, Trigger.Dynamic),
      debug.onDidTerminateDebugSession(({ id }) => this.shown.delete(id)),
    ];
  }

  createDebugAdapterDescriptor(session: vscode.DebugSession): vscode.DebugAdapterDescriptor {
    const config: LaunchConfig = session.configuration;
    if (config.port !== undefined) {
      return new vscode.DebugAdapterServer(config.port, '127.0.0.1');
    }
    if (config.request === 'attach' && config.recording === undefined) {
      return this.attach(session, config);
    }
    const host = this.needs.startHost();
    if (config.recording !== undefined) {
      const onDispose = () => void host.terminate();
      return new vscode.DebugAdapterInlineImplementation(new HostDebugAdapter(host, { onDispose }));
    }
    const { record } = config;
    const recording = typeof record === 'string' ? record : undefined;
    const title = `${session.name} (debugged)`;
    const simulation = this.needs.simulations.attach(title, host, recording);
    this.shown.set(session.id, simulation);
    learnWhenItBegins(simulation);
    const onDispose = () => void simulation.stopHere();
    return new vscode.DebugAdapterInlineImplementation(new HostDebugAdapter(host, { onDispose }));
  }

  /** Throws HostProblemError when the simulation is gone, has ended, or is debugged already. */
  private attach(
    session: vscode.DebugSession,
    { simulation: wanted }: LaunchConfig,
  ): vscode.DebugAdapterDescriptor {
    const simulation = typeof wanted === 'number' ? this.needs.simulations.byId(wanted) : undefined;
    if (simulation === undefined)
      throw refusal('not-live', 'The simulation is gone. Run it again.');
    const host = simulation.attachDebugger();
    this.shown.set(session.id, simulation);
    const onDispose = () => simulation.detachDebugger();
    const adapter = new HostDebugAdapter(host, { onDispose }, ++this.attached);
    return new vscode.DebugAdapterInlineImplementation(adapter);
  }

  /** The session that debugs a simulation, or a replay of its recording. */
  sessionFor(simulation: Simulation): vscode.DebugSession | undefined {
    const active = currentSession();
    if (active === undefined) return undefined;
    const isShown = this.shown.get(active.id) === simulation;
    const { recording } = active.configuration as LaunchConfig;
    const isReplay = recording !== undefined && recording === simulation.model.recording;
    return isShown || isReplay ? active : undefined;
  }

  async inject(simulation: Simulation, fault: JsonObject): Promise<DebuggedInjection> {
    const session = this.driverOf(simulation);
    if (session === undefined) return 'elsewhere';
    const { branch }: { branch: boolean } = await session.customRequest('backstitch/inject', {
      fault,
    });
    // In the past it makes another future, which the host holds from now on.
    await simulation.refresh();
    return branch ? 'branched' : 'ahead';
  }

  feed(simulation: Simulation, line: string | undefined): Promise<boolean> {
    return this.say(simulation, line === undefined ? '.eof' : `.feed ${line}`);
  }

  answer(simulation: Simulation, answer: 'retry' | 'fail'): Promise<boolean> {
    return this.say(simulation, `.answer ${answer}`);
  }

  keepPromise(simulation: Simulation, promise: string, value: string): Promise<boolean> {
    return this.say(simulation, `.promise ${promise} ${value}`);
  }

  sendMessage(simulation: Simulation, execution: string, text: string): Promise<boolean> {
    return this.say(simulation, `.message ${execution} ${text}`);
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }

  private driverOf(simulation: Simulation): vscode.DebugSession | undefined {
    const session = this.sessionFor(simulation);
    const drives = session !== undefined && this.shown.get(session.id) === simulation;
    return drives ? session : undefined;
  }

  /** A command of the debug console. */
  private async say(simulation: Simulation, expression: string): Promise<boolean> {
    const session = this.driverOf(simulation);
    await session?.customRequest('evaluate', { expression, context: 'repl' });
    return session !== undefined;
  }
}

/** The host tells what it runs once there is something. */
function learnWhenItBegins(simulation: Simulation): void {
  const listening = simulation.onEvent((event) => {
    if (event.kind !== 'state' && event.kind !== 'changed') return;
    listening.dispose();
    void simulation.refresh();
  });
}

export function debugCommands(
  debugging: Debugging,
  runner: Runner,
  targets: Targets,
): CommandTable {
  return {
    debug: async (argument) => {
      if (!isTrusted()) return;
      if (isRecording(argument)) return replay(argument.fsPath, {});
      const target = await runner.target(argument, 'Which workflow is to be debugged?');
      if (target === undefined) return;
      const { path, workflow } = target;
      const named = workflow === undefined ? {} : { workflow };
      await start({ program: path, ...named, stopOnEntry: true });
    },
    debugExecution: async (argument) => {
      const simulation = targets.simulation(argument);
      const row = targets.row(argument);
      if (simulation === undefined) return;
      const execution = row !== undefined && 'execution' in row ? { execution: row.execution } : {};
      const seq = row?.kind === 'effect' ? { seq: row.seq } : {};
      await debugSimulation(debugging, simulation, { ...execution, ...seq });
    },
    debugFailure: async (argument) => {
      const simulation = targets.simulation(argument);
      const row = targets.row(argument);
      if (simulation === undefined || row?.kind !== 'execution') return;
      const { execution } = row;
      // Past its last effect is where it ended.
      const seq = simulation.model.executions.get(execution)?.summary.effects ?? 0;
      await debugSimulation(debugging, simulation, { execution, seq });
    },
    travelHere: async (argument) => {
      const place = await targets.place(argument, 'Travel to which effect?');
      if (place === undefined) return;
      const { simulation, execution, seq } = place;
      await debugSimulation(debugging, simulation, { execution, seq });
    },
  };
}

/** In the session that there is for it, or in a new one. */
async function debugSimulation(
  debugging: Debugging,
  simulation: Simulation,
  place: LaunchPlace,
): Promise<void> {
  const session = debugging.sessionFor(simulation);
  const { execution, seq } = place;
  if (session === undefined || seq === undefined) await replaySimulation(simulation, place);
  else await session.customRequest('backstitch/seek', { execution, seq });
}

async function replaySimulation(simulation: Simulation, place: LaunchPlace): Promise<void> {
  if (!isTrusted()) return;
  const { recording, isLive } = simulation.model;
  const config = { simulation: simulation.id, name: simulation.title, ...place };
  if (recording === undefined) {
    if (isLive) return start(config, 'attach');
    throw refusal(
      'not-recorded',
      `${simulation.title} was not recorded. Debug its workflow instead.`,
    );
  }
  if (!isLive) {
    await replay(recording, place);
    return;
  }
  const stop = 'Stop and Debug';
  const pause = 'Pause and Debug';
  const look = 'Debug as Far as Recorded';
  const message =
    `${simulation.title} is still running. It can be paused and driven on by the debugger, or ` +
    'looked at as far as it is recorded while it goes on.';
  const answer = await vscode.window.showInformationMessage(message, pause, look, stop);
  // It may have ended while the person thought about it.
  const isLiveStill = simulation.model.isLive;
  if (answer === pause && isLiveStill) await start(config, 'attach');
  else if (answer === look) await start({ recording, ...place }, 'attach');
  else if (answer !== undefined) {
    if (isLiveStill) await simulation.stopHere();
    await replay(recording, place);
  }
}

/** Opens a recording in the debugger, at a place or at its beginning. */
export async function replay(recording: string, place: LaunchPlace): Promise<void> {
  await start({ recording, stopOnEntry: true, ...place });
}

async function start(config: LaunchConfig, request: 'launch' | 'attach' = 'launch'): Promise<void> {
  const first = config.program ?? config.recording ?? '';
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(first));
  const name = config.name ?? launchTitle(config);
  const full = { ...config, name, type: DEBUG_TYPE, request };
  if (!(await vscode.debug.startDebugging(folder, full))) {
    throw refusal('not-started', `Debugging ${config.name} could not be started.`);
  }
}

function isRecording(argument: unknown): argument is vscode.Uri {
  return argument instanceof vscode.Uri && argument.path.endsWith('.backstitch');
}
