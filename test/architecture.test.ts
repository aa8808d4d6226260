import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { build } from 'esbuild';
import { brokenRules } from './helpers/architecture-rules.ts';
import { bundledImports, sourceFiles, writtenImports } from './helpers/import-graph.ts';
import { impureGlobals } from './helpers/impure-globals.ts';
import { projectRoot } from './helpers/project-root.ts';

const sources = ['simulator', 'debug-adapter', 'extension'].flatMap(sourceFiles);
const pure = sources.filter(
  (file) => file.startsWith('simulator/') && !file.startsWith('simulator/cli/'),
);

describe('the dependency rule', () => {
  it('holds for what is left at run time, by the metafile of the bundler', async () => {
    const edges = await bundledImports(sources);
    // The graph is that of the whole project: every file is in it.
    const seen = new Set(edges.flatMap(({ from, to }) => [from, to]));
    assert.ok(seen.size > pure.length / 2, `the metafile names only ${seen.size} files`);
    assert.deepEqual(brokenRules(edges), []);
  });

  it('holds for imports of types', () => {
    assert.deepEqual(brokenRules(writtenImports(sources)), []);
  });

  const breaches: readonly (readonly [from: string, to: string])[] = [
    ['simulator/engine/engine.ts', 'debug-adapter/session.ts'],
    ['simulator/cli/main.ts', 'extension/extension.ts'],
    ['debug-adapter/session.ts', 'extension/commands.ts'],
    ['debug-adapter/session.ts', 'vscode'],
    ['simulator/engine/engine.ts', 'test/helpers/project-root.ts'],
    ['simulator/engine/engine.ts', 'node:fs'],
    ['simulator/engine/engine.ts', 'fs'],
    ['simulator/engine/engine.ts', 'simulator/cli/main.ts'],
    ['extension/extension.ts', 'test/helpers/project-root.ts'],
    ['extension/webview/timeline.ts', 'vscode'],
    ['extension/webview/timeline.ts', 'simulator/journal/entry.ts'],
    ['extension/webview/timeline.ts', 'node:path'],
    ['extension/timeline-editor.ts', 'extension/webview/timeline.ts'],
  ];
  for (const [from, to] of breaches) {
    it(`is broken when ${from} imports ${to}`, () => {
      assert.equal(brokenRules([{ from, to }]).length > 0, true);
    });
  }

  const allowed: readonly (readonly [from: string, to: string])[] = [
    ['extension/extension.ts', 'vscode'],
    ['extension/extension.ts', 'node:path'],
    ['extension/run.ts', 'debug-adapter/messages.ts'],
    ['debug-adapter/session.ts', 'simulator/index.ts'],
    ['debug-adapter/main.ts', 'node:net'],
    ['simulator/cli/main.ts', 'node:fs'],
    ['simulator/cli/main.ts', 'simulator/index.ts'],
    ['simulator/journal/recording.ts', 'sql.js'],
    ['extension/timeline-editor.ts', 'extension/webview/protocol.ts'],
    ['extension/webview/timeline.ts', 'extension/webview/protocol.ts'],
  ];
  for (const [from, to] of allowed) {
    it(`lets ${from} import ${to}`, () => {
      assert.deepEqual(brokenRules([{ from, to }]), []);
    });
  }
});

describe('the simulator outside cli/', () => {
  it('bundles for a browser without any host module', async () => {
    const index = 'simulator/index.ts';
    const entryPoints = existsSync(join(projectRoot, index)) ? [index, ...pure] : pure;
    const { metafile, warnings } = await build({
      absWorkingDir: projectRoot,
      entryPoints,
      bundle: true,
      write: false,
      outdir: 'build/none',
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      metafile: true,
      logLevel: 'silent',
    });
    assert.deepEqual(warnings, []);
    // Nothing was left for the host to resolve, and nothing was replaced by an empty module.
    const left = Object.entries(metafile.inputs).flatMap(([from, { imports }]) =>
      imports
        .filter(({ external, path }) => external === true || path.startsWith('(disabled):'))
        .map(({ path }) => `${from} imports ${path}`),
    );
    assert.deepEqual(left, []);
  });

  it('reads no clock, timer, chance or other global of its host', async () => {
    const found = await Promise.all(
      pure.map(async (file) => {
        const names = await impureGlobals(readFileSync(join(projectRoot, file), 'utf8'));
        return names.map((name) => `${file} uses ${name}`);
      }),
    );
    assert.deepEqual(found.flat(), []);
  });

  it('is told apart from code that only has a variable of that name', async () => {
    const source = (text: string) => impureGlobals(`export function f(x: number) { ${text} }`);
    assert.deepEqual(await source('return Date.now();'), ['Date']);
    assert.deepEqual(await source('return new Date();'), ['Date']);
    assert.deepEqual(await source('return new Date(x).toISOString();'), []);
    assert.deepEqual(await source('return Math.random() + Math.floor(x);'), ['Math.random']);
    assert.deepEqual(await source('return globalThis.setTimeout(f, x);'), ['setTimeout']);
    assert.deepEqual(await source('const process = { pid: x }; return process.pid;'), []);
    assert.deepEqual(await source('return { fetch: x }.fetch;'), []);
  });
});
