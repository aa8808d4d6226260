/** What a person can do about a problem: the buttons below its message. */
import type { ProblemReport, SourcePlace } from '../../simulator/host/protocol.ts';

export type NextStep = 'open-place' | 'install-clang' | 'open-documentation' | 'show-log';

export const STEP_TITLES: Readonly<Record<NextStep, string>> = {
  'open-place': 'Open',
  'install-clang': 'Install @yowasp/clang',
  'open-documentation': 'Open Documentation',
  'show-log': 'Show Log',
};

/** By the problem's code. */
const STEPS: Readonly<Record<string, readonly NextStep[]>> = {
  'no-compiler': ['install-clang', 'open-documentation'],
  component: ['open-documentation'],
  'unknown-import': ['open-documentation'],
};

/** Notifications are read at a glance; the log has the whole text. */
const MESSAGE_LENGTH_MAX = 300;

export function nextSteps(problem: ProblemReport): readonly NextStep[] {
  return [
    ...(placeOf(problem) === undefined ? [] : (['open-place'] as const)),
    ...(STEPS[problem.code] ?? []),
    'show-log',
  ];
}

/** `file:line:column: error: text`, as compilers print it. */
const COMPILER_ERROR = /^(.+?):(\d+):(\d+): (?:fatal )?error: (.*)$/m;

/** `file:line:column: text`, or the file alone, as configurations, plans and scenarios are found wrong. */
const JSON_ERROR = /^(\/.+?\.jsonc?|[A-Za-z]:\\.+?\.jsonc?)(?::(\d+):(\d+):| is not a usable )/;

/** Where a problem is, as its report or the words of whoever found it have it. */
export function placeOf({ place, message }: ProblemReport): SourcePlace | undefined {
  if (place !== undefined) return place;
  const found = COMPILER_ERROR.exec(message) ?? JSON_ERROR.exec(message);
  const [, file, line = 1, column = 1] = found ?? [];
  if (file === undefined) return undefined;
  return { file, line: Number(line), column: Number(column) };
}

/** The part of a message that fits a notification. */
export function shortMessage({ message }: ProblemReport): string {
  const [first = '', second = ''] = message.split('\n').filter((line) => line.trim() !== '');
  const [, , line, column, error] = COMPILER_ERROR.exec(message) ?? [];
  const text =
    error === undefined
      ? announced(first, second)
      : `${first.replace(/[.:]$/, '')}: ${error} (line ${line}, column ${column})`;
  return text.length <= MESSAGE_LENGTH_MAX ? text : `${text.slice(0, MESSAGE_LENGTH_MAX - 1)}…`;
}

/** A first line that only announces what follows says nothing by itself. */
function announced(first: string, second: string): string {
  return first.endsWith(':') && second !== '' ? `${first} ${second.trim()}` : first;
}
