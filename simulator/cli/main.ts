/**
 * The command `backstitch`. It reads the command line, hands over to one command, and turns every
 * error into a message and an exit code. Each command is loaded only when it is the one.
 */
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { version } from '../../package.json';
import { hint } from '../config/suggest.ts';
import { CommandError, usageError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The exit code of a program that writes to a closed pipe, as shells have it. */
const BROKEN_PIPE = 141;

type Command = (args: readonly string[], io: CommandIo) => Promise<ExitCode>;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import('./run-command.ts')).runCommand,
  serve: async () => (await import('./serve-command.ts')).serveCommand,
  explore: async () => (await import('./explore-command.ts')).exploreCommand,
  check: async () => (await import('./check-command.ts')).checkCommand,
  compare: async () => (await import('./compare-command.ts')).compareCommand,
  replay: async () => (await import('./replay-command.ts')).replayCommand,
  inspect: async () => (await import('./inspect-command.ts')).inspectCommand,
  'debug-adapter': async () => (await import('./debug-adapter-command.ts')).debugAdapterCommand,
};

async function main(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const { generalHelp } = await import('./help.ts');
    const stream = name === undefined ? io.stderr : io.stdout;
    stream.write(generalHelp(version));
    return name === undefined ? EXIT.usage : EXIT.ok;
  }
  if (name === '--version' || name === '-v') {
    io.stdout.write(`${version}\n`);
    return EXIT.ok;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    throw usageError(`unknown command ${name}${hint(name, Object.keys(COMMANDS), 'commands')}`);
  }
  const command = await load();
  return command(rest, io);
}

async function run(): Promise<void> {
  const io: CommandIo = {
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    distFolder: dirname(realpathSync(__filename)),
  };
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(BROKEN_PIPE);
      throw error;
    });
  }
  try {
    process.exitCode = await main(process.argv.slice(2), io);
  } catch (error) {
    process.exitCode = await report(error, io);
  }
}

async function report(error: unknown, { stderr }: CommandIo): Promise<ExitCode> {
  if (error instanceof CommandError) {
    stderr.write(`backstitch: ${error.message}\n`);
    return error.exitCode;
  }
  const { describeError } = await import('./node/describe-error.ts');
  const { problemError } = await import('./command-error.ts');
  const { message, exitCode } = problemError(describeError(error));
  stderr.write(`backstitch: ${message}\n`);
  return exitCode;
}

void run();
