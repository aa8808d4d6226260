import { join, resolve } from 'node:path';
import type { LevelReport } from '../explore/compare-levels.ts';
import type { CompareOptions } from '../host/protocol.ts';
import { levelTable } from '../host/text/level-table.ts';
import { problemError, usageError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { COMPARE } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { jsonLine } from './json-line.ts';
import { HostProblemError } from './node/host-client.ts';
import { styleOf } from './node/terminal.ts';
import { WatchedHost } from './node/watched-host.ts';
import { type ParsedOptions, parseOptions } from './option-parser.ts';
import { integer } from './run-arguments.ts';
import { requireFile } from './run-plan.ts';

/** `backstitch compare`: runs a fault plan at every persistence level, and shows what each costs. */
export async function compareCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseOptions(COMPARE, args);
  if (parsed.flag('help') === true) {
    io.stdout.write(commandHelp(COMPARE));
    return EXIT.ok;
  }
  const reports = await compared(await optionsOf(parsed, io.folder), io);
  if (parsed.flag('json') === true) {
    for (const report of reports) io.stdout.write(jsonLine({ event: 'level', ...plain(report) }));
  } else {
    io.stdout.write(`${levelTable(reports, styleOf(io.stdout, io.environment))}\n`);
  }
  return EXIT.ok;
}

async function optionsOf(parsed: ParsedOptions, folder: string): Promise<CompareOptions> {
  const [path] = parsed.positionals;
  if (path === undefined) {
    throw usageError(
      'compare what? Give the name of a workflow, a folder, or a program',
      'compare',
    );
  }
  const given = parsed.text('plan');
  const plan = given === undefined ? undefined : resolve(folder, given);
  if (plan !== undefined) await requireFile(plan, '--plan');
  const seed = integer(parsed, 'seed', Number.MAX_SAFE_INTEGER, COMPARE.name);
  return {
    target: { path },
    ...(plan === undefined ? {} : { plan }),
    ...(seed === undefined ? {} : { seed }),
  };
}

async function compared(
  options: CompareOptions,
  { distFolder }: CommandIo,
): Promise<readonly LevelReport[]> {
  const host = new WatchedHost(join(distFolder, 'simulator-host.js'));
  try {
    return await host.request({ kind: 'compare', options });
  } catch (error) {
    throw error instanceof HostProblemError ? problemError(error.problem) : error;
  } finally {
    await host.close();
  }
}

function plain({ nowNanos, ...report }: LevelReport): Record<string, string | number> {
  return { ...report, nowNanos: nowNanos.toString() };
}
