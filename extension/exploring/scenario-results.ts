/** What running a scenario came to, as the Test Explorer tells it. */
import * as vscode from 'vscode';
import type { ScenarioResult, ScenarioViolation } from '../../simulator/explore/scenario.ts';
import type { ProblemReport } from '../../simulator/host/protocol.ts';
import { placeOf } from '../model/next-steps.ts';
import { scenarioLines } from '../model/scenario-lines.ts';

/** @param tookMs real milliseconds */
export function showResult(
  item: vscode.TestItem,
  run: vscode.TestRun,
  result: ScenarioResult,
  tookMs: number,
): void {
  for (const line of scenarioLines(item.label, result)) {
    run.appendOutput(`${line}\r\n`, undefined, item);
  }
  const failed = result.violations.filter(({ severity }) => severity === 'error');
  if (failed.length === 0) {
    run.passed(item, tookMs);
    return;
  }
  const messages = failed.map((violation) => messageOf(violation, item));
  run.failed(item, messages, tookMs);
}

/** Why a scenario could not be run, at the place that is to be mended. */
export function errorMessage(problem: ProblemReport, { uri }: vscode.TestItem): vscode.TestMessage {
  const message = new vscode.TestMessage(problem.message);
  const place = placeOf(problem);
  if (place !== undefined) {
    message.location = locationOf(vscode.Uri.file(place.file), place.line, place.column);
  } else if (uri !== undefined) {
    message.location = locationOf(uri, 1);
  }
  return message;
}

function messageOf(
  { check, message, at }: ScenarioViolation,
  { uri }: vscode.TestItem,
): vscode.TestMessage {
  const shown = new vscode.TestMessage(`${check}: ${message}`);
  const source = at?.source;
  if (source !== undefined) {
    shown.location = locationOf(vscode.Uri.file(source.path), source.line);
  } else if (uri !== undefined) {
    shown.location = locationOf(uri, 1);
  }
  return shown;
}

/** @param line counts from 1, and so does `column` */
function locationOf(file: vscode.Uri, line: number, column = 1): vscode.Location {
  return new vscode.Location(
    file,
    new vscode.Position(Math.max(0, line - 1), Math.max(0, column - 1)),
  );
}
