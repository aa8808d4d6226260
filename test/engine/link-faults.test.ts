import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { TraceKind } from '../../simulator/journal/records.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type ScriptOptions, type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const POST = ['post', 'http://counter/a', 'x', 'print', 'end'];
/** Long enough for what goes on besides to come to its end. */
const AFTERWARDS = ['sleep', '9000'].concat(...Array.from({ length: 7 }, () => ['sleep', '9000']));
const HTTP = { effect: 'http.*' };
const SECOND = 1_000_000_000n;

describe('a fault of links', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(
    faults: readonly object[],
    args: readonly string[] = POST,
    options: Partial<ScriptOptions> = {},
  ): Simulated {
    const simulated = simulate(program, { args, plan: { faults }, ...options });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  function instantsOf({ sink }: Simulated, kind: TraceKind): readonly bigint[] {
    return sink.traces.flatMap((row) => (row.kind === kind ? [row.at] : []));
  }

  function outcomes({ sink }: Simulated): readonly (string | undefined)[] {
    return [...sink.attempts.values()].map(({ node, outcome }) => `${node} ${outcome}`);
  }

  it('lets a request through at its next repetition after the links are whole', () => {
    const cut = { kind: 'partition', from: ['counter'], at: HTTP, point: 'intent', for: '2s' };
    const simulated = run([cut]);
    const [began = 0n] = instantsOf(simulated, 'request.held');
    const [arrived = 0n] = instantsOf(simulated, 'request.arrived');
    // 0.2 s, 0.6 s, 1.4 s and 3 s after it was sent.
    assert.equal((arrived - began) / (SECOND / 10n), 30n);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('makes a second request of one that was held for longer than the engine waits', () => {
    const cut = { kind: 'partition', from: ['counter'], at: HTTP, point: 'intent', for: '8s' };
    const simulated = run([cut], [...POST, ...AFTERWARDS]);
    assert.deepEqual(
      simulated.sink.ledgerRows.map(({ duplicateOf }) => duplicateOf),
      [undefined, 1],
    );
  });

  it('holds the response only, one way', () => {
    const cut = { kind: 'partition', from: ['counter'], way: 'out', at: HTTP, for: '2s' };
    const simulated = run([cut]);
    assert.equal(instantsOf(simulated, 'request.held').length, 0);
    assert.equal(instantsOf(simulated, 'response.held').length, 1);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('gives up what it has repeated for 30 s', () => {
    const cut = { kind: 'partition', from: ['counter'], at: HTTP, point: 'intent', for: '1h' };
    const simulated = run([cut]);
    assert.match(simulated.text(), /^POST failed with \d+\nend/);
    assert.equal(simulated.sink.ledgerRows.length, 0);
  });

  it('makes a zombie of a node that is cut off from the journal store, which loses', () => {
    const cut = { kind: 'partition', isolate: ['@owner'], at: HTTP, point: 'performed', for: '1m' };
    const simulated = run([cut], [...POST, ...AFTERWARDS]);
    assert.deepEqual(outcomes(simulated), ['node-a fenced', 'node-b completed']);
    assert.ok(instantsOf(simulated, 'commit.held').length > 0);
    const rows = simulated.sink.ledgerRows;
    assert.deepEqual(
      rows.map(({ key, duplicateOf }) => [key, duplicateOf]),
      [
        ['script-1/0', undefined],
        ['script-1/0', 1],
      ],
    );
  });

  it('keeps the lease of a node whose renewals arrive, and which hears nothing of them', () => {
    const fault = { kind: 'partition', from: ['journal-store'], way: 'out', for: '1m' };
    const simulated = run([{ ...fault, at: HTTP, point: 'performed' }]);
    assert.deepEqual(outcomes(simulated), ['node-a completed']);
    assert.ok(simulated.simulation.agenda.now > 60n * SECOND);
  });

  it('keeps the lease through a cut that is shorter', () => {
    const cut = { kind: 'partition', isolate: ['node-a'], at: HTTP, point: 'performed', for: '5s' };
    const simulated = run([cut]);
    assert.deepEqual(outcomes(simulated), ['node-a completed']);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('keeps a node from claiming anything that the store does not hear of', () => {
    const isolate = ['node-a', 'node-b'];
    const cut = { kind: 'partition', isolate, at: { time: '0s' }, for: '40s' };
    const simulated = run([cut], ['sleep', '100', ...POST, ...AFTERWARDS]);
    assert.deepEqual(outcomes(simulated), ['node-a fenced', 'node-c completed']);
  });

  it('leaves an execution to nobody while all are cut off', () => {
    const cut = { kind: 'partition', from: ['journal-store'], at: { time: '50ms' }, for: '40s' };
    const simulated = run([cut], ['sleep', '100', ...POST]);
    assert.deepEqual(outcomes(simulated), ['node-a fenced', 'node-b completed']);
    assert.equal(simulated.sink.ledgerRows.length, 1);
  });

  it('does not let a cut-off node renew after a pause', () => {
    const faults = [
      { kind: 'partition', isolate: ['node-a'], at: HTTP, point: 'performed', for: '1m' },
      { kind: 'pause', at: HTTP, point: 'performed', for: '5s' },
    ];
    const simulated = run(faults, [...POST, ...AFTERWARDS]);
    assert.deepEqual(outcomes(simulated), ['node-a fenced', 'node-b completed']);
  });

  it('holds the work on a volume, and does it once', () => {
    const cut = { kind: 'partition', from: ['shared'], at: { effect: 'volume.write' }, for: '4s' };
    const simulated = run([cut], ['append', '/shared/log', 'x', 'read', '/shared/log']);
    assert.match(simulated.text(), /^read \/shared\/log 1\n/);
    assert.ok(simulated.simulation.agenda.now > 4n * SECOND);
  });

  it('is over when it is healed by hand', () => {
    const cut = { kind: 'partition', from: ['counter'], at: HTTP, point: 'intent', for: '1h' };
    const simulated = run([cut, { kind: 'heal', at: { time: '1s' } }]);
    const [arrived = 0n] = instantsOf(simulated, 'request.arrived');
    assert.equal(arrived / (SECOND / 10n), 14n);
    assert.equal(instantsOf(simulated, 'link.healed').length, 1);
    const other = { kind: 'heal', what: 'clog', at: { time: '1s' } };
    assert.match(run([cut, other]).text(), /^POST failed/);
  });

  it('keeps what has come in from a node that the journal store does not reach', () => {
    const cut = { kind: 'partition', from: ['journal-store'], way: 'out', for: '5s' };
    const simulated = simulate(program, {
      ...{ args: ['sleep', '100', 'input', 'input'], stdin: 'one', stdinEnds: true },
      plan: { faults: [{ ...cut, at: { time: '50ms' } }] },
    });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    assert.match(simulated.text(), /^input 3\ninput 0\n/);
    const read = entriesOf(simulated, 'script-1').find(
      ({ operation }) => operation.name === 'stdin.read',
    );
    assert.ok((read?.endedAt ?? 0n) >= 5n * SECOND, 'it is read when the link is whole');
  });

  it('slows down by latency, and by the bytes of a second', () => {
    const slow = { kind: 'slow-link', to: ['counter'], at: HTTP, latency: '2s' };
    const tookNanos = (faults: readonly object[], body: string): bigint =>
      entriesOf(run(faults, ['post', 'http://counter/a', body]), 'script-1')[0]?.endedAt ?? 0n;
    assert.equal(tookNanos([slow], 'x') / SECOND, 4n);
    const narrow = { ...slow, way: 'in', latency: '0s', bandwidth: 100 };
    assert.equal(tookNanos([narrow], 'x'.repeat(100)) / SECOND, 0n);
    const there = { ...narrow, way: 'out' };
    assert.equal(tookNanos([there], 'x'.repeat(300)) / SECOND, 3n);
  });

  it('draws jitter for the messages that it slows down, and for no others', () => {
    const slow = { kind: 'slow-link', to: ['counter'], at: HTTP, latency: '0s', jitter: '1s' };
    const calm = run([]);
    const streams = new Set(run([slow]).sink.choices.map(({ stream }) => stream));
    assert.deepEqual([...streams], ['slow-link node-a -> counter', 'slow-link counter -> node-a']);
    assert.deepEqual(calm.sink.choices, []);
  });

  it('loses all, none or some of the messages', () => {
    const lossy = (share: number) => ({
      ...{ kind: 'lossy-link', from: ['counter'], at: HTTP, for: '1h', share },
    });
    assert.match(run([lossy(1)]).text(), /^POST failed/);
    assert.equal(instantsOf(run([lossy(0)]), 'request.held').length, 0);
    const held = Array.from({ length: 20 }, (_, seed) => {
      const { world } = simulate(program, { args: POST }).simulation.engine;
      return instantsOf(run([lossy(0.5)], POST, { world: { ...world, seed } }), 'request.held');
    });
    const some = held.filter(({ length }) => length > 0).length;
    assert.ok(some > 2 && some < 18, `${some} of 20`);
  });

  it('lets everything through at once when a clog is over, in order', () => {
    const clog = { kind: 'clog', from: ['counter'], at: HTTP, point: 'intent', for: '12s' };
    const simulated = run([clog]);
    const arrived = instantsOf(simulated, 'request.arrived');
    assert.equal(arrived.length, 2);
    assert.equal(arrived[0], arrived[1]);
    assert.equal((arrived[0] ?? 0n) / SECOND, 12n);
  });

  it('befalls links between nodes only, in a ring or with a bridge', () => {
    for (const shape of ['ring', 'bridge']) {
      const simulated = run([{ kind: 'partition', shape, at: HTTP, for: '1h' }]);
      assert.deepEqual(outcomes(simulated), ['node-a completed']);
      assert.equal(instantsOf(simulated, 'request.held').length, 0);
    }
  });
});
