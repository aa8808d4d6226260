/** Clients that measure the debugger from outside, in this process and over standard streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { TestClient } from '../dap/helpers/test-client.ts';
import { projectRoot } from '../helpers/project-root.ts';

const TIMEOUT_MS = 300_000;

const FRAMES_SHOWN = 20;
const ARRIVALS = new Set(['step', 'goto', 'breakpoint']);

export interface MeasuredClient {
  readonly client: DebugClient;
  /** Milliseconds that something takes. */
  clock(work: () => Promise<void>): Promise<number>;
  close(): Promise<void>;
}

/** A session in this process, by processor time: what else the machine does is not to count. */
export function inlineClient(): MeasuredClient {
  const client = new TestClient();
  client.defaultTimeout = TIMEOUT_MS;
  return {
    client,
    clock: async (work) => {
      const start = process.cpuUsage();
      await work();
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    },
    close: async () => {
      await client.disconnectRequest();
    },
  };
}

class ProcessClient extends DebugClient {
  constructor(readonly child: ChildProcess) {
    super('node', 'none', 'backstitch');
    this.defaultTimeout = TIMEOUT_MS;
    if (child.stdout === null || child.stdin === null) throw new Error('the adapter has no pipes');
    this.connect(child.stdout, child.stdin);
  }
}

/** A session of the adapter as it ships. */
export function stdioClient(): MeasuredClient {
  const command = [join(projectRoot, 'dist/cli.js'), 'debug-adapter'];
  const child = spawn(process.execPath, command, { stdio: ['pipe', 'pipe', 'inherit'] });
  const client = new ProcessClient(child);
  return {
    client,
    clock: async (work) => {
      const start = performance.now();
      await work();
      return performance.now() - start;
    },
    close: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await client.disconnectRequest();
      child.stdin?.end();
      await exited;
    },
  };
}

/** Launches and waits for the first stop. */
export async function launch(
  client: DebugClient,
  args: object,
  breakpoints?: DebugProtocol.SetBreakpointsArguments,
): Promise<void> {
  await client.initializeRequest();
  const initialized = client.waitForEvent('initialized');
  await client.launchRequest({
    ...args,
    stopOnEntry: true,
  } as DebugProtocol.LaunchRequestArguments);
  await initialized;
  if (breakpoints !== undefined) await client.setBreakpointsRequest(breakpoints);
  await arrive(client, () => client.configurationDoneRequest());
}

/** Makes a request and waits for the stop that it leads to. */
export async function arrive(
  client: DebugClient,
  request: () => Promise<unknown>,
): Promise<DebugProtocol.StoppedEvent['body']> {
  const [{ body }] = await Promise.all([client.waitForEvent('stopped'), request()]);
  return body;
}

/** One motion, with what an editor asks to show the line. Throws where it comes to nothing. */
export async function move(client: DebugClient, command: string, args: object = {}): Promise<void> {
  const { reason, threadId = 1 } = await arrive(client, () =>
    client.customRequest(command, { threadId: 1, ...args }),
  );
  if (!ARRIVALS.has(reason)) throw new Error(`${command} came to: ${reason}`);
  await client.stackTraceRequest({ threadId, startFrame: 0, levels: FRAMES_SHOWN });
}
