/**
 * Values in the source of a stopped program: after the lines that it has run, and beneath the
 * mouse. Registered only while one of our sessions is looked at, since the editor has its own way
 * for other debuggers and uses it only where no extension has one.
 */
import * as vscode from 'vscode';
import { codeOf, expressionAt, expressionsOn, functionStart } from '../model/source-expressions.ts';
import { currentSession } from './current-session.ts';

const LANGUAGES = ['c', 'cpp', 'rust', 'zig', 'typescript', 'assemblyscript', 'go'];
/** Members that are asked for one by one. */
const MEMBERS_MAX = 100;
const VALUE_LENGTH_MAX = 60;

export function registerSourceValues(): vscode.Disposable {
  let registered: vscode.Disposable | undefined;
  const update = () => {
    const wanted = currentSession() !== undefined;
    if (wanted === (registered !== undefined)) return;
    registered?.dispose();
    registered = wanted ? registerProviders() : undefined;
  };
  update();
  const listening = vscode.debug.onDidChangeActiveDebugSession(update);
  return vscode.Disposable.from(listening, new vscode.Disposable(() => registered?.dispose()));
}

function registerProviders(): vscode.Disposable {
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerInlineValuesProvider(LANGUAGES, { provideInlineValues }),
    languages.registerEvaluatableExpressionProvider(LANGUAGES, { provideEvaluatableExpression }),
  );
}

function provideEvaluatableExpression(
  document: vscode.TextDocument,
  { line, character }: vscode.Position,
): vscode.EvaluatableExpression | undefined {
  const code = codeOf(document.getText()).split('\n')[line] ?? '';
  const found = expressionAt(code, character);
  return found && new vscode.EvaluatableExpression(rangeOf(line, found), found.text);
}

/** From the start of the function to where it stands; what comes later has no value yet. */
async function provideInlineValues(
  document: vscode.TextDocument,
  viewPort: vscode.Range,
  { frameId, stoppedLocation }: vscode.InlineValueContext,
): Promise<vscode.InlineValue[]> {
  const locals = await localsOf(frameId);
  if (locals.size === 0) return [];
  const lines = codeOf(document.getText()).split('\n');
  const last = Math.min(stoppedLocation.end.line, viewPort.end.line);
  const first = Math.max(functionStart(lines, stoppedLocation.end.line), viewPort.start.line);
  const values: vscode.InlineValue[] = [];
  let members = 0;
  for (let line = first; line <= last; line++) {
    for (const found of expressionsOn(lines[line] ?? '')) {
      const { text, root } = found;
      const value = locals.get(root);
      if (value === undefined) continue;
      if (text === root)
        values.push(new vscode.InlineValueText(rangeOf(line, found), `${text} = ${value}`));
      else if (++members <= MEMBERS_MAX) {
        values.push(new vscode.InlineValueEvaluatableExpression(rangeOf(line, found), text));
      }
    }
  }
  return values;
}

/** The variables of a frame by name; none where the program has no statements. */
async function localsOf(frameId: number): Promise<ReadonlyMap<string, string>> {
  const session = currentSession();
  if (session === undefined) return new Map();
  try {
    const { scopes }: { scopes: readonly ShownScope[] } = await session.customRequest('scopes', {
      frameId,
    });
    const own = scopes.find(({ presentationHint }) => presentationHint === 'locals');
    if (own === undefined) return new Map();
    const { variablesReference } = own;
    const { variables }: { variables: readonly ShownVariable[] } = await session.customRequest(
      'variables',
      { variablesReference },
    );
    return new Map(variables.map(({ name, value }) => [name, shortened(value)]));
  } catch {
    // The session went on or ended meanwhile: there is nothing to show.
    return new Map();
  }
}

interface ShownScope {
  readonly variablesReference: number;
  readonly presentationHint?: string;
}

interface ShownVariable {
  readonly name: string;
  readonly value: string;
}

function shortened(value: string): string {
  return value.length <= VALUE_LENGTH_MAX ? value : `${value.slice(0, VALUE_LENGTH_MAX - 1)}…`;
}

function rangeOf(line: number, { column, text }: { column: number; text: string }): vscode.Range {
  return new vscode.Range(line, column, line, column + text.length);
}
