/** Commands that explore, and that look at what was found. */
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { HostProblemError } from '../../simulator/cli/node/host-client.ts';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { CoverageLine } from '../../simulator/explore/report.ts';
import { SCENARIO_SUFFIX } from '../../simulator/explore/scenario.ts';
import { scenarioName, scenarioOf, scenarioText } from '../../simulator/explore/scenario-text.ts';
import type { CommandTable } from '../commands/command-table.ts';
import { isTrusted, type Runner, titleOf } from '../commands/runner.ts';
import type { ExplorationModel } from '../model/exploration-model.ts';
import type { ExplorationRow } from '../model/exploration-rows.ts';
import type { LaunchPlace } from '../model/launch-config.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { SimulationDocuments } from '../views/documents.ts';
import type { CoverageMarks } from './coverage-marks.ts';
import type { ExplorationView } from './exploration-view.ts';
import type { Explorations } from './explorations.ts';
import type { PlanDocuments } from './plan-documents.ts';

export interface ExploreNeeds {
  readonly runner: Runner;
  readonly explorations: Explorations;
  readonly view: ExplorationView;
  readonly documents: SimulationDocuments;
  readonly plans: PlanDocuments;
  readonly coverage: CoverageMarks;
  /** Opens a recording in the debugger. */
  readonly replay: (recording: string, place: LaunchPlace) => Promise<void>;
}

interface Found {
  readonly exploration: ExplorationModel;
  readonly finding: Finding;
}

export function exploreCommands(needs: ExploreNeeds): CommandTable {
  const { explorations, view, plans, coverage } = needs;
  const onFinding = (act: (found: Found) => Promise<void>) => async (argument: unknown) => {
    const found = await findingOf(argument, needs);
    if (found !== undefined) await act(found);
  };
  const explorationIn = (argument: unknown): ExplorationModel | undefined =>
    rowOf(argument)?.exploration ?? view.selected?.exploration ?? explorations.all[0];
  return {
    explore: (argument) => explore(argument, needs),
    exploreAgain: (argument) => explore(explorationIn(argument)?.target, needs),
    cancelExploration: (argument) => {
      const exploration = rowOf(argument)?.exploration ?? explorations.all.find(isUnderWay);
      if (exploration !== undefined) explorations.cancel(exploration);
    },
    removeExploration: (argument) => {
      const exploration = explorationIn(argument);
      if (exploration !== undefined) explorations.remove(exploration);
    },
    revealFinding: async (argument) => {
      const row = rowOf(argument);
      if (row?.kind === 'line') await reveal(row.line.source);
      else await onFinding(({ finding }) => reveal(finding.at?.source))(argument);
    },
    showFailingRun: onFinding((found) => showFailingRun(found, needs)),
    debugFinding: onFinding((found) => debugFinding(found, needs)),
    saveScenario: onFinding(saveScenario),
    showPassingPlan: onFinding(({ finding }) => plans.compare(finding)),
    toggleCoverage: () => coverage.toggle(),
  };
}

async function explore(argument: unknown, needs: ExploreNeeds): Promise<void> {
  if (!isTrusted()) return;
  const target = await needs.runner.target(argument, 'Which workflow is to be explored?');
  if (target === undefined) return;
  // What is explored is what is seen.
  await vscode.workspace.saveAll(false);
  const title = titleOf(target);
  await needs.view.show();
  const model = await needs.explorations.explore(title, {
    target,
    ...exploreSettings(target.path),
  });
  announce(model);
}

function exploreSettings(path: string): { readonly timeMs?: number; readonly runs?: number } {
  const settings = vscode.workspace.getConfiguration('backstitch.explore', vscode.Uri.file(path));
  const seconds = settings.get('seconds', 60);
  const runs = settings.get('runs', 0);
  return { timeMs: seconds * 1000, ...(runs > 0 ? { runs } : {}) };
}

/** Throws HostProblemError where it could not be done. */
function announce({ phase, findings, title }: ExplorationModel): void {
  if (phase.kind === 'failed') throw new HostProblemError(phase.problem);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const text = errors === 0 ? 'nothing found' : errors === 1 ? '1 finding' : `${errors} findings`;
  vscode.window.setStatusBarMessage(`$(beaker) ${title}: ${text}`, SHOWN_MS);
}

const SHOWN_MS = 10_000;

type SourceSite = NonNullable<CoverageLine['source']>;

const isUnderWay = ({ isLive }: ExplorationModel): boolean => isLive;

function rowOf(argument: unknown): ExplorationRow | undefined {
  const isRow = typeof argument === 'object' && argument !== null && 'exploration' in argument;
  return isRow ? (argument as ExplorationRow) : undefined;
}

/** The finding of a row, of a problem's place, or the one that the person chooses. */
async function findingOf(
  argument: unknown,
  { view, explorations }: ExploreNeeds,
): Promise<Found | undefined> {
  const row = rowOf(argument) ?? (argument === undefined ? view.selected : undefined);
  if (row?.kind === 'finding') return row;
  const all = explorations.all.flatMap((exploration) =>
    exploration.findings.map((finding) => ({
      label: finding.check,
      description: exploration.title,
      detail: finding.message,
      found: { exploration, finding },
    })),
  );
  if (all.length === 0) {
    void vscode.window.showInformationMessage('Nothing has been found. Explore a workflow first.');
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(all, { title: 'Which finding?' });
  return chosen?.found;
}

async function reveal(source: SourceSite | undefined): Promise<void> {
  if (source === undefined) {
    void vscode.window.showInformationMessage(
      'The source line is not known: the program has no debug information (C and C++ have it with -g).',
    );
    return;
  }
  const at = new vscode.Position(source.line - 1, 0);
  await vscode.window.showTextDocument(vscode.Uri.file(source.path), {
    selection: new vscode.Range(at, at),
    preserveFocus: true,
    preview: true,
  });
}

/** Runs the minimal plan, recorded, and waits for its end. */
async function runFailing(
  { exploration, finding }: Found,
  { runner }: ExploreNeeds,
): Promise<Simulation | undefined> {
  const { seed, plan, choices } = finding.trial;
  const trial = { seed, plan, ...(choices === undefined ? {} : { choices }) };
  const simulation = await runner.runTrial(exploration.target, trial);
  await simulation?.ended();
  return simulation;
}

async function showFailingRun(found: Found, needs: ExploreNeeds): Promise<void> {
  const simulation = await runFailing(found, needs);
  const { at } = found.finding;
  if (simulation === undefined) return;
  if (at === undefined) await needs.documents.showTimeline(simulation);
  else await needs.documents.showEffect(simulation, at.execution, at.seq);
}

async function debugFinding(found: Found, needs: ExploreNeeds): Promise<void> {
  const simulation = await runFailing(found, needs);
  const recording = simulation?.model.recording;
  if (recording === undefined) return;
  const { at } = found.finding;
  await needs.replay(recording, at === undefined ? {} : { execution: at.execution, seq: at.seq });
}

async function saveScenario({ exploration, finding }: Found): Promise<void> {
  const { path, workflow } = exploration.target;
  if (workflow === undefined) {
    void vscode.window.showInformationMessage(
      'A scenario names a workflow. Add a backstitch.json that has this program as a workflow, and ' +
        'explore that.',
    );
    return;
  }
  const folder = path.endsWith('.json') ? dirname(path) : path;
  const fileOf = (name: string): vscode.Uri =>
    vscode.Uri.file(join(folder, 'scenarios', `${name.trim()}${SCENARIO_SUFFIX}`));
  const name = await vscode.window.showInputBox({
    title: 'Save as scenario',
    prompt: 'The name of its file. It is run by the Test Explorer and by backstitch check.',
    value: scenarioName(finding, workflow),
    validateInput: async (text) => {
      if (!/^[\w.-]+$/.test(text.trim())) return 'Use letters, digits, ".", "_" and "-".';
      if (!(await exists(fileOf(text)))) return undefined;
      const message = 'There is a scenario of this name; Enter replaces it.';
      return { message, severity: vscode.InputBoxValidationSeverity.Warning };
    },
  });
  if (name === undefined) return;
  const file = fileOf(name);
  const text = scenarioText(scenarioOf(finding, workflow));
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(file, { preview: false });
}

async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file);
    return true;
  } catch {
    // Whatever keeps it from being looked at is told when it is written.
    return false;
  }
}
