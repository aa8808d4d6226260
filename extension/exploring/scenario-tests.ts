/** Scenarios in the Test Explorer: found as files, run in hosts of their own, debugged as recordings. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { WatchedHost } from '../../simulator/cli/node/watched-host.ts';
import {
  SCENARIO_SUFFIX,
  type Scenario,
  type ScenarioResult,
} from '../../simulator/explore/scenario.ts';
import { parseScenario } from '../../simulator/explore/scenario-text.ts';
import { isTrusted, type Runner } from '../commands/runner.ts';
import type { LaunchPlace } from '../model/launch-config.ts';
import { problemOf } from '../simulations/host.ts';
import { errorMessage, showResult } from './scenario-results.ts';

const GLOB = `**/*${SCENARIO_SUFFIX}`;
const EXCLUDE_GLOB = '**/{node_modules,.backstitch}/**';
const EXCLUDED = /\/(node_modules|\.backstitch)\//;
const SCENARIOS_MAX = 2_000;

export interface ScenarioNeeds {
  /** The bundle of the host's worker, absolute. */
  readonly hostScript: string;
  readonly runner: Runner;
  readonly replay: (recording: string, place: LaunchPlace) => Promise<void>;
}

export function registerScenarioTests(needs: ScenarioNeeds): vscode.Disposable {
  return new ScenarioTests(needs);
}

class ScenarioTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController('backstitch', 'Backstitch');
  private readonly disposables: vscode.Disposable[] = [this.controller];

  constructor(private readonly needs: ScenarioNeeds) {
    const { Run, Debug } = vscode.TestRunProfileKind;
    this.controller.resolveHandler = async () => this.discover();
    this.controller.refreshHandler = async () => this.discover();
    this.controller.createRunProfile(
      'Run',
      Run,
      (request, token) => this.run(request, token),
      true,
    );
    this.controller.createRunProfile(
      'Debug',
      Debug,
      (request, token) => this.debug(request, token),
      true,
    );
    const watcher = vscode.workspace.createFileSystemWatcher(GLOB);
    this.disposables.push(
      watcher,
      watcher.onDidCreate((file) => this.add(file)),
      watcher.onDidChange((file) => this.changed(file)),
      watcher.onDidDelete((file) => this.remove(file)),
      // Of a folder that is deleted or moved, the watcher does not tell the files.
      vscode.workspace.onDidDeleteFiles(() => void this.discover()),
      vscode.workspace.onDidRenameFiles(() => void this.discover()),
    );
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }

  private async discover(): Promise<void> {
    const files = await vscode.workspace.findFiles(GLOB, EXCLUDE_GLOB, SCENARIOS_MAX);
    const found = new Set(files.map(String));
    // What is still there stays as it is: an item made anew would close its group and lose its result.
    for (const { uri } of this.all()) {
      if (uri !== undefined && !found.has(uri.toString())) this.remove(uri);
    }
    // They are run in this order.
    for (const file of files.toSorted(byPath)) this.add(file);
  }

  /** Scenarios are listed below the folder of their configuration. */
  private add(file: vscode.Uri): void {
    if (EXCLUDED.test(file.path)) return;
    const folder = vscode.Uri.joinPath(file, '..');
    const { items } = this.controller;
    let group = items.get(folder.toString());
    if (group === undefined) {
      const shown = basename(dirname(folder.fsPath));
      group = this.controller.createTestItem(folder.toString(), shown, folder);
      group.description = vscode.workspace.asRelativePath(folder);
      items.add(group);
    }
    if (group.children.get(file.toString()) !== undefined) return;
    const label = basename(file.fsPath).slice(0, -SCENARIO_SUFFIX.length);
    group.children.add(this.controller.createTestItem(file.toString(), label, file));
  }

  /** What a scenario said before its file changed is not known of the file as it is now. */
  private changed(file: vscode.Uri): void {
    const item = this.all().find(({ id }) => id === file.toString());
    if (item === undefined) this.add(file);
    else this.controller.invalidateTestResults(item);
  }

  private remove(file: vscode.Uri): void {
    const id = vscode.Uri.joinPath(file, '..').toString();
    const group = this.controller.items.get(id);
    group?.children.delete(file.toString());
    if (group?.children.size === 0) this.controller.items.delete(id);
  }

  private async run(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (!isTrusted()) return;
    const run = this.controller.createTestRun(request);
    const items = this.meant(request);
    for (const item of items) run.enqueued(item);
    const host = new WatchedHost(this.needs.hostScript);
    const cancelled = token.onCancellationRequested(() => void host.close());
    try {
      for (const item of items) {
        if (token.isCancellationRequested) run.skipped(item);
        else if (await this.isGone(item)) run.skipped(item);
        else await runOne(item, run, host, token);
      }
    } finally {
      cancelled.dispose();
      await host.close();
      run.end();
    }
  }

  /** Runs the first scenario recorded, and opens the recording in the debugger. */
  private async debug(
    request: vscode.TestRunRequest,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const [item, ...others] = this.meant(request);
    if (item?.uri === undefined || !isTrusted()) return;
    const run = this.controller.createTestRun(request);
    if (others.length > 0) {
      run.appendOutput(`One scenario is debugged at a time: ${item.label}.\r\n`);
      for (const other of others) run.skipped(other);
    }
    const host = new WatchedHost(this.needs.hostScript);
    const cancelled = token.onCancellationRequested(() => void host.close());
    try {
      const result = await runOne(item, run, host, token);
      if (result !== undefined) await this.replayAnew(item.uri, result, token);
    } catch (error) {
      run.errored(item, errorMessage(problemOf(error), item));
    } finally {
      cancelled.dispose();
      await host.close();
      run.end();
    }
  }

  /** Runs a scenario recorded, and goes to the first effect that a check complains of. */
  private async replayAnew(
    file: vscode.Uri,
    { violations }: ScenarioResult,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { runner, replay } = this.needs;
    const { workflow, seed, plan, choices } = await readScenario(file);
    const trial = {
      ...{ plan, isQuiet: true },
      ...(choices === undefined ? {} : { choices }),
      ...(seed === undefined ? {} : { seed }),
    };
    const simulation = await runner.runTrial({ path: dirname(file.fsPath), workflow }, trial);
    const cancelled = token.onCancellationRequested(() => void simulation?.cancel());
    const recording = await simulation?.ended();
    cancelled.dispose();
    if (recording === undefined || token.isCancellationRequested) return;
    const at = violations.find((each) => each.at !== undefined)?.at;
    await replay(recording, at === undefined ? {} : { execution: at.execution, seq: at.seq });
  }

  /** Whether its file was deleted behind the editor's back; then it is not listed any more. */
  private async isGone({ uri }: vscode.TestItem): Promise<boolean> {
    if (uri === undefined) return true;
    try {
      await vscode.workspace.fs.stat(uri);
      return false;
    } catch {
      this.remove(uri);
      return true;
    }
  }

  /** The scenarios of a request, each once: those below what was chosen, or all. */
  private meant({ include, exclude = [] }: vscode.TestRunRequest): vscode.TestItem[] {
    const leaves = include?.flatMap(leavesOf) ?? this.all();
    return [...new Set(leaves)].filter((item) => !exclude.includes(item));
  }

  private all(): vscode.TestItem[] {
    return [...this.controller.items].flatMap(([, item]) => leavesOf(item));
  }
}

function leavesOf(item: vscode.TestItem): vscode.TestItem[] {
  return item.children.size === 0 ? [item] : [...item.children].map(([, child]) => child);
}

/** Undefined when it could not be run. */
async function runOne(
  item: vscode.TestItem,
  run: vscode.TestRun,
  host: WatchedHost,
  token: vscode.CancellationToken,
): Promise<ScenarioResult | undefined> {
  if (item.uri === undefined) return undefined;
  run.started(item);
  const startedMs = performance.now();
  const tookMs = () => performance.now() - startedMs;
  try {
    const result = await host.request({ kind: 'check', scenario: item.uri.fsPath });
    showResult(item, run, result, tookMs());
    return result;
  } catch (error) {
    if (token.isCancellationRequested) run.skipped(item);
    else run.errored(item, errorMessage(problemOf(error), item), tookMs());
    return undefined;
  }
}

/** Throws ScenarioError. */
async function readScenario(file: vscode.Uri): Promise<Scenario> {
  const bytes = await vscode.workspace.fs.readFile(file);
  return parseScenario(new TextDecoder().decode(bytes), file.fsPath);
}

function byPath({ path: left }: vscode.Uri, { path: right }: vscode.Uri): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
