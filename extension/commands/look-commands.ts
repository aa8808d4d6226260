/** Commands that look at what happened: sources, documents, plans, recordings. */
import * as vscode from 'vscode';
import type { Row } from '../model/execution-rows.ts';
import { recordingItems } from '../model/recording-items.ts';
import type { Simulation } from '../simulations/simulation.ts';
import type { SimulationDocuments } from '../views/documents.ts';
import type { ExecutionsView } from '../views/executions-view.ts';
import type { ProgramChannels } from '../views/program-channels.ts';
import { placeOf, type SourceMarks } from '../views/source-marks.ts';
import type { Recordings } from '../workspace/recordings.ts';
import type { CommandTable } from './command-table.ts';
import type { Runner } from './runner.ts';
import type { Place, Targets } from './targets.ts';

/** Two clicks on one row within this time are a double click. */
const DOUBLE_CLICK_MS = 450;

export interface LookNeeds {
  readonly runner: Runner;
  readonly recordings: Recordings;
  readonly targets: Targets;
  readonly view: ExecutionsView;
  readonly documents: SimulationDocuments;
  readonly channels: ProgramChannels;
  readonly marks: SourceMarks;
  readonly log: vscode.LogOutputChannel;
  /** `<publisher>.<name>` of this extension. */
  readonly extensionId: string;
}

export function lookCommands(needs: LookNeeds): CommandTable {
  const { runner, recordings, targets, view, documents, channels, marks, log } = needs;
  let lastClick: { readonly row: Row; readonly at: number } | undefined;
  const showEffect = async ({ simulation, execution, seq }: Place) =>
    documents.showEffect(simulation, execution, seq);
  return {
    clickEffect: async (argument) => {
      const row = targets.row(argument);
      const place = await targets.place(row, '');
      if (row === undefined || place === undefined) return;
      const isDouble = lastClick?.row === row && performance.now() - lastClick.at < DOUBLE_CLICK_MS;
      lastClick = isDouble ? undefined : { row, at: performance.now() };
      if (isDouble) await showEffect(place);
      else await revealSource(place, marks, true);
    },
    revealSource: async (argument) => {
      const place = await targets.place(argument, 'Reveal the source of which effect?');
      if (place === undefined || (await revealSource(place, marks, false))) return;
      const message =
        `The source line of #${place.seq} is not known: its program has no debug information ` +
        '(C and C++ have it with -g).';
      void vscode.window.showInformationMessage(message);
    },
    showEffect: async (argument) => {
      const place = await targets.place(argument, 'Show which effect?');
      if (place !== undefined) await showEffect(place);
    },
    showTimeline: async (argument) => {
      const simulation = targets.simulation(argument);
      if (simulation !== undefined) await documents.showTimeline(simulation);
    },
    showOutput: (argument) => {
      const simulation = targets.simulation(argument);
      if (simulation === undefined) log.show();
      else channels.show(simulation);
    },
    showLog: () => log.show(),
    showMore: (argument) => showMore(targets.row(argument), targets, view),
    openRecording: async (argument) => {
      const file = argument instanceof vscode.Uri ? argument : await askRecording(recordings);
      if (file !== undefined) await runner.open(file.fsPath);
    },
    copyFaultPlan: async (argument) => {
      const plan = await planOf(targets.simulation(argument));
      if (plan === undefined) return;
      await vscode.env.clipboard.writeText(plan);
      vscode.window.setStatusBarMessage('$(check) Fault plan copied', 3_000);
    },
    saveFaultPlan: async (argument) => {
      const plan = await planOf(targets.simulation(argument));
      if (plan !== undefined) await savePlan(plan);
    },
    openDocumentation: async () => {
      const walkthrough = `${needs.extensionId}#start`;
      await vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false);
    },
  };
}

async function revealSource(place: Place, marks: SourceMarks, isPeek: boolean): Promise<boolean> {
  const { simulation, execution, seq } = place;
  const effect = simulation.model.executions.get(execution)?.window.at(seq);
  // Only what has happened has a call to look at.
  if (effect === undefined) return false;
  const details = await simulation.effect(execution, seq);
  const source = placeOf(details);
  if (source === undefined) return false;
  const origin = simulation.model.executions.get(execution)?.summary.origin ?? '';
  return marks.mark(source, { note: `#${seq} ${details.text}`, origin, preserveFocus: isPeek });
}

async function showMore(
  row: Row | undefined,
  targets: Targets,
  view: ExecutionsView,
): Promise<void> {
  const simulation = targets.simulation(row);
  if (row?.kind === 'more-executions') {
    view.rows.showMoreExecutions(row.simulation);
    view.refreshSimulation(row.simulation);
  } else if (row?.kind === 'more-effects') {
    await simulation?.loadEffects(row.execution, row.direction);
  }
}

/** One that the workspace keeps, or any other file; undefined when the person leaves. */
async function askRecording(recordings: Recordings): Promise<vscode.Uri | undefined> {
  const kept = recordingItems(await recordings.kept(), (ms) => new Date(ms).toLocaleString());
  if (kept.length === 0) return askFile();
  const browse = { label: '$(folder-opened) Browse...', description: '', path: undefined };
  const title = 'Open which recording?';
  const chosen = await vscode.window.showQuickPick([...kept, browse], { title });
  if (chosen === undefined) return undefined;
  return chosen.path === undefined ? askFile() : vscode.Uri.file(chosen.path);
}

async function askFile(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({
    title: 'Open a recording',
    filters: { 'Backstitch recordings': ['backstitch'] },
  });
  return chosen?.[0];
}

/** The plan as it is now; injected faults are in it. */
async function planOf(simulation: Simulation | undefined): Promise<string | undefined> {
  if (simulation === undefined) return undefined;
  return (await simulation.request({ kind: 'snapshot' })).plan;
}

async function savePlan(plan: string): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const proposed = folder && vscode.Uri.joinPath(folder, 'plan.faults.json');
  const file = await vscode.window.showSaveDialog({
    title: 'Save the fault plan',
    filters: { 'Fault plans': ['json'] },
    ...(proposed === undefined ? {} : { defaultUri: proposed }),
  });
  if (file === undefined) return;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(`${plan}\n`));
  await vscode.window.showTextDocument(file);
}
