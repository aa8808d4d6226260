// Bundles TypeScript tests with esbuild and runs them with node's own test runner.
// Usage: node scripts/run-tests.mjs [test files or folders ...] [--only=<name pattern>]
// Without names it runs all of test/ but test/e2e, which needs the set-up of `npm run test:e2e`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

// A test that hangs fails by its name instead of holding up the whole run.
const TEST_TIMEOUT_MS = 15 * 60_000;
// At least two: many tests wait for processes of their own.
const CONCURRENCY = process.env.TEST_CONCURRENCY ?? String(Math.max(2, availableParallelism()));

const root = resolve(fileURLToPath(import.meta.url), '../..');
const testRoot = join(root, 'test');
const e2e = join(testRoot, 'e2e') + sep;

function fail(message) {
  process.stderr.write(`run-tests: ${message}\n`);
  process.exit(1);
}

function testFiles(path) {
  if (!existsSync(path)) fail(`${path} does not exist`);
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => testFiles(join(path, name)))
    .filter((file) => file.endsWith('.test.ts'));
}

const only = process.argv.slice(2).find((argument) => argument.startsWith('--only='));
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const files =
  named.length > 0
    ? named.flatMap((path) => testFiles(resolve(path)))
    : testFiles(testRoot).filter((file) => !file.startsWith(e2e));
if (files.length === 0) fail(`no *.test.ts under ${named.join(' ') || 'test'}`);
for (const file of files) {
  if (!file.startsWith(testRoot + sep)) fail(`${file} is not under test/`);
}

// Each run has a folder of its own, so that two runs at once do not disturb each other.
const outdir = join(root, 'build', `test-${process.pid}`);
mkdirSync(outdir, { recursive: true });
process.once('exit', () => rmSync(outdir, { recursive: true, force: true }));
// Without these the folder would stay behind after Ctrl+C; the test runner gets the signal itself.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

// All tests draw their cases through one place, which fixes the seed.
const fastCheck = join(testRoot, 'helpers/fast-check.ts');
const seededFastCheck = {
  name: 'seeded-fast-check',
  setup(building) {
    building.onResolve({ filter: /^fast-check$/ }, ({ importer }) =>
      importer === fastCheck ? undefined : { path: fastCheck },
    );
  },
};

try {
  await build({
    entryPoints: files,
    outdir,
    outbase: testRoot,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    plugins: [seededFastCheck],
    sourcemap: 'inline',
    outExtension: { '.js': '.mjs' },
    logLevel: 'warning',
    define: { 'globalThis.PROJECT_ROOT': JSON.stringify(root) },
  });
} catch {
  // esbuild has printed what is wrong and where.
  fail('the tests do not bundle; see the messages above');
}

const bundled = files.map((file) =>
  join(outdir, relative(testRoot, file).replace(/\.ts$/, '.mjs')),
);
const result = spawnSync(
  process.execPath,
  [
    '--enable-source-maps',
    '--test',
    '--test-reporter=spec',
    `--test-concurrency=${CONCURRENCY}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
    ...(only ? [`--test-name-pattern=${only.slice('--only='.length)}`] : []),
    ...bundled,
  ],
  { stdio: 'inherit', cwd: root },
);
if (result.error) fail(`could not start node: ${result.error.message}`);
process.exit(result.status ?? 1);
