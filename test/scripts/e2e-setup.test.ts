import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { projectRoot } from '../helpers/project-root.ts';

describe('the set-up of the end-to-end tests', () => {
  const cache = mkdtempSync(join(tmpdir(), 'backstitch-cache-'));
  after(() => rmSync(cache, { recursive: true, force: true }));

  it('fails and names what to install by hand where there is no apt-get', () => {
    const run = spawnSync(process.execPath, [join(projectRoot, 'scripts/e2e-setup.mjs')], {
      encoding: 'utf8',
      env: { PATH: cache, HOME: cache, BACKSTITCH_E2E_CACHE: cache },
    });
    assert.equal(run.status, 1);
    const expected =
      process.platform === 'linux'
        ? /apt-get is not available .* by hand.*: build-essential .*chromium/s
        : /end-to-end tests run on Linux/;
    assert.match(run.stderr, expected);
  });
});
