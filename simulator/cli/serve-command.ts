import { join } from 'node:path';
import type { CommandIo } from './command-io.ts';
import { SERVE } from './commands.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { Serve } from './serve.ts';
import { parseServe } from './serve-arguments.ts';
import { HumanServeReporter, JsonServeReporter } from './serve-reporter.ts';

/** `backstitch serve`: answers real requests until it is interrupted. */
export async function serveCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseServe(args, io.folder);
  if (parsed.help) {
    io.stdout.write(commandHelp(SERVE));
    return EXIT.ok;
  }
  const reporter = parsed.json
    ? new JsonServeReporter(io)
    : new HumanServeReporter(io, parsed.quiet);
  const serve = new Serve({
    arguments: parsed,
    io,
    reporter,
    script: join(io.distFolder, 'simulator-host.js'),
  });
  const interrupt = (): void => serve.interrupt();
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  try {
    return await serve.toEnd();
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
