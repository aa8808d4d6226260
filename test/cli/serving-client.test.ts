import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Answering, ServingClient } from '../../simulator/cli/serving-client.ts';
import type { ProblemReport, ServedEnd, ServedPart } from '../../simulator/host/protocol.ts';

/**
 * A host that notes what it is asked. It dies at `die` requests, as many times as the file says,
 * after it has taken down as many deliveries as `keeps`.
 */
const HOST = `
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
const log = (text) => appendFileSync(FOLDER + '/log', text + '\\n');
const start = (delivered) => ({ workflow: 'w', handler: 'http', delivered, secondsBetweenEffects: 1 });
const deaths = () => Number(readFileSync(FOLDER + '/deaths', 'utf8'));
const die = () => {
  writeFileSync(FOLDER + '/deaths', String(deaths() - 1));
  throw new Error('the host dies');
};
const part = (execution, seq, text) => ({
  execution, seq, part: { ended: true, body: new TextEncoder().encode(text) },
});
parentPort.on('message', ({ id, request }) => {
  const answer = (value) => parentPort.postMessage({ kind: 'answer', id, value });
  if (request.kind === 'serve') answer(start(0));
  if (request.kind === 'serve-again') {
    const { recording, record, open, stuck } = request.options;
    log('again ' + recording.slice(-8) + ' ' + record.slice(-8) + ' ' + JSON.stringify(open) + ' ' + stuck.length);
    if (deaths() > 0) die();
    answer(start(KEEPS));
  }
  if (request.kind === 'close') answer(null);
  if (request.kind !== 'deliver') return;
  const names = request.deliveries.map(({ kind, delivery }) => kind + ' ' + delivery);
  log('deliver ' + names.join(', '));
  const first = part('w-1', 0, 'first');
  if (deaths() > 0) {
    parentPort.postMessage({ kind: 'event', event: { kind: 'served', parts: [first], ends: [] } });
    die();
  }
  const parts = [first, part('w-1', 1, 'second'), part('w-2', 0, 'other')];
  const ends = [{ execution: 'w-1', status: 'completed' }, { execution: 'w-2', status: 'completed' }];
  parentPort.postMessage({ kind: 'event', event: { kind: 'served', parts, ends } });
  answer(null);
});
`;

const HEAD = { method: 'GET', url: 'http://a/', headers: [] };
const NOTHING = { body: new Uint8Array(0), ends: true };

class Heard implements Answering {
  readonly parts: string[] = [];
  private finish: (end: ServedEnd) => void = () => {};
  readonly ended = new Promise<ServedEnd>((resolve) => {
    this.finish = resolve;
  });

  part(part: ServedPart['part']): void {
    if ('body' in part) this.parts.push(new TextDecoder().decode(part.body));
  }

  end(end: ServedEnd): void {
    this.finish(end);
  }

  stuck(): void {
    assert.fail('nothing computed for ever');
  }
}

describe('the client of a host that serves', () => {
  let folder: string;
  let client: ServingClient;
  const replaced: ProblemReport[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backstitch-serving-'));
    replaced.length = 0;
  });

  afterEach(async () => {
    await client.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A client whose hosts die so often, and leave a recording of so many deliveries. */
  function newClient(deaths: number, keeps: number, onFailure = (): void => assert.fail('failed')) {
    writeFileSync(join(folder, 'deaths'), String(deaths));
    const constants = `const FOLDER = ${JSON.stringify(folder)}; const KEEPS = ${keeps};`;
    writeFileSync(join(folder, 'host.cjs'), constants + HOST);
    client = new ServingClient({
      script: join(folder, 'host.cjs'),
      options: { target: { path: folder }, record: join(folder, 'recorded') },
      onEvent: () => undefined,
      onReplaced: (problem) => replaced.push(problem),
      onFailure,
    });
    return client.begin();
  }

  const log = (): string[] => {
    const file = join(folder, 'log');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };

  it('delivers again what the recording does not hold, and gives each part once', async () => {
    await newClient(1, 1);
    const [first, other] = [new Heard(), new Heard()];
    assert.equal(client.request(HEAD, NOTHING, first), 'w-1');
    assert.equal(client.request(HEAD, NOTHING, other), 'w-2');
    assert.equal((await first.ended).status, 'completed');
    await other.ended;
    assert.deepEqual(first.parts, ['first', 'second']);
    assert.deepEqual(other.parts, ['other']);
    assert.deepEqual(log(), [
      'deliver request 1, request 2',
      `again recorded -resumed [{"execution":"w-1","seq":0},{"execution":"w-2","seq":-1}] 0`,
      'deliver request 2',
    ]);
    assert.equal(replaced.length, 1);
  });

  it('records in turn beside the recording and in its place', async () => {
    await newClient(2, 0);
    const [first, other] = [new Heard(), new Heard()];
    client.request(HEAD, NOTHING, first);
    client.request(HEAD, NOTHING, other);
    await first.ended;
    const again = log().filter((line) => line.startsWith('again'));
    // The one that died had not overtaken anything.
    assert.deepEqual(
      again.map((line) => line.split(' ').slice(1, 3)),
      [
        ['recorded', '-resumed'],
        ['recorded', '-resumed'],
      ],
    );
    assert.ok(client.recording.endsWith('recorded-resumed'));
  });

  it('gives up when one host after the other dies', async () => {
    const failed = new Promise<void>((resolve) => {
      newClient(100, 0, resolve).then(() => client.request(HEAD, NOTHING, new Heard()));
    });
    await failed;
    assert.equal(replaced.length, 3);
  });
});
