import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';

const SOURCES = [
  'extension/extension.ts',
  'debug-adapter/main.ts',
  'debug-adapter/host-worker.ts',
  'simulator/cli/main.ts',
  'simulator/cli/node/jco-bundle.ts',
  'examples/include/backstitch.h',
  'extension/schemas/backstitch.schema.json',
  'extension/media/icon.png',
];

/** Stand-ins for the sources of a whole checkout, of which some are left out. */
describe('the bundler', () => {
  let checkout: string;
  beforeEach(() => {
    checkout = mkdtempSync(join(tmpdir(), 'backstitch-bundler-'));
    cpSync(join(projectRoot, 'esbuild.mjs'), join(checkout, 'esbuild.mjs'));
    cpSync(join(projectRoot, 'scripts/lib'), join(checkout, 'scripts/lib'), { recursive: true });
    symlinkSync(join(projectRoot, 'node_modules'), join(checkout, 'node_modules'), 'junction');
    for (const source of SOURCES) {
      mkdirSync(dirname(join(checkout, source)), { recursive: true });
      writeFileSync(join(checkout, source), '');
    }
  });
  afterEach(() => rmSync(checkout, { recursive: true, force: true }));

  function bundle() {
    const { status, stderr } = spawnSync(process.execPath, ['esbuild.mjs'], {
      cwd: checkout,
      encoding: 'utf8',
    });
    return { status, stderr };
  }

  it('makes every bundle when all sources are there', () => {
    assert.deepEqual(bundle(), { status: 0, stderr: '' });
    for (const name of ['extension', 'debug-adapter', 'simulator-host', 'cli']) {
      assert.ok(existsSync(join(checkout, `dist/${name}.js`)), name);
    }
  });

  it('names each source that is missing, and leaves the last dist/ alone', () => {
    mkdirSync(join(checkout, 'dist'));
    writeFileSync(join(checkout, 'dist/cli.js'), 'the last one');
    rmSync(join(checkout, 'debug-adapter/host-worker.ts'));
    rmSync(join(checkout, 'extension/media'), { recursive: true });
    const { status, stderr } = bundle();
    assert.equal(status, 1);
    assert.match(stderr, /error: debug-adapter\/host-worker\.ts does not exist; restore it/);
    assert.match(stderr, /error: extension\/media does not exist; restore it/);
    assert.ok(existsSync(join(checkout, 'dist/cli.js')));
  });
});
