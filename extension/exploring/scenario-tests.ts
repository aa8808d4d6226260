/** Scenarios in the Test Explorer: found as files, run in hosts of their own, debugged as recordings. */
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ScenarioResult, ScenarioViolation } from '../../simulator/explore/scenario.ts';
import { SCENARIO_SUFFIX, type Scenario } from '../../simulator/explore/scenario.ts';
import { parseScenario } from '../../simulator/explore/scenario-text.ts';
import { isTrusted, type Runner } from '../commands/runner.ts';
import type { LaunchPlace } from '../model/launch-config.ts';
import { type Host, problemOf } from '../simulations/host.ts';

const GLOB = `**/*${SCENARIO_SUFFIX}`;
const EXCLUDE_GLOB = '**/{node_modules,.backstitch}/**';
const SCENARIOS_MAX = 2_000;

export interface ScenarioNeeds {
  readonly startHost: () => Host;
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
    this.controller.createRunProfile('Debug', Debug, (request) => this.debug(request), true);
    const watcher = vscode.workspace.createFileSystemWatcher(GLOB);
    this.disposables.push(
      watcher,
      watcher.onDidCreate((file) => this.add(file)),
      watcher.onDidChange((file) => this.changed(file)),
      watcher.onDidDelete((file) => this.remove(file)),
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
    for (const file of files) this.add(file);
  }

  /** Scenarios are listed below the folder of their configuration. */
  private add(file: vscode.Uri): void {
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
    const host = this.needs.startHost();
    const cancelled = token.onCancellationRequested(() => void host.terminate());
    try {
      for (const item of this.meant(request)) {
        if (token.isCancellationRequested) run.skipped(item);
        else await runOne(item, run, host, token);
      }
    } finally {
      cancelled.dispose();
      await host.terminate();
      run.end();
    }
  }

  /** Runs the first scenario recorded, and opens the recording in the debugger. */
  private async debug(request: vscode.TestRunRequest): Promise<void> {
    const [item] = this.meant(request);
    if (item?.uri === undefined || !isTrusted()) return;
    const run = this.controller.createTestRun(request);
    const host = this.needs.startHost();
    run.started(item);
    try {
      const { runner, replay } = this.needs;
      const scenario = await readScenario(item.uri);
      const { workflow, seed, plan, choices } = scenario;
      const target = { path: dirname(item.uri.fsPath), workflow };
      const result = await host.request({ kind: 'check', scenario: item.uri.fsPath });
      showResult(item, run, result);
      const trial = { plan, ...(choices === undefined ? {} : { choices }) };
      const simulation = await runner.runTrial(target, {
        ...trial,
        ...(seed === undefined ? {} : { seed }),
      });
      const recording = await simulation?.ended();
      const at = result.violations.find((each) => each.at !== undefined)?.at;
      if (recording === undefined) return;
      await replay(recording, at === undefined ? {} : { execution: at.execution, seq: at.seq });
    } catch (error) {
      run.errored(item, new vscode.TestMessage(problemOf(error).message));
    } finally {
      await host.terminate();
      run.end();
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

async function runOne(
  item: vscode.TestItem,
  run: vscode.TestRun,
  host: Host,
  token: vscode.CancellationToken,
): Promise<void> {
  if (item.uri === undefined) return;
  run.started(item);
  try {
    showResult(item, run, await host.request({ kind: 'check', scenario: item.uri.fsPath }));
  } catch (error) {
    if (token.isCancellationRequested) run.skipped(item);
    else run.errored(item, new vscode.TestMessage(problemOf(error).message));
  }
}

function showResult(
  item: vscode.TestItem,
  run: vscode.TestRun,
  { violations }: ScenarioResult,
): void {
  for (const { check, message, severity } of violations) {
    const line = `${severity}: ${check}: ${message}`;
    run.appendOutput(`${line.replaceAll('\n', '\r\n')}\r\n`, undefined, item);
  }
  const failed = violations.filter(({ severity }) => severity === 'error');
  if (failed.length === 0) run.passed(item);
  else
    run.failed(
      item,
      failed.map((violation) => messageOf(violation, item)),
    );
}

function messageOf(
  { check, message, at }: ScenarioViolation,
  { uri }: vscode.TestItem,
): vscode.TestMessage {
  const shown = new vscode.TestMessage(`${check}: ${message}`);
  const source = at?.source;
  if (source !== undefined) {
    const position = new vscode.Position(Math.max(0, source.line - 1), 0);
    shown.location = new vscode.Location(vscode.Uri.file(source.path), position);
  } else if (uri !== undefined) {
    shown.location = new vscode.Location(uri, new vscode.Position(0, 0));
  }
  return shown;
}

/** Throws ScenarioError. */
async function readScenario(file: vscode.Uri): Promise<Scenario> {
  const bytes = await vscode.workspace.fs.readFile(file);
  return parseScenario(new TextDecoder().decode(bytes), file.fsPath);
}
