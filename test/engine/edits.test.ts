import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../simulator/effects/operation.ts';
import type { SimulationObserver } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { executionId } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { expectReplayLaw } from '../property/laws.ts';
import { assertSameSink } from '../property/sink-text.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const FIRST = executionId('script-1');

interface Change {
  readonly fields?: JsonObject;
  readonly body?: string;
}

describe('an edited result', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  /** Changes the results of certain effects of the first execution, and runs to the end. */
  function edited(options: ScriptOptions, changes: Readonly<Record<number, Change>>): Simulated {
    const left = new Map(Object.entries(changes));
    const shown: Uint8Array[] = [];
    const observer: SimulationObserver = {
      stopsBefore: ({ seq }) => left.has(`${seq}`),
      onOutput: (output) => shown.push(output.bytes),
    };
    const simulated = simulate(program, { ...options, setup: { observer } });
    const { simulation } = simulated;
    for (;;) {
      const result = simulation.run();
      if (result.kind !== 'stopped') break;
      assert.ok(result.at !== undefined);
      const change = left.get(`${result.at.seq}`);
      left.delete(`${result.at.seq}`);
      const { fields = {}, body } = change ?? {};
      simulation.inputs.edit(result.at, {
        whole: false,
        fields,
        body: body === undefined ? undefined : bytes(body),
      });
    }
    assert.equal(left.size, 0, 'every effect came');
    assert.deepEqual(simulation.engine.problems, []);
    return { ...simulated, text: () => Buffer.concat(shown).toString() };
  }

  it('is what the program gets, and what the journal holds; the service saw the request', () => {
    const args = ['post', 'http://counter/a', 'x', 'post', 'http://counter/a', 'y'];
    const simulated = edited({ args }, { 0: { fields: { status: 503 }, body: 'no' } });
    assert.match(simulated.text(), /^POST 503 no\nPOST 200 POST is number 2\n/);
    const [entry] = simulated.sink.entries.get(FIRST) ?? [];
    assert.deepEqual(entry?.result, { status: 503, headers: [], body: bytes('no') });
    assert.equal(simulated.sink.ledgerRows[0]?.status, 200);
    const traces = simulated.sink.traces.filter(({ kind }) => kind === 'result.edited');
    assert.deepEqual(
      traces.map(({ seq, data }) => [seq, data]),
      [[0, { fields: 'status, body' }]],
    );
    expectReplayLaw(simulated);
  });

  it('stays after a crash that takes the call away', () => {
    for (const point of ['intent', 'performed', 'recorded']) {
      const simulated = edited(
        {
          args: ['get', 'http://counter/a', 'print', 'end'],
          plan: { faults: [{ kind: 'crash', point, at: { effect: 'http.request' } }] },
        },
        { 0: { body: 'by hand' } },
      );
      assert.match(simulated.text(), /^GET 200 by hand\n/);
      expectReplayLaw(simulated);
    }
  });

  it('of a clock that never runs backwards moves the clock', () => {
    const args = ['monotonic', 'monotonic', 'monotonic'];
    const simulated = edited({ args }, { 1: { fields: { nanos: '9000000000000000' } } });
    const readings = (simulated.sink.entries.get(FIRST) ?? [])
      .slice(0, 3)
      .map(({ result }) => BigInt((result as { nanos: string }).nanos));
    assert.deepEqual(readings, [readings[0], 9_000_000_000_000_000n, 9_000_000_000_001_000n]);
  });

  it('of a read of input takes as much of the input as was read', () => {
    const options = { args: ['input', 'input', 'input'], stdin: 'x'.repeat(300) };
    const simulated = edited(options, { 0: { body: 'other' } });
    assert.match(simulated.text(), /^input 5\ninput 44\ninput 0\n/);
  });

  it('can make a file operation fail', () => {
    const args = ['append', '/shared/one', 'text', 'read', '/shared/one'];
    const simulated = edited({ args }, { 0: { fields: { errno: 'acces' } } });
    assert.match(simulated.text(), /^open \/shared\/one: Permission denied\nread \/shared\/one/);
  });

  it('comes again at its place when the simulation is run again', () => {
    const args = ['random', '4', 'print', 'a', 'get', 'http://counter/a', 'sleep', '20000', 'wall'];
    const options = {
      args,
      count: 2,
      plan: { faults: [{ kind: 'crash', at: { effect: 'wait.*' }, point: 'intent' }] },
    };
    const first = edited(options, { 0: { body: 'same' }, 2: { fields: { status: 404 } } });
    const { choices, inputs } = first.sink;
    assert.deepEqual(
      inputs.map(({ kind, data }) => [kind, data.execution, data.seq, data.effect]),
      [
        ['edit', FIRST, 0, 'random.read'],
        ['edit', FIRST, 2, 'http.request'],
      ],
    );
    const again = simulate(program, { ...options, setup: { choices, inputs } });
    again.simulation.run();
    assertSameSink(again.sink, first.sink);
  });

  it('is refused when the effect has no such result, and nothing is recorded of it', () => {
    const simulated = simulate(program, {
      args: ['wall'],
      setup: { observer: { stopsBefore: () => true } },
    });
    const result = simulated.simulation.run();
    assert.ok(result.kind === 'stopped' && result.at !== undefined);
    const { at } = result;
    const wrong = { whole: false, fields: { status: 200 }, body: undefined };
    assert.throws(() => simulated.simulation.inputs.edit(at, wrong), /fields: nanos/);
    assert.deepEqual(simulated.sink.inputs, []);
    assert.deepEqual(
      simulated.sink.traces.filter(({ kind }) => kind === 'result.edited'),
      [],
    );
  });

  it('that does not fit what comes in the end is left out, and told', () => {
    // An input that was written for another program.
    const row = {
      number: 1,
      step: 0,
      kind: 'edit' as const,
      data: {
        execution: FIRST,
        seq: 0,
        effect: 'http.request',
        whole: false,
        fields: { status: 1 },
      },
      body: undefined,
    };
    const { simulation, text } = simulate(program, { args: ['wall'], setup: { inputs: [row] } });
    assert.equal(simulation.run().kind, 'ended');
    assert.match(text(), /^done/);
    assert.match(String(simulation.engine.problems[0]), /the edit of script-1 #0 was left out/);
  });
});
