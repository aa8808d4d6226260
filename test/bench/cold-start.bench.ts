// What one run of the command costs a person: time and memory, each measured in a process of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { median, report } from './report.ts';

const RUNS = 11;
const MODULE = 'ten.wasm';
const COMMAND = [join(projectRoot, 'dist/cli.js'), 'run', '-q', MODULE];
const BARE = ['-e', '0'];

const PEAK_MARK = 'peak KiB: ';
// Workers load what is imported as well, but the peak is one of the whole process.
const PRINT_PEAK = `import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.once('exit', () => {
  process.stderr.write('\\n${PEAK_MARK}' + process.resourceUsage().maxRSS + '\\n');
});`;

/** Runs node to its end in a folder that holds the module; gives the wall time and what it says. */
function node(args: readonly string[], folder: string): { ms: number; stderr: string } {
  const start = performance.now();
  const { status, stderr, error } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ms = performance.now() - start;
  if (status !== 0)
    throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`, { cause: error });
  return { ms, stderr };
}

function peakMiB(args: readonly string[], folder: string): number {
  const { stderr } = node(
    [`--import=data:text/javascript,${encodeURIComponent(PRINT_PEAK)}`, ...args],
    folder,
  );
  const [, kib] = stderr.split(PEAK_MARK);
  if (kib === undefined) throw new Error(`no peak was printed: ${stderr}`);
  return Number.parseInt(kib, 10) / 1024;
}

/** The medians of both, measured in turn so that a busy moment of the machine hits both. */
function medians(measure: (args: readonly string[]) => number) {
  const bare: number[] = [];
  const command: number[] = [];
  // The first of each fills the caches of the disk.
  for (let index = 0; index <= RUNS; index++) {
    bare.push(measure(BARE));
    command.push(measure(COMMAND));
  }
  return { bare: median(bare.slice(1)), command: median(command.slice(1)) };
}

const { bytes } = await buildProgram('test/fixtures/programs/ten.c');
await closeBuilder();
const folder = mkdtempSync(join(tmpdir(), 'backstitch-bench-'));
try {
  writeFileSync(join(folder, MODULE), bytes);
  const time = medians((args) => node(args, folder).ms);
  report('starting node', time.bare, 'ms', null);
  report('cold `backstitch run` of a small module', time.command, 'ms', 'starting node');
  const memory = medians((args) => peakMiB(args, folder));
  report('memory of bare node', memory.bare, 'MiB', null);
  report('memory of one simulation', memory.command, 'MiB', 'memory of bare node');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
