import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { projectRoot } from '../helpers/project-root.ts';
import { ServeProcess } from './serve-process.ts';

const EXAMPLE = join(projectRoot, 'examples/serve');

describe('examples/serve', () => {
  it('charges once although the node crashes after the charge, and gives the one receipt', async () => {
    ensureDist();
    const folder = mkdtempSync(join(tmpdir(), 'backstitch-till-'));
    const recording = join(folder, 'till.backstitch');
    const faults = join(EXAMPLE, 'faults/crash-after-charge.json');
    const server = new ServeProcess(['.', '--record', recording, '--faults', faults], EXAMPLE);
    try {
      const { host } = await server.address();
      const charge = await fetch(`http://${host}/charges`, { method: 'POST', body: '4200' });
      assert.equal(charge.status, 200);
      assert.equal(await charge.text(), 'receipt 1: 4200 cents\n');
      const total = await fetch(`http://${host}/total`);
      assert.equal(await total.text(), '4200 cents\n');
      assert.equal((await server.served('till-1')).recoveries, 1);
      assert.equal(await server.stop(), 0, server.log());
      const ledger = backstitch(['inspect', recording, '--ledger'], { cwd: folder });
      assert.match(ledger.stdout, /the same charge again/);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('serves curl through a crash', {
    skip: hasCurl() ? false : 'there is no curl here',
  }, async () => {
    ensureDist();
    const folder = mkdtempSync(join(tmpdir(), 'backstitch-curl-'));
    const faults = join(EXAMPLE, 'faults/crash-after-charge.json');
    const record = ['--record', join(folder, 'till.backstitch')];
    const server = new ServeProcess(['.', ...record, '--faults', faults], EXAMPLE);
    try {
      const { host } = await server.address();
      const args = ['-s', '-i', '-m', '20', '-d', '4200', `http://${host}/charges`];
      const { stdout } = await promisify(execFile)('curl', args);
      assert.match(stdout, /^HTTP\/1\.\d 200 [\s\S]*\r\n\r\nreceipt 1: 4200 cents\n$/);
      assert.equal((await server.served('till-1')).recoveries, 1);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function hasCurl(): boolean {
  return spawnSync('curl', ['--version']).status === 0;
}
