/** Commands about values over time: who wrote one, and what it has been. */
import * as vscode from 'vscode';
import type { CommandTable } from '../commands/command-table.ts';
import { type Instant, parseInstant } from '../model/instant.ts';
import { type NamedValue, valueOfRow } from '../model/named-value.ts';
import { codeOf, expressionAt } from '../model/source-expressions.ts';
import { currentFrameId, positionOf, requireSession } from './current-session.ts';

export function valueCommands(): CommandTable {
  return {
    whoWrote: async (argument) => {
      const session = requireSession();
      const value = await valueMeant(argument, 'Who wrote which value?');
      if (value !== undefined) await session.customRequest('backstitch/lastWrite', asked(value));
    },
    showValueHistory: async (argument) => {
      const session = requireSession();
      const value = await valueMeant(argument, 'Show the history of which value?');
      if (value !== undefined) await showHistory(session, value.expression);
    },
  };
}

/** A row of a view, the expression at the cursor, or what the person types. */
async function valueMeant(argument: unknown, title: string): Promise<NamedValue | undefined> {
  const row = valueOfRow(argument);
  if (row !== undefined) return row;
  const inEditor = expressionInEditor();
  // From the editor's own menu it is clear what is meant; the palette lets it be seen first.
  const expression =
    argument instanceof vscode.Uri && inEditor !== undefined
      ? inEditor
      : await vscode.window.showInputBox({ title, value: inEditor ?? '' });
  return expression === undefined || expression.trim() === ''
    ? undefined
    : { expression: expression.trim(), listed: undefined };
}

function expressionInEditor(): string | undefined {
  const { document, selection } = vscode.window.activeTextEditor ?? {};
  if (document === undefined || selection === undefined) return undefined;
  if (!selection.isEmpty) return document.getText(selection);
  const line = codeOf(document.lineAt(selection.active.line).text);
  return expressionAt(line, selection.active.character)?.text;
}

function asked({ expression, listed }: NamedValue): object {
  const frameId = currentFrameId();
  if (listed !== undefined) return listed;
  return frameId === undefined ? { expression } : { expression, frameId };
}

/** A value that an expression had, and since when. */
interface PastValue {
  readonly value: string;
  readonly where: string;
  readonly source?: { readonly name?: string };
  readonly line?: number;
}

interface HistoryItem extends vscode.QuickPickItem {
  readonly instant: Instant;
}

/** Lists the values; choosing one travels to the statement that gave it. */
async function showHistory(session: vscode.DebugSession, expression: string): Promise<void> {
  const frameId = currentFrameId();
  const args = frameId === undefined ? { expression } : { expression, frameId };
  const ask = async () => ({
    answer: await session.customRequest('backstitch/valueHistory', args),
    here: (await positionOf(session)).instant,
  });
  const options = { location: vscode.ProgressLocation.Window, title: `History of ${expression}` };
  const { answer, here } = await vscode.window.withProgress(options, ask);
  const { values, isCut }: { values: readonly PastValue[]; isCut: boolean } = answer;
  const items = values.flatMap((value) => historyItem(value) ?? []);
  if (items.length === 0) {
    void vscode.window.showInformationMessage(`Nothing has given ${expression} a value yet.`);
    return;
  }
  const pick = vscode.window.createQuickPick<HistoryItem>();
  pick.title = `${isCut ? 'The first values' : 'Values'} of ${expression}; choose one to travel there`;
  pick.matchOnDescription = true;
  pick.items = items;
  pick.activeItems = items.filter(({ instant }) => isBefore(instant, here)).slice(-1);
  const chosen = await new Promise<HistoryItem | undefined>((resolve) => {
    pick.onDidAccept(() => resolve(pick.activeItems[0]));
    pick.onDidHide(() => resolve(undefined));
    pick.show();
  });
  pick.dispose();
  if (chosen !== undefined) await session.customRequest('backstitch/seek', chosen.instant);
}

function historyItem(past: PastValue): HistoryItem | undefined {
  const instant = parseInstant(past);
  if (instant === undefined) return undefined;
  const { value, where, source, line } = past;
  const place = source?.name === undefined ? where : `${where} ${source.name}:${line}`;
  const lost = instant.lostWith === undefined ? '' : `, lost with attempt ${instant.lostWith}`;
  return { label: value, description: `${place} · statement ${instant.tick}${lost}`, instant };
}

function isBefore(one: Instant, other: Instant): boolean {
  const { tick } = other;
  return tick === undefined ? one.seq <= other.seq : (one.tick ?? 0) <= tick;
}
