import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ShownResponse } from '../../simulator/engine/journal-store.ts';
import { EFFECT_POINTS } from '../../simulator/faults/fault.ts';
import { HTTP_HANDLER } from '../../simulator/guest/component/run-handler.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { loadComponentProgram } from '../helpers/build-component.ts';
import { backstitch, ensureDist } from '../helpers/dist.ts';
import { fetchHandlerComponent } from '../helpers/fetch-handler.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { ServeProcess } from './serve-process.ts';

const POST = { method: 'POST', headers: [['host', 'localhost']] } as const;

/** What a client got: status and body, as far as they are durable. */
function answerOf(responses: readonly ShownResponse[]): string {
  let text = '';
  for (const { part } of responses) {
    if ('status' in part) text += `${part.status} `;
    if ('body' in part) text += new TextDecoder().decode(part.body);
  }
  return text;
}

describe('a handler of fetch events on StarlingMonkey', () => {
  let wasm: Uint8Array;
  let program: GuestProgram;

  before(async () => {
    wasm = await fetchHandlerComponent();
    program = await loadComponentProgram(wasm);
  });

  /** One request, whose body comes in these parts. */
  function ask(path: string, parts: readonly string[], faults: readonly object[] = []) {
    const responses: ShownResponse[] = [];
    const simulated: Simulated = simulate(program, {
      args: [],
      count: 0,
      plan: { faults },
      workflow: { invoke: HTTP_HANDLER },
      setup: {
        workflowFor: () => simulated.workflow,
        observer: { onResponse: (response) => responses.push(response) },
      },
    });
    const { simulation } = simulated;
    const [first = '', ...others] = parts.map((part) => new TextEncoder().encode(part));
    const head = { ...POST, url: `http://localhost${path}` };
    const body = first === '' ? new Uint8Array(0) : first;
    const { id } = simulation.inputs.request('script', head, { body, ends: others.length === 0 });
    simulation.run();
    others.forEach((part, index) => {
      simulation.inputs.feedRequest(id, { body: part, ends: index === others.length - 1 });
      simulation.run();
    });
    assert.equal(simulation.executions[0]?.status, 'completed', simulation.executions[0]?.reason);
    return { ...simulated, answer: answerOf(responses) };
  }

  it('answers, and takes bodies that come in parts', () => {
    assert.equal(ask('/echo', ['hello']).answer, '201 hello');
    assert.equal(ask('/echo', ['hel', 'lo']).answer, '201 hello');
    assert.equal(ask('/stream', ['hel', 'lo']).answer, '200 hello');
    assert.equal(ask('/nowhere', ['']).answer, '404 no /nowhere');
  });

  it('waits in virtual time', () => {
    const { answer, simulation } = ask('/slow', ['']);
    assert.equal(answer, '200 slept');
    assert.ok(simulation.agenda.now > 60_000_000_000n);
  });

  it('asks a service once, wherever its node crashes', () => {
    const calm = ask('/ask', ['hello']);
    assert.equal(calm.answer, '200 counter says: POST is number 1');
    const effects = calm.sink.entries.get('script-1' as never) ?? [];
    const call = effects.findIndex(({ operation }) => operation.class === 'call');
    assert.ok(call > 0);
    for (const point of EFFECT_POINTS) {
      for (const seq of [call, effects.length - 1]) {
        const crash = { kind: 'crash', point, at: { execution: 'script-1', seq } };
        const { answer, sink } = ask('/ask', ['hello'], [crash]);
        assert.equal(answer, calm.answer, `${point} of #${seq}`);
        const keys = new Set(sink.ledgerRows.map(({ key }) => key));
        assert.deepEqual([...keys], [`script-1/${call}`]);
      }
    }
  });

  describe('behind a real port', () => {
    let folder: string;
    let server: ServeProcess;

    before(() => {
      ensureDist();
      folder = mkdtempSync(join(tmpdir(), 'backstitch-fetch-'));
      writeFileSync(join(folder, 'handler.wasm'), wasm);
      server = new ServeProcess(['handler.wasm', '--record', join(folder, 'r.backstitch')], folder);
    });

    after(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('answers real clients, and its recording replays', async () => {
      const echo = await fetch(await server.url('/echo'), { method: 'POST', body: 'hello' });
      assert.equal(echo.status, 201);
      assert.equal(echo.headers.get('x-echo'), 'yes');
      assert.equal(await echo.text(), 'hello');
      const missing = await fetch(await server.url('/nowhere'));
      assert.equal(missing.status, 404);
      assert.equal(await missing.text(), 'no /nowhere');
      assert.equal(await server.stop(), 0, server.log());
      const replay = backstitch(['replay', 'r.backstitch', '--json'], { cwd: folder });
      assert.equal(replay.code, 0, replay.stderr);
      const same = replay.stdout.split('\n').filter((line) => line.includes('"kind":"same"'));
      assert.equal(same.length, 2);
    });
  });
});
