// What a fresh clone needs before anything can run: the packages of package-lock.json and the bundles in
// dist/. Both are brought about only when they are missing or out of date, so that every script can ask.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inherit, ScriptError, say, seconds } from './run.mjs';

export const root = resolve(fileURLToPath(import.meta.url), '../../..');

const NODE_MAJOR_MIN = 20;
const STAMP = join(root, 'build/dist-stamp.json');
const ENTRIES = ['extension', 'debug-adapter', 'simulator-host', 'cli'];
// Everything that esbuild.mjs reads.
const SOURCES = [
  'simulator',
  'debug-adapter',
  'extension',
  'examples/include',
  'esbuild.mjs',
  'scripts/lib/notices.mjs',
  'tsconfig.json',
  'package.json',
  'package-lock.json',
];

export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NODE_MAJOR_MIN) return;
  throw new ScriptError(
    `Node ${NODE_MAJOR_MIN} or later is needed; this is ${process.version} (${process.execPath}).`,
  );
}

/** The npm that runs us, so that its version and settings apply; else the one on PATH. */
export function npmCommand() {
  const path = process.env.npm_execpath;
  if (path && /npm-cli\.[cm]?js$/.test(path)) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Why `folder` needs `npm ci`, or undefined when what is installed is what its lock file says. */
function whyInstall(folder) {
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return 'the packages are not installed yet';
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages;
  const present = JSON.parse(readFileSync(installed, 'utf8')).packages;
  for (const [path, { version, integrity, optional }] of Object.entries(wanted)) {
    // The row with the empty path is the project itself; optional ones depend on the machine.
    if (path === '' || (optional && !present[path])) continue;
    const { [path]: found } = present;
    if (found?.version !== version || found?.integrity !== integrity) {
      return `package-lock.json has changed (${path})`;
    }
  }
  return undefined;
}

/** Runs `npm ci` in `folder` when its node_modules is not what its lock file says. */
export async function ensureInstalled(folder = root) {
  requireNode();
  const reason = whyInstall(folder);
  if (reason === undefined) return;
  const startedMs = performance.now();
  say(`${reason}: running npm ci (about half a minute) ...`);
  const [command, ...prefix] = npmCommand();
  const code = await inherit(
    command,
    [...prefix, 'ci', '--include=dev', '--no-audit', '--no-fund'],
    {
      cwd: folder,
      shell: process.platform === 'win32',
    },
  );
  if (code !== 0) {
    throw new ScriptError(
      `npm ci failed with exit code ${code} in ${folder}. Its messages are above; the usual causes are no network or a registry that does not answer.`,
    );
  }
  say(`packages installed in ${seconds(startedMs)}`);
}

function fingerprint() {
  const hash = createHash('sha256');
  const visit = (path) => {
    if (!existsSync(join(root, path))) return;
    const stat = statSync(join(root, path));
    if (stat.isDirectory()) {
      for (const name of readdirSync(join(root, path)).sort()) visit(`${path}/${name}`);
    } else {
      hash.update(`${path}\0${stat.size}\0${stat.mtimeMs}\n`);
    }
  };
  SOURCES.forEach(visit);
  return hash.digest('hex');
}

/** Builds dist/. Throws a ScriptError when the bundler fails; its messages are on the terminal. */
export async function buildDist({ production = false } = {}) {
  const startedMs = performance.now();
  const sources = fingerprint();
  const code = await inherit(
    process.execPath,
    ['esbuild.mjs', ...(production ? ['--production'] : [])],
    { cwd: root },
  );
  if (code !== 0) throw new ScriptError('the build failed; the messages above say where.');
  mkdirSync(join(root, 'build'), { recursive: true });
  writeFileSync(STAMP, JSON.stringify({ sources }));
  say(`built dist/ in ${seconds(startedMs)}`);
}

/** Builds dist/ when a source has changed since the last build, or a bundle is gone. */
export async function ensureBuilt() {
  const stamped = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')).sources : undefined;
  const complete = ENTRIES.every((name) => existsSync(join(root, `dist/${name}.js`)));
  if (complete && stamped === fingerprint()) return;
  await buildDist();
}
