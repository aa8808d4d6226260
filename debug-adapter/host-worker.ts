/** The worker that is a host: the engine, the recording and, while debugging, the DAP session. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { nodeEnvironment } from '../simulator/cli/node/node-environment.ts';
import { Mailbox, ONLY_SESSION } from '../simulator/host/mailbox.ts';
import type {
  HostEvent,
  HostMessage,
  HostRequest,
  RequestMessage,
} from '../simulator/host/protocol.ts';
import { HostSession } from '../simulator/host/session.ts';
import { BackstitchDebugSession } from './debug-session.ts';
import { HostAudience } from './host-audience.ts';
import { HostSessions } from './host-sessions.ts';

// A service's local time must not depend on where it runs.
process.env.TZ = 'UTC';

const port = parentPort;
if (port === null) throw new Error('the simulator host runs as a worker thread only');

type DapRequest = HostRequest & { readonly kind: 'dap' };

const mailbox = new Mailbox((workerData as { mailbox: SharedArrayBuffer }).mailbox);
const post = (message: HostMessage): void => port.postMessage(message);
const emit = (event: HostEvent): void => {
  if (event.kind === 'state') mailbox.setBusy(event.state.kind === 'running');
  post({ kind: 'event', event });
};

const environment = nodeEnvironment({
  distFolder: dirname(__filename),
  shortLived: (workerData as { shortLived?: boolean }).shortLived ?? false,
  emit,
  hasRequests: () => mailbox.hasRequests(),
  beat: (execution, seq) => mailbox.beat(execution, seq),
});
const session = new HostSession(environment);

/** So long after a request nobody waits for, what comes next may be prepared. */
const QUIET_MS = 10;
let quiet: NodeJS.Timeout | undefined;

function whenQuiet(work: () => void): void {
  clearTimeout(quiet);
  quiet = setTimeout(() => {
    if (!mailbox.hasRequests()) work();
  }, QUIET_MS);
}

port.on('message', (message: RequestMessage) => {
  clearTimeout(quiet);
  mailbox.noteReceived();
  void answer(message);
});

const debugSessions = new HostSessions(
  (number) =>
    new BackstitchDebugSession({
      ...environment,
      nowMs: () => performance.now(),
      interrupted: (work) => mailbox.interrupts(work, number),
      whenQuiet,
      hasFile: existsSync,
      audience: (loaded) => new HostAudience(loaded, emit, (run) => session.attend(run)),
      lend: (borrower) => session.lend(borrower),
    }),
  (number, message) =>
    emit({ kind: 'dap', message, ...(number === ONLY_SESSION ? {} : { session: number }) }),
);

/** Passes a message on to the debug session that it is for. */
function toDebugger({ message, session: number = ONLY_SESSION }: DapRequest): null {
  debugSessions.take(number, message as DebugProtocol.ProtocolMessage);
  return null;
}

/** Requests that run guests while they are answered. */
const BUSY: ReadonlySet<HostRequest['kind']> = new Set(['verify', 'explore', 'check']);

/** Guests run in some requests as much as in a simulation that goes on by itself. */
async function handle(request: Exclude<HostRequest, { kind: 'dap' }>): Promise<unknown> {
  if (!BUSY.has(request.kind)) return session.handle(request);
  mailbox.setBusy(true);
  try {
    return await session.handle(request);
  } finally {
    mailbox.setBusy(false);
  }
}

async function answer({ id, request }: RequestMessage): Promise<void> {
  try {
    const value = request.kind === 'dap' ? toDebugger(request) : await handle(request);
    post({ kind: 'answer', id, value });
  } catch (error) {
    post({ kind: 'failure', id, problem: environment.describe(error) });
  }
}
