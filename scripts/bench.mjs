// Runs the benchmarks of test/bench/*.bench.ts one after the other, each in a process of its own.
// Usage: node scripts/bench.mjs [name ...]
// Each prints JSON objects, one a line: {"bench","value","unit","peer"}, where peer names what else was
// measured in the same run, or is null. Only such lines reach standard output; everything else is an error.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureBuilt, ensureInstalled, root } from './lib/project.mjs';
import { runScript, ScriptError } from './lib/run.mjs';

const BENCH_FOLDER = join(root, 'test/bench');
const BENCH_TIMEOUT_MS = 10 * 60_000;

function isResult(line) {
  try {
    const { bench, value, unit, peer } = JSON.parse(line);
    return (
      typeof bench === 'string' &&
      Number.isFinite(value) &&
      typeof unit === 'string' &&
      (peer === null || typeof peer === 'string')
    );
  } catch {
    return false;
  }
}

async function runBench(file) {
  const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', file], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: BENCH_TIMEOUT_MS,
  });
  const ended = new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? code));
  });
  const wrong = [];
  let results = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (isResult(line)) {
      results += 1;
      process.stdout.write(`${line}\n`);
    } else {
      wrong.push(line);
    }
  }
  const code = await ended;
  if (code !== 0) throw new ScriptError(`${file} ended with ${code}`);
  if (wrong.length > 0) {
    throw new ScriptError(`${file} printed lines that are no result:\n  ${wrong.join('\n  ')}`);
  }
  if (results === 0) throw new ScriptError(`${file} printed no result`);
}

await runScript(async () => {
  await ensureInstalled();
  // Peers live in a package of their own, because nobody else needs them installed.
  if (existsSync(join(BENCH_FOLDER, 'package-lock.json'))) await ensureInstalled(BENCH_FOLDER);
  await ensureBuilt();
  const wanted = process.argv.slice(2);
  const names = (existsSync(BENCH_FOLDER) ? readdirSync(BENCH_FOLDER).sort() : [])
    .filter((name) => name.endsWith('.bench.ts'))
    .map((name) => name.slice(0, -'.bench.ts'.length))
    .filter((name) => wanted.length === 0 || wanted.includes(name));
  if (names.length === 0)
    throw new ScriptError(`no such benchmark: ${wanted.join(' ') || BENCH_FOLDER}`);
  const { build } = await import('esbuild');
  // It lies inside test/bench so that the bundles find the peers' packages.
  const outdir = join(BENCH_FOLDER, `.build-${process.pid}`);
  mkdirSync(outdir, { recursive: true });
  try {
    await build({
      entryPoints: names.map((name) => join(BENCH_FOLDER, `${name}.bench.ts`)),
      outdir,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      packages: 'external',
      sourcemap: 'inline',
      outExtension: { '.js': '.mjs' },
      logLevel: 'warning',
      define: { 'globalThis.PROJECT_ROOT': JSON.stringify(root) },
    });
    for (const name of names) {
      process.stderr.write(`bench: ${name}\n`);
      await runBench(join(outdir, `${name}.bench.mjs`));
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
});
