import { resolve } from 'node:path';
import type { JudgeOptions, RunOptions } from '../host/protocol.ts';
import { PERSISTENCE_LEVELS } from '../journal/records.ts';
import { parseDuration } from '../kernel/time.ts';
import { usageError } from './command-error.ts';
import { RUN } from './commands.ts';
import { type GivenValues, givenValues } from './given-values.ts';
import { type ParsedOptions, parseOptions } from './option-parser.ts';

/** Standard input of the program: a file's bytes, ours, nothing, or whatever the rest decides. */
export type StdinChoice =
  | { readonly kind: 'default' }
  | { readonly kind: 'ours' }
  | { readonly kind: 'none' }
  | { readonly kind: 'file'; readonly path: string };

export interface RunArguments {
  readonly help: boolean;
  /** What to run, or the recording to go on with. */
  readonly start:
    | { readonly kind: 'target'; readonly text: string }
    | { readonly kind: 'resume'; readonly recording: string };
  readonly programArgs: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly record: string | undefined;
  readonly stdin: StdinChoice;
  readonly timeoutMs: number | undefined;
  readonly timeline: boolean;
  readonly all: boolean;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly invoke: string | undefined;
  /** The port for debuggers; undefined for none. */
  readonly debugPort: number | undefined;
  /** It begins when a debugger has attached. */
  readonly debugWait: boolean;
  readonly values: GivenValues;
  /** The checks that are asked at the end; undefined asks none. */
  readonly checks: Pick<JudgeOptions, 'module' | 'checks'> | undefined;
  /** Passed on as they are. */
  readonly options: Pick<
    RunOptions,
    'seed' | 'persistence' | 'faults' | 'paceMs' | 'answer' | 'writeBack'
  >;
}

const PACE_MS_MAX = 3_600_000;
export const PORT_MAX = 65_535;

/** Throws CommandError. Paths are resolved against `folder`. */
export function parseRun(args: readonly string[], folder: string): RunArguments {
  const parsed = parseOptions(RUN, args);
  const help = parsed.flag('help') === true;
  const quiet = parsed.flag('quiet') === true;
  const json = parsed.flag('json') === true;
  const record = parsed.text('record');
  return {
    help,
    start: startOf(parsed, folder, help),
    programArgs: parsed.rest,
    env: Object.fromEntries(parsed.texts('env').map((text) => variable(text, RUN.name))),
    mounts: parsed.texts('dir').map((text) => mount(text, folder, RUN.name)),
    record: record === undefined ? undefined : resolve(folder, record),
    stdin: stdinOf(parsed.text('stdin'), folder),
    timeoutMs: durationMs(parsed, 'timeout'),
    timeline: parsed.flag('timeline') ?? !(quiet || json),
    all: parsed.flag('all') === true,
    quiet,
    json,
    invoke: parsed.text('invoke'),
    ...debugging(parsed),
    values: givenValues(parsed.texts('promise'), parsed.texts('message'), RUN.name),
    checks: checksOf(parsed, folder),
    options: passedOn(parsed, folder),
  };
}

/** Names of checks that are files: paths, and what ends as a script does. */
const SCRIPT = /[/\\]|\.[cm]?js$/;

function checksOf(parsed: ParsedOptions, folder: string): RunArguments['checks'] {
  const texts = parsed.texts('check');
  if (texts.length === 0) return undefined;
  if (parsed.text('resume') !== undefined) {
    throw usageError('--check: a recording that goes on cannot be checked', RUN.name);
  }
  if (parsed.flag('write-back') === true) {
    throw usageError(
      '--check: the simulation is run again for its checks, from folders that --write-back has ' +
        'changed by then; leave out one of the two',
      RUN.name,
    );
  }
  const [module, second] = texts.filter((text) => SCRIPT.test(text));
  if (second !== undefined) {
    throw usageError(
      `--check ${second}: give one module of checks, which may import others`,
      RUN.name,
    );
  }
  const names = texts.filter((text) => !SCRIPT.test(text) && text !== 'all');
  const areSome = names.length > 0 && !texts.includes('all');
  return {
    ...(module === undefined ? {} : { module: resolve(folder, module) }),
    ...(areSome ? { checks: names } : {}),
  };
}

function startOf(parsed: ParsedOptions, folder: string, help: boolean): RunArguments['start'] {
  const [text] = parsed.positionals;
  const recording = parsed.text('resume');
  if (recording !== undefined) {
    if (text !== undefined) {
      throw usageError(
        `--resume goes on with a recording; "${text}" is one program too many`,
        RUN.name,
      );
    }
    return { kind: 'resume', recording: resolve(folder, recording) };
  }
  if (text === undefined && !help) {
    throw usageError(
      'run what? Give a .wasm or .c file, a folder, or the name of a workflow',
      RUN.name,
    );
  }
  return { kind: 'target', text: text ?? '' };
}

function debugging(parsed: ParsedOptions): Pick<RunArguments, 'debugPort' | 'debugWait'> {
  const debugPort = integer(parsed, 'debug-port', PORT_MAX, RUN.name);
  const debugWait = parsed.flag('debug-wait') === true;
  if (debugWait && debugPort === undefined) {
    throw usageError('--debug-wait waits at a port: say which with --debug-port', RUN.name);
  }
  if (debugWait && parsed.text('resume') !== undefined) {
    throw usageError(
      '--debug-wait is for what begins; --resume goes on with what has begun',
      RUN.name,
    );
  }
  return { debugPort, debugWait };
}

function passedOn(parsed: ParsedOptions, folder: string): RunArguments['options'] {
  const seed = integer(parsed, 'seed', Number.MAX_SAFE_INTEGER, RUN.name);
  const paceMs = integer(parsed, 'pace', PACE_MS_MAX, RUN.name);
  const persistence = oneOf(parsed, 'persistence', PERSISTENCE_LEVELS, RUN.name);
  const answer = oneOf(parsed, 'answer', ['retry', 'fail'] as const, RUN.name);
  const faults = parsed.text('faults');
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(paceMs === undefined ? {} : { paceMs }),
    ...(persistence === undefined ? {} : { persistence }),
    ...(answer === undefined ? {} : { answer }),
    ...(faults === undefined
      ? {}
      : { faults: faults === 'none' ? ('none' as const) : resolve(folder, faults) }),
    ...(parsed.flag('write-back') === true ? { writeBack: true } : {}),
  };
}

function stdinOf(text: string | undefined, folder: string): StdinChoice {
  if (text === undefined) return { kind: 'default' };
  if (text === '-') return { kind: 'ours' };
  return text === 'none' ? { kind: 'none' } : { kind: 'file', path: resolve(folder, text) };
}

/** A variable of the environment; throws CommandError. */
export function variable(text: string, command: string): readonly [string, string] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw usageError(`--env ${text}: write KEY=VALUE`, command);
  return [text.slice(0, equals), text.slice(equals + 1)];
}

/** Makes the host's side of `guest=host[:ro]` absolute. */
export function mount(text: string, folder: string, command: string): string {
  const match = /^([^=]+)=(.+?)(:ro)?$/.exec(text);
  const [, guest, host, readOnly = ''] = match ?? [];
  if (guest === undefined || host === undefined || !guest.startsWith('/')) {
    throw usageError(
      `--dir ${text}: write /guest=folder, with :ro at the end to only read`,
      command,
    );
  }
  return `${guest}=${resolve(folder, host)}${readOnly}`;
}

/** A whole number; throws CommandError. */
export function integer(
  parsed: ParsedOptions,
  name: string,
  maximum: number,
  command: string,
): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+$/.test(text) && value <= maximum) return value;
  throw usageError(`--${name} ${text}: write a whole number from 0 to ${maximum}`, command);
}

/** One of a few words; throws CommandError. */
export function oneOf<T extends string>(
  parsed: ParsedOptions,
  name: string,
  allowed: readonly T[],
  command: string,
): T | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const found = allowed.find((item) => item === text);
  if (found !== undefined) return found;
  throw usageError(`--${name} ${text}: write one of ${allowed.join(', ')}`, command);
}

/** A duration in real milliseconds. */
export function durationMs(parsed: ParsedOptions, name: string): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const nanos = parseDuration(text);
  if (nanos !== undefined && nanos > 0n) return Math.max(1, Number(nanos / 1_000_000n));
  throw usageError(`--${name} ${text}: write a duration such as 30s or 2m`);
}
