// Builds everything that the VSIX and the command line run, into dist/.
// Usage: node esbuild.mjs [--production] [--watch]
//   --production  minified, without source maps
//   --watch       stays and rebuilds on every change
// What each bundle took in is written to build/meta/<name>.json.
import { chmodSync, cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, context } from 'esbuild';
import { buildJco, JCO_SOURCES } from './scripts/lib/jco-bundle.mjs';
import { thirdPartyNotices } from './scripts/lib/notices.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));

// One row a bundle. All of them are CommonJS: VS Code loads extensions with require, and a single file
// starts faster than a graph of modules.
const BUNDLES = [
  { name: 'extension', entry: 'extension/extension.ts', external: ['vscode'] },
  { name: 'debug-adapter', entry: 'debug-adapter/main.ts' },
  { name: 'simulator-host', entry: 'debug-adapter/host-worker.ts' },
  { name: 'cli', entry: 'simulator/cli/main.ts', banner: '#!/usr/bin/env node' },
];

// Packages that only some runs need. A bundle that says `await import('sucrase')` gets a file of its own
// for it, shared by all bundles and read from disk at that moment; so the others' cold start does not pay.
const LAZY_PACKAGES = ['sucrase'];

const ASSETS = [
  { from: 'node_modules/sql.js/dist/sql-wasm.wasm', to: 'dist/sql-wasm.wasm' },
  { from: 'examples/include/backstitch.h', to: 'dist/include/backstitch.h' },
  { from: 'extension/schemas', to: 'dist/schemas' },
  { from: 'extension/media', to: 'dist/media' },
];

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** Turns `import('<lazy package>')` into a load of dist/lazy/<package>.js when it is first reached. */
const lazyPackages = {
  name: 'lazy-packages',
  setup(setup) {
    setup.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'dynamic-import' && LAZY_PACKAGES.includes(path)
        ? { path: `./lazy/${path}.js`, external: true }
        : undefined,
    );
  },
};

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // Our own `import()` becomes a deferred require, which works wherever the bundle is loaded.
  supported: { 'dynamic-import': false },
  mainFields: ['module', 'main'],
  // Names stay: error classes are shown by name, and keepNames would cost a call for every closure made.
  minifySyntax: production,
  minifyWhitespace: production,
  sourcemap: production ? false : 'linked',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

function writeMetafile(name) {
  return {
    name: 'write-metafile',
    setup(setup) {
      setup.onEnd((result) => {
        if (!result.metafile) return;
        const file = join(root, 'build/meta', `${name}.json`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, JSON.stringify(result.metafile, null, 1));
        if (watch) console.log(`esbuild: rebuilt ${name}`);
      });
    },
  };
}

function bundleOptions({ name, entry, external = [], banner }) {
  return {
    ...common,
    entryPoints: [entry],
    outfile: `dist/${name}.js`,
    external,
    plugins: [lazyPackages, writeMetafile(name)],
    ...(banner ? { banner: { js: banner } } : {}),
  };
}

function lazyOptions(name) {
  return {
    ...common,
    // Nobody steps through these, and their maps would be larger than all of ours.
    sourcemap: false,
    minify: true,
    entryPoints: [name],
    outfile: `dist/lazy/${name}.js`,
    plugins: [writeMetafile(`lazy-${name}`)],
  };
}

/** Ends the build when a bundle or an asset has no source: a dist/ without it would only look complete. */
function requireSources() {
  const sources = [
    ...BUNDLES.map(({ entry }) => entry),
    ...ASSETS.map(({ from }) => from),
    ...JCO_SOURCES,
  ];
  const missing = sources.filter((source) => !existsSync(resolve(root, source)));
  if (missing.length === 0) return;
  for (const source of missing) {
    const remedy = source.startsWith('node_modules/')
      ? 'run npm ci'
      : 'restore it, or change its row in esbuild.mjs';
    console.error(`esbuild: error: ${source} does not exist; ${remedy}`);
  }
  process.exit(1);
}

requireSources();
// A watch keeps the folder, since something may be running from it.
if (!watch) rmSync(join(root, 'dist'), { recursive: true, force: true });
for (const { from, to } of ASSETS) {
  cpSync(join(root, from), join(root, to), { recursive: true });
}
const jco = await buildJco(root, 'dist/lazy');
const builds = [...BUNDLES.map(bundleOptions), ...LAZY_PACKAGES.map(lazyOptions)];
if (watch) {
  const contexts = await Promise.all(builds.map((options) => context(options)));
  await Promise.all(contexts.map((one) => one.watch()));
  console.log('esbuild: watching');
} else {
  const results = await Promise.all(builds.map((options) => build(options)));
  for (const { name, banner } of BUNDLES) {
    // A bundle with a shebang is a command.
    if (banner) chmodSync(join(root, `dist/${name}.js`), 0o755);
  }
  const inputs = [jco, ...results].flatMap(({ metafile }) => Object.keys(metafile.inputs));
  writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), thirdPartyNotices(root, inputs));
}
