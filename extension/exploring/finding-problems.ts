/** Findings of explorations as problems on their source lines, with what can be done about them. */
import * as vscode from 'vscode';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { ExplorationModel } from '../model/exploration-model.ts';
import { type ExplorationRow, planInWords } from '../model/exploration-rows.ts';
import type { Explorations } from './explorations.ts';

const SOURCE = 'Backstitch';

/** What is offered at a problem, by the command that does it. */
const ACTIONS = {
  'backstitch.showFailingRun': 'Show the failing run',
  'backstitch.debugFinding': 'Debug the failing run',
  'backstitch.showPassingPlan': 'Compare with the nearest passing plan',
  'backstitch.saveScenario': 'Save as scenario...',
} as const;

export function registerFindingProblems(explorations: Explorations): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection('backstitch');
  const listening = explorations.onChange(() => show(problems, explorations.all));
  const actions = vscode.languages.registerCodeActionsProvider(
    { scheme: 'file' },
    {
      provideCodeActions: (document, _range, { diagnostics }) =>
        diagnostics
          .filter(({ source }) => source === SOURCE)
          .flatMap((problem) => actionsFor(document, problem, explorations.all)),
    },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
  return vscode.Disposable.from(
    problems,
    actions,
    new vscode.Disposable(() => listening.dispose()),
  );
}

function show(
  problems: vscode.DiagnosticCollection,
  explorations: readonly ExplorationModel[],
): void {
  const byFile = new Map<string, vscode.Diagnostic[]>();
  for (const finding of explorations.flatMap(({ findings }) => findings)) {
    const path = finding.at?.source?.path;
    if (path !== undefined) byFile.set(path, [...(byFile.get(path) ?? []), problemOf(finding)]);
  }
  problems.clear();
  problems.set([...byFile].map(([path, list]) => [vscode.Uri.file(path), list]));
}

function problemOf(finding: Finding): vscode.Diagnostic {
  const { check, message, severity, at } = finding;
  const start = new vscode.Position(Math.max(0, (at?.source?.line ?? 1) - 1), 0);
  const range = new vscode.Range(start, start.with({ character: Number.MAX_SAFE_INTEGER }));
  const { Error: Wrong, Warning } = vscode.DiagnosticSeverity;
  const text = `${message}\nHappens with: ${planInWords(finding)}`;
  const problem = new vscode.Diagnostic(range, text, severity === 'error' ? Wrong : Warning);
  problem.source = SOURCE;
  problem.code = check;
  return problem;
}

function actionsFor(
  { uri }: vscode.TextDocument,
  problem: vscode.Diagnostic,
  explorations: readonly ExplorationModel[],
): vscode.CodeAction[] {
  const row = rowOf(uri.fsPath, problem, explorations);
  if (row === undefined) return [];
  return Object.entries(ACTIONS).map(([command, title]) => {
    const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
    action.command = { command, title, arguments: [row] };
    action.diagnostics = [problem];
    return action;
  });
}

/** The finding that a problem stands for: the editor gives a copy of the problem. */
function rowOf(
  path: string,
  { code, range }: vscode.Diagnostic,
  explorations: readonly ExplorationModel[],
): ExplorationRow | undefined {
  for (const exploration of explorations) {
    const finding = exploration.findings.find(
      ({ check, at }) =>
        check === code && at?.source?.path === path && at.source.line - 1 === range.start.line,
    );
    if (finding !== undefined) return { kind: 'finding', exploration, finding };
  }
  return undefined;
}
