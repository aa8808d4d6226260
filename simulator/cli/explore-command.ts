import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExploreOptions } from '../explore/explore-options.ts';
import { MergeError, mergeReports } from '../explore/merge-reports.ts';
import type { ExploreReport } from '../explore/report.ts';
import { verdictOf } from '../host/text/finding-text.ts';
import { CommandError, problemError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { EXPLORE } from './commands.ts';
import { EXIT, type ExitCode, exitCodeOf } from './exit-codes.ts';
import { type ExploreArguments, parseExplore } from './explore-arguments.ts';
import { ExploreReporter } from './explore-reporter.ts';
import { commandHelp } from './help.ts';
import { ExplorePool } from './node/explore-pool.ts';
import { HostProblemError } from './node/host-client.ts';
import { readReport } from './node/read-report.ts';
import { saveScenarios } from './node/save-scenarios.ts';
import { requireFile } from './run-plan.ts';

/** `backstitch explore`: tries what can go wrong; exits with 71 when something breaks. */
export async function exploreCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseExplore(args, io.folder);
  if (parsed.help) {
    io.stdout.write(commandHelp(EXPLORE));
    return EXIT.ok;
  }
  const reporter = new ExploreReporter(io, parsed.json);
  const { start } = parsed;
  const report =
    start.kind === 'merge'
      ? await merged(start.files)
      : await explored(parsed, start.text, io, reporter);
  if (start.kind === 'merge') for (const finding of report.findings) reporter.finding(finding);
  if (parsed.save !== undefined) {
    for (const file of await saveScenarios(parsed.save, report)) reporter.saved(file);
  }
  if (parsed.report !== undefined) await writeReport(parsed.report, report);
  const exitCode = exitCodeFor(report);
  reporter.end(report, exitCode);
  return exitCode;
}

async function explored(
  parsed: ExploreArguments,
  target: string,
  io: CommandIo,
  reporter: ExploreReporter,
): Promise<ExploreReport> {
  const { seed, runs, timeMs, shard, only, checks, workers } = parsed;
  if (checks !== undefined) await requireFile(checks, '--checks');
  const resume = parsed.resume === undefined ? undefined : await readReport(parsed.resume, true);
  const options: ExploreOptions = {
    target: { path: target },
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(timeMs === undefined ? {} : { timeMs }),
    ...(shard === undefined ? {} : { shard }),
    ...(only === undefined ? {} : { only }),
    ...(checks === undefined ? {} : { checks }),
    ...(resume === undefined ? {} : { resume }),
  };
  const pool = new ExplorePool({
    script: join(io.distFolder, 'simulator-host.js'),
    options,
    workers,
    onProgress: (progress) => reporter.progress(progress),
    onFinding: (finding) => reporter.finding(finding),
    onEvent: (event) => reporter.event(event),
  });
  let interrupts = 0;
  const interrupt = (): void => {
    if (++interrupts > 1) process.exit(EXIT.interrupted);
    pool.cancel();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await pool.run();
  } catch (error) {
    throw error instanceof HostProblemError ? problemError(error.problem) : error;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    reporter.stop();
  }
}

async function merged(files: readonly string[]): Promise<ExploreReport> {
  const reports = await Promise.all(files.map((file) => readReport(file, false)));
  try {
    return mergeReports(reports.filter((report) => report !== undefined));
  } catch (error) {
    if (!(error instanceof MergeError)) throw error;
    throw new CommandError(EXIT.badInput, error.code, error.message, { cause: error });
  }
}

async function writeReport(file: string, report: ExploreReport): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(report)}\n`);
  } catch (cause) {
    const message = `${file}: the report cannot be written: ${(cause as Error).message}`;
    throw new CommandError(EXIT.cannotCreate, 'write-failed', message, { cause });
  }
}

function exitCodeFor(report: ExploreReport): ExitCode {
  const { stopped, failure } = report;
  if (stopped === 'cancelled') return EXIT.interrupted;
  // What could not be tried weighs more than what failed.
  if (failure !== undefined) return exitCodeOf(failure.code);
  switch (verdictOf(report)) {
    case 'fine':
    case 'interrupted':
      return EXIT.ok;
    case 'broken':
      return EXIT.checkFailed;
    case 'unsure':
      return EXIT.badInput;
    case 'nothing':
      return EXIT.timeout;
  }
}
