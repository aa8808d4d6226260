/** The bundle of the debug adapter, for commands that are debugged or hand over to it. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { AnswerTo, HostEvent, HostRequest, ProblemReport } from '../../host/protocol.ts';
import { CommandError } from '../command-error.ts';
import { EXIT } from '../exit-codes.ts';
import { NoPortError, orNoPort } from './serving-port.ts';

/** A port at which debuggers attach to what a command runs. */
export interface DebugListener {
  /** Whether a debugger is connected. */
  readonly isBusy: boolean;
  /** Gives its address; rejects when the port cannot be had. */
  listen(port: number): Promise<string>;
  /** An event of the host. */
  hear(event: HostEvent): void;
  /** The host is gone, or another goes on for it. A port that is stopped ends its connections. */
  lose(problem: ProblemReport): void;
  /** Resolves when no debugger is connected. */
  idle(): Promise<void>;
  /** Takes no more debuggers. */
  stop(): void;
}

type DapRequest = Extract<HostRequest, { kind: 'dap' }>;

/** The host that is debugged. */
export interface DebuggedHost {
  request(request: DapRequest): Promise<AnswerTo<'dap'>>;
}

interface DebugAdapterBundle {
  main(args: readonly string[]): Promise<number | undefined> | number | undefined;
  /** @param ready resolves when there is something to debug */
  debugPort(
    host: DebuggedHost,
    ready: Promise<void>,
    onIdle: (hasAttached: boolean) => void,
  ): DebugListener;
}

/** The command that is debugged. */
export interface DebuggedCommand {
  /** Resolves when there is something to debug. */
  readonly ready: Promise<void>;
  /** No debugger is connected any more; told whether any has attached so far. */
  onIdle(hasAttached: boolean): void;
  onNote(text: string): void;
}

/** Throws CommandError when it is not there. */
export function loadDebugAdapter(distFolder: string): DebugAdapterBundle {
  const bundle = join(distFolder, 'debug-adapter.js');
  if (!existsSync(bundle)) {
    throw new CommandError(
      EXIT.unavailable,
      'no-debug-adapter',
      `${bundle} does not exist, so there is no debug adapter; build it with npm run build.`,
    );
  }
  return createRequire(bundle)(bundle) as DebugAdapterBundle;
}

/** Listens for debuggers, and says so; throws CommandError when the port cannot be had. */
export async function listenForDebuggers(
  port: number,
  distFolder: string,
  host: DebuggedHost,
  { ready, onIdle, onNote }: DebuggedCommand,
): Promise<DebugListener> {
  const listener = loadDebugAdapter(distFolder).debugPort(host, ready, onIdle);
  try {
    const address = await orNoPort(listener.listen(port), '127.0.0.1', port);
    onNote(`debuggers attach at ${address}`);
    return listener;
  } catch (cause) {
    if (!(cause instanceof NoPortError)) throw cause;
    const message = `${cause.message}; choose another with --debug-port, or --debug-port 0.`;
    throw new CommandError(EXIT.unavailable, 'no-port', message, { cause });
  }
}
