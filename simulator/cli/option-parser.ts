/** Reads a command line against a table of options. */
import { hint } from '../config/suggest.ts';
import { type CommandError, usageError } from './command-error.ts';

export interface OptionSpec {
  readonly name: string;
  readonly short?: string;
  /** What the value is, for help; an option without one is a switch. */
  readonly value?: string;
  /** May be given several times. */
  readonly many?: boolean;
  /** `--no-<name>` switches it off. */
  readonly negatable?: boolean;
  readonly help: string;
}

export interface CommandSpec {
  readonly name: string;
  /** What follows the name, for help: `<module|workflow> [options] [-- args]`. */
  readonly usage: string;
  readonly summary: string;
  /** More for `--help`, in lines. */
  readonly notes?: readonly string[];
  readonly options: readonly OptionSpec[];
  /** What each positional argument is, for messages. */
  readonly positionals: readonly string[];
  /** More than one of the last positional may be given. */
  readonly manyPositionals?: boolean;
  /** Takes arguments after `--`. */
  readonly takesRest?: boolean;
}

export interface ParsedOptions {
  readonly positionals: readonly string[];
  /** Everything after `--`; undefined when there is no `--`. */
  readonly rest: readonly string[] | undefined;
  text(name: string): string | undefined;
  texts(name: string): readonly string[];
  /** Undefined when neither the switch nor its negation is given. */
  flag(name: string): boolean | undefined;
}

/** Throws CommandError. */
export function parseOptions(spec: CommandSpec, args: readonly string[]): ParsedOptions {
  const values = new Map<string, string[]>();
  const flags = new Map<string, boolean>();
  const positionals: string[] = [];
  const end = args.indexOf('--');
  const rest = end < 0 ? undefined : args.slice(end + 1);
  const own = end < 0 ? args : args.slice(0, end);
  for (let index = 0; index < own.length; index++) {
    const argument = own[index] ?? '';
    if (!argument.startsWith('-') || argument === '-') {
      positionals.push(argument);
      continue;
    }
    const { option, negated, inline, name } = recognise(spec, argument);
    if (option.value === undefined) {
      if (inline !== undefined) throw usageError(`${name} takes no value`, spec.name);
      flags.set(option.name, !negated);
      continue;
    }
    const value = inline ?? own[++index];
    if (value === undefined) throw usageError(`${name} needs a value: ${option.value}`, spec.name);
    const known = values.get(option.name) ?? [];
    if (known.length > 0 && option.many !== true) {
      throw usageError(`${name} is given twice`, spec.name);
    }
    values.set(option.name, [...known, value]);
  }
  checkPositionals(spec, positionals, rest);
  return {
    positionals,
    rest,
    text: (name) => values.get(name)?.[0],
    texts: (name) => values.get(name) ?? [],
    flag: (name) => flags.get(name),
  };
}

interface Recognised {
  readonly option: OptionSpec;
  readonly negated: boolean;
  /** The value after `=`. */
  readonly inline: string | undefined;
  /** As it was written. */
  readonly name: string;
}

function recognise(spec: CommandSpec, argument: string): Recognised {
  const equals = argument.indexOf('=');
  const name = equals < 0 ? argument : argument.slice(0, equals);
  const inline = equals < 0 ? undefined : argument.slice(equals + 1);
  for (const option of spec.options) {
    const given = name === `--${option.name}` || name === `-${option.short ?? ''}`;
    if (given && name !== '-') return { option, negated: false, inline, name };
    if (option.negatable === true && name === `--no-${option.name}`) {
      return { option, negated: true, inline, name };
    }
  }
  throw unknownOption(spec, name);
}

function unknownOption(spec: CommandSpec, name: string): CommandError {
  const known = spec.options.flatMap((option) =>
    option.negatable === true ? [`--${option.name}`, `--no-${option.name}`] : [`--${option.name}`],
  );
  const near = hint(name, known, 'options');
  const next = spec.takesRest === true ? '; arguments of the program go after --' : '';
  return usageError(`unknown option ${name}${near.includes('did you') ? near : next}`, spec.name);
}

function checkPositionals(
  spec: CommandSpec,
  positionals: readonly string[],
  rest: readonly string[] | undefined,
): void {
  const extra = positionals[spec.positionals.length];
  if (extra !== undefined && spec.manyPositionals !== true) {
    const next = spec.takesRest === true ? '; arguments of the program go after --' : '';
    throw usageError(`unexpected argument "${extra}"${next}`, spec.name);
  }
  if (rest !== undefined && spec.takesRest !== true) {
    throw usageError(`${spec.name} takes no arguments after --`, spec.name);
  }
}
