import { join, resolve } from 'node:path';
import { operationByName } from '../effects/registry.ts';
import { clientsText } from '../host/text/clients-text.ts';
import { journalText, summaryText } from '../host/text/history-text.ts';
import { ledgerText } from '../host/text/ledger-text.ts';
import { tableText } from '../host/text/table-text.ts';
import { timelineText } from '../host/text/timeline-text.ts';
import { openRecording, type Recording } from '../journal/recording.ts';
import { problemError, usageError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { INSPECT } from './commands.ts';
import { EXIT, type ExitCode, isDamage } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { showComparison } from './inspect-comparison.ts';
import { historyLines, queryLines } from './inspect-json.ts';
import { HostClient, HostProblemError } from './node/host-client.ts';
import { loadSql } from './node/load-sql.ts';
import { RecordingOnDisk } from './node/recording-files.ts';
import { StatusLine, styleOf } from './node/terminal.ts';
import { type ParsedOptions, parseOptions } from './option-parser.ts';

const VIEWS = ['timeline', 'journal', 'ledger'] as const;

/** `backstitch inspect`: shows a recording without running anything of it. */
export async function inspectCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseOptions(INSPECT, args);
  if (parsed.flag('help') === true) {
    io.stdout.write(commandHelp(INSPECT));
    return EXIT.ok;
  }
  const [text] = parsed.positionals;
  if (text === undefined) throw usageError('inspect which recording?', INSPECT.name);
  refuseSeveral(parsed);
  const path = resolve(io.folder, text);
  if (parsed.flag('sources') === true) {
    if (parsed.flag('timeline') !== true) {
      throw usageError('--sources names source lines in a timeline; add --timeline', INSPECT.name);
    }
    io.stdout.write(await locatedTimeline(path, parsed, io));
    return EXIT.ok;
  }
  const recording = await read(path, io);
  try {
    const other = parsed.text('compare');
    if (other !== undefined) return await compare(recording, resolve(io.folder, other), parsed, io);
    show(recording, parsed, io);
    return recording.warnings.some(({ kind }) => isDamage(kind)) ? EXIT.badInput : EXIT.ok;
  } finally {
    recording.close();
  }
}

async function compare(
  recording: Recording,
  path: string,
  parsed: ParsedOptions,
  io: CommandIo,
): Promise<ExitCode> {
  const other = await read(path, io);
  try {
    return showComparison(recording, other, io, {
      style: styleOf(io.stdout, io.environment),
      all: parsed.flag('all') === true,
      json: parsed.flag('json') === true,
    });
  } finally {
    other.close();
  }
}

async function read(path: string, io: CommandIo): Promise<Recording> {
  const status = new StatusLine(io.stderr);
  status.show(`reading ${path}`);
  const recording = await openRecording({
    source: new RecordingOnDisk(path),
    sql: loadSql(join(io.distFolder, 'sql-wasm.wasm'), true),
    operationByName,
  }).finally(() => status.clear());
  for (const { message } of recording.warnings) io.stderr.write(`warning: ${message}\n`);
  return recording;
}

function refuseSeveral(parsed: ParsedOptions): void {
  const named = VIEWS.filter((view) => parsed.flag(view) === true).map((view) => `--${view}`);
  if (parsed.text('sql') !== undefined) named.push('--sql');
  if (parsed.text('compare') !== undefined) named.push('--compare');
  if (named.length < 2) return;
  throw usageError(`${named.join(' and ')} are different views; choose one`, INSPECT.name);
}

function show(recording: Recording, parsed: ParsedOptions, io: CommandIo): void {
  const { stdout } = io;
  const style = styleOf(stdout, io.environment);
  const all = parsed.flag('all') === true;
  const json = parsed.flag('json') === true;
  const query = parsed.text('sql');
  if (query !== undefined) {
    const result = recording.sql(query);
    if (!json) stdout.write(tableText(result.columns, result.rows));
    else for (const line of queryLines(result)) stdout.write(line);
    return;
  }
  const view = VIEWS.find((name) => parsed.flag(name) === true);
  if (json) {
    for (const line of historyLines(recording, view)) stdout.write(line);
    return;
  }
  switch (view) {
    case 'timeline':
      stdout.write(timelineText(recording, { ...style, all }));
      return;
    case 'journal':
      for (const line of journalText(recording, style)) stdout.write(`${line}\n`);
      return;
    case 'ledger': {
      const texts = [clientsText, ledgerText].map((text) => text(recording, { style, all }));
      const text = texts.filter((each) => each !== '').join('\n\n');
      stdout.write(text === '' ? 'no service saw a request\n' : `${text}\n`);
      return;
    }
    default:
      stdout.write(summaryText(recording, recording.name, style));
  }
}

/** The timeline with source lines, for which a host replays the recorded program. */
async function locatedTimeline(
  recording: string,
  parsed: ParsedOptions,
  io: CommandIo,
): Promise<string> {
  const client = new HostClient({
    script: join(io.distFolder, 'simulator-host.js'),
    shortLived: true,
    onEvent: () => {},
  });
  const style = styleOf(io.stdout, io.environment);
  const all = parsed.flag('all') === true;
  try {
    await client.request({ kind: 'open', recording });
    return await client.request({ kind: 'timeline', ...style, all, sources: true });
  } catch (error) {
    throw error instanceof HostProblemError ? problemError(error.problem) : error;
  } finally {
    await client.terminate();
  }
}
