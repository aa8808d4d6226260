/** `backstitch debug-adapter [--port N]`: the debugger for any DAP client. */
import { createServer, type Server, type Socket } from 'node:net';
import { connectStreams } from './message-stream.ts';
import { WorkerSession } from './worker-session.ts';

export { debugPort } from './debug-port.ts';

const EXIT_OK = 0;
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;

const USAGE = `usage: backstitch debug-adapter [--port N]

Speaks the Debug Adapter Protocol on standard input and output, or to clients that connect to
127.0.0.1:N, one session each. --port 0 takes a free port and prints it.
`;

/** Runs until the client has gone, or, on a port, for ever; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [option, value, ...rest] = args;
  if (option === undefined) return onStdio();
  const port = option === '--port' && /^\d{1,5}$/.test(value ?? '') ? Number(value) : undefined;
  if (port !== undefined && port <= 65_535 && rest.length === 0) return onPort(port);
  const wantsHelp = option === '--help' || option === '-h';
  (wantsHelp ? process.stdout : process.stderr).write(USAGE);
  return wantsHelp ? EXIT_OK : EXIT_USAGE;
}

async function onStdio(): Promise<number> {
  const session = new WorkerSession(__dirname);
  await connectStreams(session, process.stdin, process.stdout);
  await session.close();
  return EXIT_OK;
}

async function onPort(port: number): Promise<number> {
  const server = createServer((socket) => void serve(socket));
  const failure = await listen(server, port);
  if (failure !== undefined) {
    process.stderr.write(`backstitch debug-adapter: port ${port}: ${failure.message}\n`);
    return EXIT_UNAVAILABLE;
  }
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  process.stdout.write(`listening on 127.0.0.1:${actual}\n`);
  await new Promise<void>((resolve) => server.once('close', () => resolve()));
  return EXIT_OK;
}

function listen(server: Server, port: number): Promise<Error | undefined> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    // Only this machine: whoever connects can run programs.
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
}

async function serve(socket: Socket): Promise<void> {
  const session = new WorkerSession(__dirname);
  await connectStreams(session, socket, socket);
  await session.close();
  socket.destroy();
}

// Run as a program of its own, as editors do that are told a command instead of a package.
if (require.main === module) {
  void main(process.argv.slice(2)).then((code) => process.exit(code));
}
