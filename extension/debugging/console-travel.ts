/** Travelling to what was printed. The editor tells no extension of clicks in its debug console. */
import * as vscode from 'vscode';
import type { CommandTable } from '../commands/command-table.ts';
import { ConsoleLines } from '../model/console-lines.ts';
import { instantText } from '../model/instant.ts';
import { DEBUG_TYPE, requireSession } from './current-session.ts';

export class ConsoleTravel implements vscode.Disposable {
  /** By the session's id. */
  private readonly lines = new Map<string, ConsoleLines>();
  private readonly disposables: readonly vscode.Disposable[];

  constructor() {
    const { debug } = vscode;
    this.disposables = [
      debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
        createDebugAdapterTracker: ({ id }) => {
          const lines = new ConsoleLines();
          this.lines.set(id, lines);
          return { onDidSendMessage: (message: unknown) => lines.take(message) };
        },
      }),
      debug.onDidTerminateDebugSession(({ id }) => this.lines.delete(id)),
    ];
  }

  commands(): CommandTable {
    return {
      travelToLine: async () => {
        const session = requireSession();
        const items = (this.lines.get(session.id)?.latest ?? []).map(
          ({ text, place, instant }) => ({
            label: text,
            description: `${place} · ${instantText(instant)}`,
            instant,
          }),
        );
        if (items.length === 0) {
          void vscode.window.showInformationMessage(
            'Nothing has been printed in this session yet.',
          );
          return;
        }
        const options = {
          title: 'Travel to when which line was printed?',
          matchOnDescription: true,
        };
        const chosen = await vscode.window.showQuickPick(items, options);
        if (chosen !== undefined) await session.customRequest('backstitch/seek', chosen.instant);
      },
    };
  }

  dispose(): void {
    for (const one of this.disposables) one.dispose();
  }
}
