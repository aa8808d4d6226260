import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { backstitch, type CommandResult, ensureDist } from '../helpers/dist.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { projectRoot } from '../helpers/project-root.ts';

const EXAMPLE = join(projectRoot, 'examples/serve');

describe('backstitch run with clients', () => {
  let folder: string;

  before(async () => {
    ensureDist();
    folder = mkdtempSync(join(tmpdir(), 'backstitch-clients-'));
    const { bytes } = await buildProgram('test/fixtures/programs/lines.c');
    writeFileSync(join(folder, 'lines.wasm'), bytes);
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await closeBuilder();
  });

  /** Runs `lines` with these clients; the recording is `lines.backstitch`. */
  function run(clients: object, ...args: readonly string[]): CommandResult {
    const workflows = {
      lines: { module: 'lines.wasm', count: 3 },
      other: { module: 'lines.wasm' },
    };
    const config = { workflows, world: { clients } };
    writeFileSync(join(folder, 'backstitch.json'), JSON.stringify(config));
    return backstitch(['run', 'lines', '--record', 'lines.backstitch', ...args], { cwd: folder });
  }

  it('ends when all are answered, and the recording replays and says what they got', () => {
    const recording = join(folder, 'till.backstitch');
    const faults = join(EXAMPLE, 'faults/crash-after-charge.json');
    const ran = backstitch(['run', 'till', '--record', recording, '--faults', faults], {
      cwd: EXAMPLE,
    });
    assert.equal(ran.code, 0, ran.stderr);
    const ledger = backstitch(['inspect', recording, '--ledger'], { cwd: folder });
    assert.match(ledger.stdout, /POST \/charges → 200 {2}receipt 1: 4200 cents/);
    assert.match(ledger.stdout, /the same charge again/);
    const json = backstitch(['inspect', recording, '--ledger', '--json'], { cwd: folder });
    const [first] = json.stdout.split('\n');
    const { event, client, execution, answer } = JSON.parse(first ?? '') as {
      [name: string]: { outcome: string; status: number };
    };
    assert.deepEqual([event, client, execution], ['client', 'alice', 'till-1']);
    assert.equal(answer?.outcome, 'answered');
    assert.equal(answer?.status, 200);
    const replayed = backstitch(['replay', recording], { cwd: folder });
    assert.equal(replayed.code, 0, replayed.stderr);
  });

  it('ends with 69 and names the client that did not get its answer', () => {
    const ran = run({ busy: { workflow: 'lines', send: 'say hello\n' }, hasty: HASTY });
    assert.equal(ran.code, 69, ran.stderr);
    assert.match(
      ran.stderr,
      /backstitch: client hasty #1: 11 bytes got no whole answer from lines-2 within its timeout/,
    );
    assert.doesNotMatch(ran.stderr, /backstitch: client busy/);
  });

  it('tells programs how they fared', () => {
    const ran = run({ hasty: HASTY, lines: { workflow: 'lines', send: 'quit\n' } }, '--json');
    const summary = JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '') as {
      readonly [name: string]: unknown;
    };
    assert.equal(summary.exitCode, 69);
    const failure = 'client hasty #1: 11 bytes got no whole answer from lines-1 within its timeout';
    assert.deepEqual(summary.clients, { sent: 2, failed: 1, failures: [failure] });
  });

  it('gives a file as what is sent', () => {
    writeFileSync(join(folder, 'in.txt'), 'say from a file\n');
    const ran = run({ nc: { workflow: 'lines', send: { file: 'in.txt' } } });
    assert.equal(ran.code, 0, ran.stderr);
    assert.equal(ran.stdout, 'from a file\n');
    const missing = run({ nc: { workflow: 'lines', send: { file: 'none.txt' } } });
    assert.equal(missing.code, 66, missing.stderr);
    assert.match(missing.stderr, /what client nc sends/);
  });

  it('leaves workflows alone that no client sends to', () => {
    run({ nc: { workflow: 'other', send: { file: 'none.txt' } } });
    const ran = run({ nc: { workflow: 'other', send: 'say hello\n' } }, '--json');
    assert.equal(ran.code, 0, ran.stderr);
    const summary = ran.stdout.trimEnd().split('\n').at(-1) ?? '';
    assert.match(summary, /"lines-3"/);
    assert.doesNotMatch(summary, /"clients"/);
  });
});

const HASTY = { workflow: 'lines', send: 'sleep 9000\n', timeout: '1s' };
