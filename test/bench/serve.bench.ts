// What a server gives: requests a second, each a recorded execution, and what they cost in memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { handlerComponent } from '../helpers/handler-component.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { report } from './report.ts';

const CLIENTS = 16;
const WARM_REQUESTS = 200;
/** Memory is compared after this many requests and after all of them. */
const FIRST_REQUESTS = 10_000;
const REQUESTS_MAX = 100_000;
const SECONDS_MAX = 60;

const REQUEST = 'GET /hello HTTP/1.1\r\nHost: bench\r\n\r\n';
const RESPONSE_END = 'hello\n';

/** Lets a client do its exchanges one after the other for as long as there are any. */
type Client = (
  port: number,
  next: () => boolean,
  onExchange: (ms: number) => void,
) => Promise<void>;

/** One connection that is kept alive. */
const httpClient: Client = (port, next, onExchange) =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    let start = 0;
    const send = (): void => {
      if (!next()) {
        socket.end();
        return;
      }
      start = performance.now();
      socket.write(REQUEST);
    };
    socket.setEncoding('latin1').on('data', (more: string) => {
      text += more;
      if (!text.endsWith(RESPONSE_END)) return;
      if (!text.startsWith('HTTP/1.1 200 ')) reject(new Error(text));
      text = '';
      onExchange(performance.now() - start);
      send();
    });
    socket.once('connect', send).once('error', reject).once('close', resolve);
  });

/** One connection after the other. */
const connectionClient: Client = async (port, next, onExchange) => {
  while (next()) {
    const start = performance.now();
    const socket = connect(port, '127.0.0.1');
    socket.end('say hello\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    if (text !== RESPONSE_END) throw new Error(`a connection gave ${JSON.stringify(text)}`);
    onExchange(performance.now() - start);
  }
};

async function exchange(port: number, client: Client, count: number, untilMs: number) {
  const times: number[] = [];
  let left = count;
  const next = (): boolean => left-- > 0 && performance.now() < untilMs;
  const start = performance.now();
  const clients = Array.from({ length: CLIENTS }, () => client(port, next, (ms) => times.push(ms)));
  await Promise.all(clients);
  return { times, seconds: (performance.now() - start) / 1000 };
}

/** Resident memory of a process, in MiB. */
function memoryMiB(pid: number): number {
  const [, kib] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

function quantile(times: readonly number[], part: number): number {
  const sorted = [...times].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

async function measure(name: string, program: Uint8Array, client: Client): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backstitch-bench-'));
  writeFileSync(join(folder, 'served.wasm'), program);
  const args = [join(projectRoot, 'dist/cli.js'), 'serve', 'served.wasm', '--port', '0', '--quiet'];
  const server = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    const port = Number(/:(\d+)/.exec(line)?.[1]);
    const pid = server.pid ?? 0;
    await exchange(port, client, WARM_REQUESTS, Number.POSITIVE_INFINITY);
    const untilMs = performance.now() + SECONDS_MAX * 1000;
    const first = await exchange(port, client, FIRST_REQUESTS, untilMs);
    const before = memoryMiB(pid);
    const rest = await exchange(port, client, REQUESTS_MAX - first.times.length, untilMs);
    const after = memoryMiB(pid);
    const times = [...first.times, ...rest.times];
    const rate = times.length / (first.seconds + rest.seconds);
    report(`${name}: requests a second, each recorded`, rate, '1/s', null);
    report(`${name}: latency, half of them below`, quantile(times, 0.5), 'ms', null);
    report(`${name}: latency, 99 of 100 below`, quantile(times, 0.99), 'ms', null);
    report(`${name}: memory after ${first.times.length} requests`, before, 'MiB', null);
    report(`${name}: memory after ${times.length} requests`, after, 'MiB', null);
    const grown = ((after - before) * 1024 * 1024) / rest.times.length;
    report(`${name}: growth of memory with each request after those`, grown, 'bytes', null);
    const start = performance.now();
    server.kill('SIGINT');
    await once(server, 'close');
    report(`${name}: folding the recording`, performance.now() - start, 'ms', null);
  } finally {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

await measure('HTTP handler component', await handlerComponent(), httpClient);
const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
await closeBuilder();
await measure('inetd-style core module', bytes, connectionClient);
