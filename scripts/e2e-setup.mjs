// Installs what the end-to-end tests need outside the checkout: a real VS Code (code-server) with the
// Node it asks for, and a Chromium to drive it. Usage: node scripts/e2e-setup.mjs
// Runs again at no cost: a marker file names the versions that are in place. Anything that is missing and
// cannot be installed is an error that says what to install by hand; nothing is ever skipped.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { logged, runScript, ScriptError, say } from './lib/run.mjs';

// code-server accepts exactly this major version of Node, whatever runs our own scripts.
const NODE_VERSION = '24.21.0';
const CODE_SERVER_VERSION = '4.139.1';
// The libraries and compilers are for code-server's native modules, built while it installs.
const DEBIAN_PACKAGES = [
  'build-essential',
  'python3',
  'libkrb5-dev',
  'libx11-dev',
  'libxkbfile-dev',
  'libsecret-1-dev',
  'pkg-config',
  'chromium',
  'fonts-liberation',
];
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Where everything is kept; the tests find it through the same function. */
export function e2eCacheFolder(env = process.env) {
  return env.BACKSTITCH_E2E_CACHE ?? join(homedir(), '.cache', 'backstitch-e2e');
}

function nodePackage() {
  if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch)) {
    throw new ScriptError(
      `the end-to-end tests run on Linux (x64 or arm64), not on ${process.platform}-${process.arch}. ` +
        'Run them in a container, or run "npm test" for all other tests.',
    );
  }
  return `node-linux-${process.arch}`;
}

function layout(cache) {
  const folder = join(cache, `code-server-${CODE_SERVER_VERSION}-node-${NODE_VERSION}`);
  const nodeFolder = join(folder, 'node_modules', nodePackage());
  return {
    folder,
    marker: join(folder, 'installed.json'),
    nodeFolder,
    node: join(nodeFolder, 'bin', 'node'),
    codeServer: join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js'),
  };
}

function isInstalled(debianPackage) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is dpkg-query's own syntax.
  const query = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', debianPackage], {
    encoding: 'utf8',
  });
  return query.status === 0 && query.stdout === 'installed';
}

function findChromium() {
  const named = process.env.BACKSTITCH_CHROMIUM;
  const candidates = named
    ? [named]
    : CHROMIUM_NAMES.flatMap((name) =>
        (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)),
      );
  return candidates.find((path) => existsSync(path));
}

function checkChromium() {
  const path = findChromium();
  if (!path) {
    throw new ScriptError(
      'no Chromium was found on PATH. Install it (Debian: apt-get install chromium), or name it in BACKSTITCH_CHROMIUM.',
    );
  }
  const version = spawnSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' });
  if (version.status !== 0) {
    throw new ScriptError(
      `${path} does not run: ${(version.stderr || String(version.error)).trim()}\n` +
        'Install a Chromium that does, or name it in BACKSTITCH_CHROMIUM.',
    );
  }
  return { path, version: version.stdout.trim() };
}

async function installDebianPackages(logFile) {
  const hasDpkg = spawnSync('dpkg-query', ['--version']).status === 0;
  const missing = hasDpkg ? DEBIAN_PACKAGES.filter((name) => !isInstalled(name)) : DEBIAN_PACKAGES;
  if (missing.length === 0) return;
  const byHand = `Install these by hand, then run this again: ${missing.join(' ')}`;
  if (!hasDpkg || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new ScriptError(`apt-get is not available on this machine. ${byHand}`);
  }
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && spawnSync('sudo', ['-n', 'true']).status !== 0) {
    throw new ScriptError(
      `apt-get needs root, and sudo is not available without a password. ${byHand}`,
    );
  }
  const apt = async (what, ...args) => {
    const command = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args];
    const [first, ...rest] = isRoot ? command : ['sudo', '-n', ...command];
    await logged(what, first, rest, { logFile });
  };
  await apt('updating the package lists', 'update');
  await apt(
    `installing ${missing.join(' ')}`,
    'install',
    '--yes',
    '--no-install-recommends',
    ...missing,
  );
}

// How to reach the registry. All else that an outer npm run sets is about that run: its user agent alone
// makes code-server believe in the wrong Node.
const NPM_SETTINGS =
  /^npm_config_(.*registry|cache|userconfig|globalconfig|proxy|https_proxy|noproxy|cafile|strict_ssl)$/i;

/** An environment for npm that puts the Node it must build for first. */
function npmEnvironment(paths) {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE$|NODE_OPTIONS$|INIT_CWD$)/i.test(name) || NPM_SETTINGS.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    PATH: `${join(paths.nodeFolder, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
    npm_config_nodedir: paths.nodeFolder,
  };
}

async function installCodeServer(paths, logFile) {
  rmSync(paths.folder, { recursive: true, force: true });
  mkdirSync(paths.folder, { recursive: true });
  writeFileSync(
    join(paths.folder, 'package.json'),
    `${JSON.stringify({ name: 'backstitch-e2e-cache', private: true }, null, 2)}\n`,
  );
  const options = { cwd: paths.folder, logFile, env: npmEnvironment(paths) };
  const npm = ['install', '--no-audit', '--no-fund', '--save-exact'];
  await logged(
    `installing Node ${NODE_VERSION}`,
    'npm',
    [...npm, `${nodePackage()}@${NODE_VERSION}`],
    options,
  );
  await logged(
    `installing code-server ${CODE_SERVER_VERSION} (two to four minutes)`,
    'npm',
    [...npm, `code-server@${CODE_SERVER_VERSION}`],
    options,
  );
}

function checkCodeServer(paths) {
  const version = spawnSync(paths.node, [paths.codeServer, '--version'], { encoding: 'utf8' });
  if (version.status !== 0 || !version.stdout.includes(CODE_SERVER_VERSION)) {
    throw new ScriptError(
      `code-server does not run: ${(version.stderr || version.stdout || String(version.error)).trim()}\n` +
        `Remove ${paths.folder} and run this again.`,
    );
  }
}

/** Installs what is missing; returns the paths that the tests need. */
export async function setUpE2e() {
  const cache = e2eCacheFolder();
  const paths = layout(cache);
  mkdirSync(cache, { recursive: true });
  const logFile = join(cache, 'setup.log');
  return await withLock(join(cache, 'setup.lock'), async () => {
    await installDebianPackages(logFile);
    const versions = { codeServer: CODE_SERVER_VERSION, node: NODE_VERSION };
    const expected = JSON.stringify(versions);
    const marker = existsSync(paths.marker) ? readFileSync(paths.marker, 'utf8') : '';
    if (marker !== expected) {
      await installCodeServer(paths, logFile);
      checkCodeServer(paths);
      writeFileSync(paths.marker, expected);
    }
    const chromium = checkChromium();
    say(
      `end-to-end: code-server ${CODE_SERVER_VERSION}, Node ${NODE_VERSION}, ${chromium.version}`,
    );
    return { node: paths.node, codeServer: paths.codeServer, chromium: chromium.path };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await setUpE2e();
  });
}
