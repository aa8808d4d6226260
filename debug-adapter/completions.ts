import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Completion } from '../simulator/guest/symbols/index.ts';
import { REPL_COMMANDS } from './repl-commands.ts';
import { ROOT_NAMES } from './travel/expression.ts';

/** Commands after a dot at the beginning of a line; names of variables and of fields elsewhere. */
export function completionsOf(
  text: string,
  column: number,
  inProgram: (before: string) => readonly Completion[] = () => [],
): DebugProtocol.CompletionItem[] {
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
  const ofProgram = inProgram(before).map(({ label, detail }) => {
    const length = sharedLength(before, label);
    const place = { start: before.length - length, length };
    return {
      label,
      type: 'variable' as const,
      ...place,
      ...(detail === undefined ? {} : { detail }),
    };
  });
  const word = /(?<![.\w])\w*$/.exec(before)?.[0];
  if (word === undefined) return ofProgram;
  const ofEffects = ROOT_NAMES.filter((name) => name.startsWith(word)).map((label) => ({
    label,
    type: 'field' as const,
    start: before.length - word.length,
    length: word.length,
  }));
  return [...ofProgram, ...ofEffects];
}

/** How much of the beginning of a label is typed already. */
function sharedLength(before: string, label: string): number {
  const typed = before.toLowerCase();
  const wanted = label.toLowerCase();
  let length = Math.min(typed.length, wanted.length);
  while (length > 0 && !typed.endsWith(wanted.slice(0, length))) length--;
  return length;
}
