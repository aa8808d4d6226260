import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type Shard, STRATEGY_NAMES, type StrategyName } from '../explore/explore-options.ts';
import { usageError } from './command-error.ts';
import { EXPLORE } from './commands.ts';
import { type ParsedOptions, parseOptions } from './option-parser.ts';
import { durationMs, integer } from './run-arguments.ts';

export interface ExploreArguments {
  readonly help: boolean;
  /** The workflow, or the reports to merge. */
  readonly start:
    | { readonly kind: 'target'; readonly text: string }
    | { readonly kind: 'merge'; readonly files: readonly string[] };
  readonly seed: number | undefined;
  readonly runs: number | undefined;
  readonly timeMs: number | undefined;
  readonly workers: number;
  readonly shard: Shard | undefined;
  readonly checks: string | undefined;
  /** The folder for scenarios; undefined saves none. */
  readonly save: string | undefined;
  readonly only: readonly StrategyName[] | undefined;
  /** The report to go on with, and to write. */
  readonly resume: string | undefined;
  /** Where the report goes. */
  readonly report: string | undefined;
  readonly json: boolean;
}

const WORKERS_MAX = 64;
const SHARDS_MAX = 10_000;
/** How long an exploration takes unless it is told. */
const TIME_MS_DEFAULT = 60_000;

/** Throws CommandError. Paths are resolved against `folder`. */
export function parseExplore(args: readonly string[], folder: string): ExploreArguments {
  const parsed = parseOptions(EXPLORE, args);
  const path = (name: string): string | undefined => {
    const text = parsed.text(name);
    return text === undefined ? undefined : resolve(folder, text);
  };
  const resume = path('resume');
  const runs = integer(parsed, 'runs', Number.MAX_SAFE_INTEGER, EXPLORE.name);
  const timeMs = durationMs(parsed, 'time');
  const workers = integer(parsed, 'workers', WORKERS_MAX, EXPLORE.name);
  if (workers === 0) throw usageError('--workers 0: nobody would explore', EXPLORE.name);
  return {
    help: parsed.flag('help') === true,
    start: startOf(parsed, folder),
    seed: integer(parsed, 'seed', Number.MAX_SAFE_INTEGER, EXPLORE.name),
    runs,
    timeMs: timeMs ?? (runs === undefined ? TIME_MS_DEFAULT : undefined),
    workers: workers ?? Math.min(availableParallelism(), WORKERS_MAX),
    shard: shardOf(parsed.text('shard')),
    checks: path('checks'),
    save: path('save'),
    only: onlyOf(parsed.text('only')),
    resume,
    report: path('report') ?? resume,
    json: parsed.flag('json') === true,
  };
}

function startOf(parsed: ParsedOptions, folder: string): ExploreArguments['start'] {
  const [text, ...others] = parsed.positionals;
  if (parsed.flag('merge') === true) {
    if (text === undefined) throw usageError('--merge what? Give reports of shards', EXPLORE.name);
    return { kind: 'merge', files: [text, ...others].map((file) => resolve(folder, file)) };
  }
  const [extra] = others;
  if (extra !== undefined) throw usageError(`unexpected argument "${extra}"`, EXPLORE.name);
  if (text === undefined && parsed.flag('help') !== true) {
    throw usageError(
      'explore what? Give the name of a workflow, a folder, or a .wasm or .c file',
      EXPLORE.name,
    );
  }
  return { kind: 'target', text: text ?? '' };
}

function shardOf(text: string | undefined): Shard | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d+)\/(\d+)$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (index >= 1 && index <= count && count <= SHARDS_MAX) return { index, count };
  throw usageError(`--shard ${text}: write which of how many, such as 1/4`, EXPLORE.name);
}

function onlyOf(text: string | undefined): readonly StrategyName[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !STRATEGY_NAMES.some((known) => known === name));
  if (unknown !== undefined) {
    throw usageError(
      `--only ${unknown}: there is no such strategy; there is ${STRATEGY_NAMES.join(', ')}`,
      EXPLORE.name,
    );
  }
  // In the order in which they are gone through.
  return STRATEGY_NAMES.filter((name) => names.includes(name));
}
