import { join } from 'node:path';
import type { CommandIo } from './command-io.ts';
import { RUN } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { JsonReporter } from './json-reporter.ts';
import { LiveInput } from './node/live-input.ts';
import { Run } from './run.ts';
import { parseRun } from './run-arguments.ts';
import { HumanReporter } from './run-reporter.ts';

/** `backstitch run`: exits with the program's own code. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseRun(args, io.folder);
  if (parsed.help) {
    io.stdout.write(commandHelp(RUN));
    return EXIT.ok;
  }
  const reporter = parsed.json ? new JsonReporter(io) : new HumanReporter(io, parsed.quiet);
  const input = new LiveInput();
  const run = new Run({
    arguments: parsed,
    io,
    reporter,
    input,
    script: join(io.distFolder, 'simulator-host.js'),
  });
  const interrupt = (): void => run.interrupt();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await run.toEnd();
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
    input.stop();
  }
}
