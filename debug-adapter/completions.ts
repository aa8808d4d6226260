import type { DebugProtocol } from '@vscode/debugprotocol';
import { REPL_COMMANDS } from './repl-commands.ts';
import { ROOT_NAMES } from './travel/expression.ts';

/** Commands after a dot at the beginning of a line, names of fields elsewhere. */
export function completionsOf(text: string, column: number): DebugProtocol.CompletionItem[] {
  const before = text.slice(0, Math.max(0, column - 1));
  const command = /^\.(\w*)$/.exec(before)?.[1];
  if (command !== undefined) {
    return Object.entries(REPL_COMMANDS)
      .filter(([name]) => name.startsWith(command))
      .map(([name, { help }]) => ({
        label: `.${name}`,
        detail: help,
        type: 'function',
        start: 0,
        length: command.length + 1,
      }));
  }
  const word = /(?<![.\w])\w*$/.exec(before)?.[0];
  if (word === undefined) return [];
  return ROOT_NAMES.filter((name) => name.startsWith(word)).map((label) => ({
    label,
    type: 'field',
    start: before.length - word.length,
    length: word.length,
  }));
}
