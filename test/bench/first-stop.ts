/** From `launch` to the first stop with its stack: of a module as large as real ones are. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DebugClient } from '@vscode/debugadapter-testsupport';
import { compile } from '../guest/symbols/clang.ts';
import { arrive, stdioClient } from './debug-client.ts';
import { LEDGER, largeProgram } from './debugger-programs.ts';
import { median, report } from './report.ts';

const LARGE_FUNCTIONS = 900;
const TIMES = 5;
const COMPILE_MS_MAX = 120_000;

/** @param folder for what is built */
export async function reportFirstStops(folder: string): Promise<void> {
  const program = join(folder, 'large.wasm');
  writeFileSync(program, await compile({ 'large.c': largeProgram(LARGE_FUNCTIONS) }, '-g', '-O0'));
  await reportFirstStop(program, 'C');
  const rust = buildRust(folder);
  if (rust !== undefined) await reportFirstStop(rust, 'Rust');
}

/** Undefined, and said, where the compiler is not installed. */
function buildRust(folder: string): string | undefined {
  const source = join(folder, 'ledger.rs');
  const program = join(folder, 'ledger.wasm');
  writeFileSync(source, LEDGER);
  const options = ['--edition=2021', '--target=wasm32-wasip1', '-g', '-Awarnings', '-o', program];
  const { status } = spawnSync('rustc', [...options, source], {
    stdio: ['ignore', 'ignore', 'inherit'],
    timeout: COMPILE_MS_MAX,
  });
  if (status === 0) return program;
  process.stderr.write('not run: first stop of a Rust module (no rustc for wasm32-wasip1)\n');
  return undefined;
}

async function reportFirstStop(program: string, language: string): Promise<void> {
  const megabytes = (readFileSync(program).length / 2 ** 20).toFixed(1);
  const times: number[] = [];
  for (let time = 0; time < TIMES; time++) {
    const { client, close } = stdioClient();
    await client.initializeRequest();
    const start = performance.now();
    await launchInitialized(client, { program });
    await client.stackTraceRequest({ threadId: 1, startFrame: 0, levels: 20 });
    times.push(performance.now() - start);
    await close();
  }
  const size = `${megabytes} MB of ${language} with DWARF`;
  report(`first stop after launch, ${size}`, median(times), 'ms', null);
}

async function launchInitialized(client: DebugClient, args: object): Promise<void> {
  const initialized = client.waitForEvent('initialized');
  await client.launchRequest({ ...args, stopOnEntry: true } as never);
  await initialized;
  await arrive(client, () => client.configurationDoneRequest());
}
