/** wasi:cli: how the program was started, how it ends, and its standard streams. */
import { GuestExit } from '../../effects/operation.ts';
import { stderrWrite, stdoutWrite } from '../../effects/stdio.ts';
import type { HostInterface, Preview2Host } from './host.ts';
import { OutputSink, StdinSource } from './stdio.ts';
import { InputStream, OutputStream } from './streams.ts';
import type { TimerPort } from './timer.ts';

/**
 * Standard streams show as terminals, as preview 1 shows them: programs then write line by line, so
 * that output keeps its place among their effects.
 */
class TerminalInput {}
class TerminalOutput {}

export function cliInterfaces(host: Preview2Host, port: TimerPort): Record<string, HostInterface> {
  // Every handle of standard input reads from the same place in it.
  const stdin = new StdinSource(port);
  const stdout = new OutputSink(port, stdoutWrite);
  const stderr = new OutputSink(port, stderrWrite);
  return {
    'wasi:cli/environment': {
      getEnvironment: (): [string, string][] => Object.entries(host.env),
      getArguments: (): readonly string[] => host.args,
      initialCwd: (): string => '/',
    },
    'wasi:cli/exit': {
      exit: ({ tag }: { tag: 'ok' | 'err' }): never => {
        throw new GuestExit(tag === 'ok' ? 0 : 1);
      },
      exitWithCode: (code: number): never => {
        throw new GuestExit(code);
      },
    },
    'wasi:cli/stdin': { getStdin: () => new InputStream(port, stdin) },
    'wasi:cli/stdout': { getStdout: () => new OutputStream(port, stdout) },
    'wasi:cli/stderr': { getStderr: () => new OutputStream(port, stderr) },
    'wasi:cli/terminal-input': { TerminalInput },
    'wasi:cli/terminal-output': { TerminalOutput },
    'wasi:cli/terminal-stdin': { getTerminalStdin: () => new TerminalInput() },
    'wasi:cli/terminal-stdout': { getTerminalStdout: () => new TerminalOutput() },
    'wasi:cli/terminal-stderr': { getTerminalStderr: () => new TerminalOutput() },
  };
}
