import { COMMANDS } from './commands.ts';
import type { CommandSpec, OptionSpec } from './option-parser.ts';

const NAME_WIDTH_MAX = 26;

export function generalHelp(version: string): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length));
  const rows = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return [
    `backstitch ${version}: runs plain WebAssembly programs as durable workflows`,
    '',
    'Usage: backstitch <command> [options]',
    '',
    ...rows,
    '',
    'backstitch <command> --help tells more; backstitch --version prints the version.',
    '',
  ].join('\n');
}

export function commandHelp({ name, usage, summary, options, notes = [] }: CommandSpec): string {
  return [
    `backstitch ${name}: ${summary}`,
    '',
    `Usage: backstitch ${name} ${usage}`,
    '',
    ...options.flatMap(optionLines),
    ...(notes.length === 0 ? [] : ['', ...notes]),
    '',
  ].join('\n');
}

function optionLines({ name, short, value, negatable, help }: OptionSpec): string[] {
  const long = negatable === true ? `--[no-]${name}` : `--${name}`;
  const left = `  ${short === undefined ? '    ' : `-${short}, `}${long}${value === undefined ? '' : ` ${value}`}`;
  // A long name has a line of its own.
  if (left.length <= NAME_WIDTH_MAX) return [`${left.padEnd(NAME_WIDTH_MAX)}  ${help}`];
  return [left, `${' '.repeat(NAME_WIDTH_MAX)}  ${help}`];
}
