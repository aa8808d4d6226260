// Runs child processes for the project's scripts: output kept in a log file, heartbeats on the terminal
// while a long one works, and errors that show the end of that log and where the rest is.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const HEARTBEAT_MS = 15_000;
const LOG_TAIL_LINES = 40;

/** An error that a person can act on: printed without a stack. */
export class ScriptError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Prints one progress line with the name of the script that speaks. */
export function say(message) {
  process.stdout.write(`backstitch: ${message}\n`);
}

export function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}

/** Runs `main` and turns a ScriptError into a message and an exit code. */
export async function runScript(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    process.stderr.write(`backstitch: ${error.message}\n`);
    process.exitCode = error.exitCode;
  }
}

/** Runs a command on this terminal; resolves to its exit code (128 + n for a signal's end). */
export function inherit(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', ...options });
    child.once('error', (error) =>
      reject(new ScriptError(`could not start ${command}: ${error.message}`)),
    );
    child.once('exit', (code, signal) => resolve(signal ? 128 : (code ?? 1)));
  });
}

/**
 * Runs a command with its output in `logFile` (appended), printing a heartbeat while it works.
 * Throws a ScriptError with the log's tail when it fails.
 */
export async function logged(what, command, args, { logFile, ...options }) {
  const startedMs = performance.now();
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: 'a' });
  log.write(`\n$ ${command} ${args.join(' ')}\n`);
  say(`${what} ...`);
  const heartbeat = setInterval(
    () => say(`${what}: still working after ${seconds(startedMs)}`),
    HEARTBEAT_MS,
  );
  const code = await new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    child.once('error', (error) =>
      reject(new ScriptError(`${what}: could not start ${command}: ${error.message}`)),
    );
    child.once('close', (status, signal) => resolve(signal ? 128 : (status ?? 1)));
  }).finally(() => clearInterval(heartbeat));
  await new Promise((resolve) => log.end(resolve));
  if (code !== 0) {
    const tail = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES);
    throw new ScriptError(
      `${what} failed with exit code ${code}. The end of its log:\n  ${tail.join('\n  ')}\n` +
        `The whole log is ${logFile}`,
    );
  }
  say(`${what}: done in ${seconds(startedMs)}`);
}
