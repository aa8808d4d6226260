import { resolve } from 'node:path';
import type { ServeOptions } from '../host/protocol.ts';
import { PERSISTENCE_LEVELS } from '../journal/records.ts';
import { usageError } from './command-error.ts';
import { SERVE } from './commands.ts';
import { type ParsedOptions, parseOptions } from './option-parser.ts';
import { durationMs, integer, mount, oneOf, PORT_MAX, variable } from './run-arguments.ts';
import { PART_LIMITS_DEFAULT, SERVE_LIMITS_DEFAULT, type ServeLimits } from './serve-limits.ts';

export interface ServeArguments {
  readonly help: boolean;
  /** What to serve. */
  readonly target: string;
  readonly programArgs: readonly string[] | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly record: string | undefined;
  readonly listen: { readonly host: string; readonly port: number };
  /** The port for promises and messages alone; undefined for none. */
  readonly controlPort: number | undefined;
  /** The port for debuggers; undefined for none. */
  readonly debugPort: number | undefined;
  readonly limits: ServeLimits;
  readonly quiet: boolean;
  readonly json: boolean;
  /** Passed on as they are. */
  readonly options: Pick<
    ServeOptions,
    'seed' | 'persistence' | 'faults' | 'answer' | 'raw' | 'time' | 'parts'
  >;
}

const PORT_DEFAULT = 8080;
const CONCURRENT_MAX = 65_536;
const PART_BYTES_MAX = 1024 * 1024 * 1024;
const PART_EXECUTIONS_MAX = 1_000_000;
/** What an inbox takes; see INBOX_BYTES_MAX. */
const BODY_BYTES_MAX = 256 * 1024 * 1024;

/** Throws CommandError. Paths are resolved against `folder`. */
export function parseServe(args: readonly string[], folder: string): ServeArguments {
  const parsed = parseOptions(SERVE, args);
  const help = parsed.flag('help') === true;
  const [target] = parsed.positionals;
  if (target === undefined && !help) {
    throw usageError(
      'serve what? Give a .wasm or .c file, a folder, or the name of a workflow',
      SERVE.name,
    );
  }
  const record = parsed.text('record');
  return {
    help,
    target: target ?? '',
    programArgs: parsed.rest,
    env: Object.fromEntries(parsed.texts('env').map((text) => variable(text, SERVE.name))),
    mounts: parsed.texts('dir').map((text) => mount(text, folder, SERVE.name)),
    record: record === undefined ? undefined : resolve(folder, record),
    listen: {
      host: parsed.text('host') ?? '127.0.0.1',
      port: integer(parsed, 'port', PORT_MAX, SERVE.name) ?? PORT_DEFAULT,
    },
    controlPort: integer(parsed, 'control-port', PORT_MAX, SERVE.name),
    debugPort: integer(parsed, 'debug-port', PORT_MAX, SERVE.name),
    limits: {
      maxConcurrent:
        integer(parsed, 'max-concurrent', CONCURRENT_MAX, SERVE.name) ??
        SERVE_LIMITS_DEFAULT.maxConcurrent,
      maxBodyBytes: byteCount(parsed, 'max-body') ?? SERVE_LIMITS_DEFAULT.maxBodyBytes,
      responseMs: durationMs(parsed, 'timeout') ?? SERVE_LIMITS_DEFAULT.responseMs,
    },
    quiet: parsed.flag('quiet') === true,
    json: parsed.flag('json') === true,
    options: passedOn(parsed, folder),
  };
}

function passedOn(parsed: ParsedOptions, folder: string): ServeArguments['options'] {
  const seed = integer(parsed, 'seed', Number.MAX_SAFE_INTEGER, SERVE.name);
  const persistence = oneOf(parsed, 'persistence', PERSISTENCE_LEVELS, SERVE.name);
  const answer = oneOf(parsed, 'answer', ['retry', 'fail'] as const, SERVE.name);
  const time = oneOf(parsed, 'time', ['real', 'virtual'] as const, SERVE.name);
  const faults = parsed.text('faults');
  return {
    ...(seed === undefined ? {} : { seed }),
    ...(persistence === undefined ? {} : { persistence }),
    ...(answer === undefined ? {} : { answer }),
    ...(time === undefined ? {} : { time }),
    ...(faults === undefined
      ? {}
      : { faults: faults === 'none' ? ('none' as const) : resolve(folder, faults) }),
    ...(parsed.flag('inetd') === true ? { raw: true } : {}),
    ...partLimits(parsed),
  };
}

/** When the recording goes on in another part: `10000` executions, `64M` of log, `0` for never. */
function partLimits(parsed: ParsedOptions): Pick<ServeOptions, 'parts'> {
  const text = parsed.text('rotate');
  if (text === undefined) return { parts: PART_LIMITS_DEFAULT };
  if (/[kM]$/.test(text)) {
    const logBytes = byteCount(parsed, 'rotate') ?? 0;
    return { parts: { executions: PART_EXECUTIONS_MAX, logBytes: Math.max(1, logBytes) } };
  }
  const executions = integer(parsed, 'rotate', PART_EXECUTIONS_MAX, SERVE.name);
  if (executions === undefined || executions === 0) return {};
  return { parts: { executions, logBytes: PART_BYTES_MAX } };
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, M: 1024 * 1024 };

function byteCount(parsed: ParsedOptions, name: string): number | undefined {
  const text = parsed.text(name);
  if (text === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d+)([kM]?)$/.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit] ?? 1);
  if (digits !== '' && bytes <= BODY_BYTES_MAX) return bytes;
  throw usageError(`--${name} ${text}: write bytes up to 256M, such as 64k or 16M`, SERVE.name);
}
