/** Registers commands from a table, so that a failure of any of them is shown the same way. */
import * as vscode from 'vscode';
import type { Problems } from '../problems.ts';

export type CommandTable = Readonly<Record<string, (...args: unknown[]) => Promise<void> | void>>;

/** Names are without the `backstitch.` in front. */
export function registerCommands(table: CommandTable, problems: Problems): vscode.Disposable {
  const registered = Object.entries(table).map(([name, run]) =>
    vscode.commands.registerCommand(`backstitch.${name}`, async (...args: unknown[]) => {
      try {
        await run(...args);
      } catch (error) {
        // Not awaited: a notification stays until somebody answers it.
        void problems.showError(error);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
