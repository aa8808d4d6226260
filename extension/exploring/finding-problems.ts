/** Findings of explorations as problems on their source lines. */
import * as vscode from 'vscode';
import type { ExplorationModel } from '../model/exploration-model.ts';
import { planInWords } from '../model/exploration-rows.ts';
import type { Explorations } from './explorations.ts';

const SOURCE = 'Backstitch';

export function registerFindingProblems(explorations: Explorations): vscode.Disposable {
  const problems = vscode.languages.createDiagnosticCollection('backstitch');
  const listening = explorations.onChange(() => show(problems, explorations.all));
  return vscode.Disposable.from(problems, new vscode.Disposable(() => listening.dispose()));
}

function show(
  problems: vscode.DiagnosticCollection,
  explorations: readonly ExplorationModel[],
): void {
  const byFile = new Map<string, vscode.Diagnostic[]>();
  for (const { findings } of explorations) {
    for (const finding of findings) {
      const { check, message, severity, at } = finding;
      if (at?.source === undefined) continue;
      const { path, line } = at.source;
      const start = new vscode.Position(Math.max(0, line - 1), 0);
      const range = new vscode.Range(start, start.with({ character: Number.MAX_SAFE_INTEGER }));
      const { Error: Wrong, Warning } = vscode.DiagnosticSeverity;
      const problem = new vscode.Diagnostic(
        range,
        `${message}\nHappens with: ${planInWords(finding)}`,
        severity === 'error' ? Wrong : Warning,
      );
      problem.source = SOURCE;
      problem.code = check;
      byFile.set(path, [...(byFile.get(path) ?? []), problem]);
    }
  }
  problems.clear();
  problems.set([...byFile].map(([path, list]) => [vscode.Uri.file(path), list]));
}
