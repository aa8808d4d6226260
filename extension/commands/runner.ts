/** Begins simulations for people: finds what is meant, saves, records, shows, and reports. */
import { basename, extname } from 'node:path';
import * as vscode from 'vscode';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { RunTarget, TrialOptions } from '../../simulator/host/protocol.ts';
import type { PortHost } from '../simulations/serving-host.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { Simulations } from '../simulations/simulations.ts';
import type { ExecutionsView } from '../views/executions-view.ts';
import { targetOfRow, type WorkflowRow } from '../views/workflows-view.ts';
import type { Recordings } from '../workspace/recordings.ts';
import { shortText } from '../workspace/short-text.ts';
import { targetOf, type WorkflowIndex } from '../workspace/workflow-index.ts';

/** Work that is done sooner needs no notification. */
const PROGRESS_AFTER_MS = 500;
const PACE_DEFAULT_MS = 25;
const RUNNABLE = /\.(wasm|c|cc|cpp|cxx)$/i;

interface Begun {
  readonly simulation: Simulation;
  readonly begun: Promise<void>;
}

export interface RunnerNeeds {
  readonly simulations: Simulations;
  readonly view: ExecutionsView;
  readonly index: WorkflowIndex;
  readonly recordings: Recordings;
  /** A host that serves at a port of this machine, or at any that is free when that is 0. */
  readonly startServing: (port: number) => PortHost;
}

export class Runner {
  constructor(private readonly needs: RunnerNeeds) {}

  async run(argument: unknown, paused: boolean): Promise<void> {
    if (!isTrusted()) return;
    const target = await this.target(argument, 'Which workflow is to run?');
    if (target === undefined) return;
    // What is run is what is seen.
    await vscode.workspace.saveAll(false);
    const title = titleOf(target);
    const record = await this.needs.recordings.placeFor(title, target.path);
    const options = { target, record, paused, paceMs: paceMs(target.path) };
    await this.watch(this.needs.simulations.run(title, options), `Starting ${title}`);
  }

  /**
   * Runs what exploration has found again, and records it; undefined when the person has left. A quiet
   * one does not bring the view to the front.
   */
  async runTrial(
    target: RunTarget,
    trial: TrialOptions & { readonly seed?: number; readonly isQuiet?: boolean },
  ): Promise<Simulation | undefined> {
    if (!isTrusted()) return undefined;
    const title = titleOf(target);
    const record = await this.needs.recordings.placeFor(title, target.path);
    const { seed, isQuiet = false, ...options } = trial;
    const begun = { target, record, trial: options, ...(seed === undefined ? {} : { seed }) };
    const run = this.needs.simulations.run(title, begun);
    await this.watch(run, `Starting ${title}`, isQuiet);
    return run.simulation;
  }

  /** Serves at a real port until it is cancelled; undefined when the person has left. */
  async serve(argument: unknown): Promise<Simulation | undefined> {
    if (!isTrusted()) return undefined;
    const target = await this.target(argument, 'Which workflow is to be served?');
    if (target === undefined) return undefined;
    await vscode.workspace.saveAll(false);
    const title = titleOf(target);
    const { simulations, recordings, startServing } = this.needs;
    const record = await recordings.placeFor(title, target.path);
    const host = startServing(servePort(target.path));
    const served = simulations.serve(title, host, { target, record });
    await this.watch(served, `Starting ${title}`);
    return served.simulation;
  }

  /** Runs a simulation again with one more fault; it has to have a recording. */
  async branch(from: Simulation, fault: JsonObject): Promise<void> {
    if (!isTrusted()) return;
    const { recording = '' } = from.model;
    const workflow = [...from.model.executions.values()][0]?.summary.workflow ?? 'simulation';
    const record = await this.needs.recordings.placeBeside(recording, workflow);
    const options = { record, paceMs: paceMs(recording) };
    await this.watch(this.needs.simulations.branch(from, fault, options), 'Running again');
  }

  async open(recording: string): Promise<Simulation> {
    const opened = this.needs.simulations.open(basename(recording), recording);
    await this.watch(opened, `Opening ${basename(recording)}`);
    return opened.simulation;
  }

  /** What a command's argument, the active editor or the person says is to run. */
  async target(argument: unknown, question: string): Promise<RunTarget | undefined> {
    const given = givenTarget(argument);
    if (given !== undefined) return given;
    const active = activeFile();
    const nearest = active === undefined ? undefined : await this.needs.index.nearest(active);
    const [only, ...others] = nearest?.filter(({ programPath }) => programPath === active) ?? [];
    if (only !== undefined && others.length === 0) return targetOf(only);
    if (active !== undefined && RUNNABLE.test(active) && only === undefined) {
      return { path: active };
    }
    return this.ask(question);
  }

  private async ask(question: string): Promise<RunTarget | undefined> {
    const all = await this.needs.index.all();
    const [only] = all;
    if (only !== undefined && all.length === 1) return targetOf(only);
    if (all.length === 0) {
      const message =
        'There is no workflow here yet. Open a .wasm or .c file, or name programs in a ' +
        'backstitch.json.';
      void vscode.window.showInformationMessage(message);
      return undefined;
    }
    const items = all.map((workflow) => ({
      label: workflow.name,
      description: vscode.workspace.asRelativePath(workflow.config),
      workflow,
    }));
    const chosen = await vscode.window.showQuickPick(items, { title: question });
    return chosen && targetOf(chosen.workflow);
  }

  private async watch({ simulation, begun }: Begun, title: string, isQuiet = false): Promise<void> {
    if (!isQuiet) void this.needs.view.reveal(simulation);
    const settled = begun.then(
      () => true,
      () => true,
    );
    const waited = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), PROGRESS_AFTER_MS);
    });
    if (!(await Promise.race([settled, waited]))) await showProgress(title, simulation, settled);
    try {
      await begun;
    } catch (error) {
      // Cancelled before it began: there is nothing to look at.
      if (simulation.wasCancelled) this.needs.simulations.clear(simulation);
      throw error;
    }
  }
}

function showProgress(title: string, simulation: Simulation, settled: Promise<boolean>) {
  const location = vscode.ProgressLocation.Notification;
  const options = { location, title, cancellable: true };
  return vscode.window.withProgress(options, async (progress, cancellation) => {
    const cancelled = cancellation.onCancellationRequested(() => void simulation.cancel());
    const { phase } = simulation.model;
    if (phase.kind === 'starting') progress.report({ message: shortText(phase.message) });
    const listening = simulation.onEvent((event) => {
      if (event.kind === 'progress') progress.report({ message: shortText(event.message) });
    });
    await settled;
    cancelled.dispose();
    listening.dispose();
  });
}

export function isTrusted(): boolean {
  if (vscode.workspace.isTrusted) return true;
  void vscode.window
    .showWarningMessage('This folder is not trusted, so nothing in it is run.', 'Manage Trust')
    .then((chosen) => {
      if (chosen !== undefined) void vscode.commands.executeCommand('workbench.trust.manage');
    });
  return false;
}

/** A lens or a debug configuration gives a target, the explorer a file, a view its row. */
function givenTarget(argument: unknown): RunTarget | undefined {
  if (argument instanceof vscode.Uri) return { path: argument.fsPath };
  if (typeof argument !== 'object' || argument === null) return undefined;
  if ('path' in argument && typeof argument.path === 'string') return argument as RunTarget;
  return 'kind' in argument ? targetOfRow(argument as WorkflowRow) : undefined;
}

/** The file in the active editor, also where that is no text. */
export function activeFile(): string | undefined {
  const input: unknown = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    typeof input === 'object' && input !== null && 'uri' in input
      ? input.uri
      : vscode.window.activeTextEditor?.document.uri;
  return uri instanceof vscode.Uri && uri.scheme === 'file' ? uri.fsPath : undefined;
}

export function titleOf({ path, workflow }: RunTarget): string {
  return workflow ?? basename(path, extname(path));
}

function paceMs(path: string): number {
  const settings = vscode.workspace.getConfiguration('backstitch', vscode.Uri.file(path));
  return Math.max(0, settings.get('pace', PACE_DEFAULT_MS));
}

function servePort(path: string): number {
  const settings = vscode.workspace.getConfiguration('backstitch.serve', vscode.Uri.file(path));
  return settings.get('port', 0);
}
