import { join, resolve } from 'node:path';
import type { HostEvent, VerifyResult } from '../host/protocol.ts';
import { countText } from '../host/text/bytes-text.ts';
import { divergenceText } from '../host/text/divergence-text.ts';
import { problemText } from '../host/text/problem-text.ts';
import { paintLine, sign, span } from '../host/text/style.ts';
import { CommandError, problemError, usageError } from './command-error.ts';
import type { CommandIo } from './command-io.ts';
import { REPLAY } from './commands.ts';
import { EXIT, type ExitCode, isDamage } from './exit-codes.ts';
import { commandHelp } from './help.ts';
import { jsonLine } from './json-line.ts';
import { HostClient, HostProblemError } from './node/host-client.ts';
import { StatusLine, styleOf } from './node/terminal.ts';
import { parseOptions } from './option-parser.ts';
import { durationMs } from './run-arguments.ts';
import { progressText } from './run-reporter.ts';

/** How long a program may compute without an effect before it counts as looping. */
const SILENCE_MS_MAX = 30_000;

/** `backstitch replay`: executes everything again, performs nothing, and compares. */
export async function replayCommand(args: readonly string[], io: CommandIo): Promise<ExitCode> {
  const parsed = parseOptions(REPLAY, args);
  if (parsed.flag('help') === true) {
    io.stdout.write(commandHelp(REPLAY));
    return EXIT.ok;
  }
  const [text] = parsed.positionals;
  if (text === undefined) throw usageError('replay which recording?', REPLAY.name);
  const module = parsed.text('module');
  const recording = resolve(io.folder, text);
  const { results, damaged } = await verify(io, {
    recording,
    module: module === undefined ? undefined : resolve(io.folder, module),
    timeoutMs: durationMs(parsed, 'timeout'),
  });
  const diverged = results.some(({ kind }) => kind === 'diverged');
  const exitCode = diverged ? EXIT.software : damaged ? EXIT.badInput : EXIT.ok;
  if (parsed.flag('json') === true) {
    for (const result of results) io.stdout.write(jsonLine({ event: 'replayed', ...result }));
    io.stdout.write(jsonLine({ event: 'summary', exitCode, recording, module }));
  } else {
    for (const result of results) io.stdout.write(resultText(result, io));
  }
  return exitCode;
}

interface Verification {
  readonly recording: string;
  readonly module: string | undefined;
  readonly timeoutMs: number | undefined;
}

interface Verified {
  readonly results: readonly VerifyResult[];
  /** The recording is not as it was written. */
  readonly damaged: boolean;
}

async function verify(io: CommandIo, options: Verification): Promise<Verified> {
  const { recording, module, timeoutMs } = options;
  const status = new StatusLine(io.stderr);
  let damaged = false;
  const show = (event: HostEvent): void => {
    if (event.kind === 'progress') status.show(progressText(event));
    if (event.kind !== 'problem') return;
    damaged ||= isDamage(event.problem.code);
    io.stderr.write(`${problemText(event.problem)}\n`);
  };
  const client = new HostClient({
    script: join(io.distFolder, 'simulator-host.js'),
    shortLived: true,
    onEvent: show,
    silence: {
      milliseconds: SILENCE_MS_MAX,
      onSilence: () => {
        // Whoever says how long it may take means it.
        if (timeoutMs === undefined) giveUp('stuck');
      },
    },
  });
  let reason: 'stuck' | 'timeout' | undefined;
  const giveUp = (why: 'stuck' | 'timeout'): void => {
    reason = why;
    void client.terminate();
  };
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => giveUp('timeout'), timeoutMs);
  try {
    await client.request({ kind: 'open', recording });
    const request = module === undefined ? {} : { module };
    return { results: await client.request({ kind: 'verify', ...request }), damaged };
  } catch (error) {
    if (reason !== undefined) throw gaveUp(recording, reason, timeoutMs ?? SILENCE_MS_MAX);
    throw error instanceof HostProblemError ? problemError(error.problem) : error;
  } finally {
    clearTimeout(timer);
    status.clear();
    await client.terminate();
  }
}

function gaveUp(recording: string, reason: 'stuck' | 'timeout', ms: number): CommandError {
  const seconds = ms / 1000;
  const message =
    reason === 'timeout'
      ? `${recording}: not replayed within ${seconds} s (--timeout).`
      : `${recording}: the program computed for ${seconds} s without an effect, and was ended. ` +
        'It may loop for ever; if it only needs longer, say how long with --timeout.';
  return new CommandError(EXIT.timeout, reason, message);
}

function resultText(result: VerifyResult, io: CommandIo): string {
  const style = styleOf(io.stdout, io.environment);
  if (result.kind === 'same') {
    const text = `${result.execution}: the same, ${countText(result.replayed, 'effect')} replayed`;
    return `${paintLine([span(`${sign(style, 'ok')} `, 'green'), span(text)], style)}\n`;
  }
  const [first = '', ...rest] = divergenceText(result).split('\n');
  const head = paintLine([span(`${sign(style, 'failed')} ${first}`, 'red')], style);
  return `${[head, ...rest.map((line) => `  ${line}`)].join('\n')}\n`;
}
