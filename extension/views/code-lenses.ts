/** Run and Debug above the entry of a program, and above each workflow of a `backstitch.json`. */
import * as vscode from 'vscode';
import type { RunTarget } from '../../simulator/host/protocol.ts';
import { ENTRY_LANGUAGES, findEntryPoint } from '../model/entry-points.ts';
import { readWorkflows, targetOf, type WorkflowIndex } from '../workspace/workflow-index.ts';

/** Workflows that share one source get a lens each, up to here. */
const LENSES_PER_ENTRY_MAX = 4;

export function registerCodeLenses(index: WorkflowIndex): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const settings = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration('backstitch.codeLens')) changes.fire();
  });
  const config = { scheme: 'file', pattern: '**/backstitch.json' };
  const sources = ENTRY_LANGUAGES.map((language) => ({ scheme: 'file', language }));
  const { onDidChange } = index;
  return vscode.Disposable.from(
    changes,
    settings,
    index.onDidChange(() => changes.fire()),
    vscode.languages.registerCodeLensProvider(config, {
      onDidChangeCodeLenses: changes.event,
      provideCodeLenses: whenEnabled(configLenses),
    }),
    vscode.languages.registerCodeLensProvider(sources, {
      onDidChangeCodeLenses: onDidChange,
      provideCodeLenses: whenEnabled((document) => sourceLenses(document, index)),
    }),
  );
}

type Lenses = (document: vscode.TextDocument) => Promise<vscode.CodeLens[]>;

function whenEnabled(
  lenses: Lenses,
): (document: vscode.TextDocument) => Promise<vscode.CodeLens[]> {
  return async (document) => {
    const settings = vscode.workspace.getConfiguration('backstitch', document);
    return settings.get('codeLens', true) ? await lenses(document) : [];
  };
}

async function configLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
  const workflows = await readWorkflows(document.uri, document.getText());
  return workflows.flatMap((workflow) => lensesAt(workflow.line, targetOf(workflow)));
}

async function sourceLenses(
  document: vscode.TextDocument,
  index: WorkflowIndex,
): Promise<vscode.CodeLens[]> {
  const text = document.getText();
  const line = findEntryPoint(document.languageId, text);
  if (line === undefined) return [];
  const file = document.uri.fsPath;
  const nearest = await index.nearest(file);
  const named = nearest?.filter(({ programPath }) => programPath === file) ?? [];
  // Sources of modules that a command builds are not named: any of those may be made of this one.
  const candidates =
    named.length > 0 || isCompiled(document)
      ? named
      : (nearest?.filter(({ built }) => built) ?? []);
  if (candidates.length > 0) {
    return candidates
      .slice(0, LENSES_PER_ENTRY_MAX)
      .flatMap((one) =>
        lensesAt(line, targetOf(one), candidates.length > 1 ? one.name : undefined),
      );
  }
  // Most C programs are no workflows; one that is says so itself, or lives beside others.
  const isWorkflow = nearest !== undefined || text.includes('backstitch.h');
  return isCompiled(document) && isWorkflow ? lensesAt(line, { path: file }) : [];
}

/** C and C++ are compiled here; other languages are built by a command. */
function isCompiled({ languageId }: vscode.TextDocument): boolean {
  return languageId === 'c' || languageId === 'cpp';
}

/** @param name set off from others above the same line; the first lens has it, and all tooltips */
function lensesAt(line: number, target: RunTarget, name?: string): vscode.CodeLens[] {
  const range = new vscode.Range(line, 0, line, 0);
  const whose = name === undefined ? '' : `${name}: `;
  const lens = (title: string, command: string, tooltip: string) =>
    new vscode.CodeLens(range, {
      ...{ title, command, tooltip: whose + tooltip },
      arguments: [target],
    });
  const run = name === undefined ? '▶ Run' : `▶ Run ${shortName(name)}`;
  return [
    lens(run, 'backstitch.run', 'Run it as a durable workflow in a simulated world'),
    lens('Debug', 'backstitch.debug', 'Step through its effects, forwards and backwards'),
    lens('Explore', 'backstitch.explore', 'Try what can go wrong, and show what breaks'),
  ];
}

const NAME_LENGTH_MAX = 24;

function shortName(name: string): string {
  return name.length <= NAME_LENGTH_MAX ? name : `${name.slice(0, NAME_LENGTH_MAX - 1)}…`;
}
