import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import type { TraceRow } from '../../simulator/journal/records.ts';
import type { InodeId } from '../../simulator/world/files/file-store.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

const LOG = '/shared/log';
const SECOND = 1_000_000_000n;

function append(text: string): string[] {
  return ['append', LOG, text];
}

describe('a fault of volumes', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(faults: readonly object[], ...steps: readonly string[][]): Simulated {
    const simulated = simulate(program, { args: steps.flat(), plan: { faults } });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    for (const { fired, number } of simulated.sink.faults.values()) {
      assert.ok(fired > 0, `fault ${number} fires`);
    }
    return simulated;
  }

  /** What is in the log at the end, whatever the program has seen. */
  function logOf({ simulation }: Simulated): string | undefined {
    const files = simulation.engine.volumes.get('shared')?.store;
    const how = { create: false, exclusive: false, directory: false, truncate: false };
    const opened = files?.open(files.root, 'log', { ...how, followLast: true });
    return opened && Buffer.from(files?.read(opened.inode, 0n, 1000) ?? []).toString();
  }

  function resultsOf(simulated: Simulated, effect: string): readonly object[] {
    return entriesOf(simulated, 'script-1').flatMap(({ operation, result }) =>
      operation.name === effect && result !== undefined ? [result] : [],
    );
  }

  /** What the reads of the program got. */
  function readsOf(simulated: Simulated): readonly string[] {
    return resultsOf(simulated, 'volume.read').map((result) => {
      const { body } = result as { readonly body?: Uint8Array };
      return Buffer.from(body ?? []).toString();
    });
  }

  const at = (effect: string, match = 1) => ({ effect: `volume.${effect}`, match });

  it('lets an operation fail, done or not', () => {
    const fault = { kind: 'errno', errno: 'EIO', at: at('write', 2) };
    const steps = [append('one'), append('two'), append('three')];
    const early = run([fault], ...steps);
    assert.equal(logOf(early), 'onethree');
    const [, failed] = resultsOf(early, 'volume.write') as { errno?: string }[];
    assert.equal(failed?.errno, 'io');
    assert.equal(logOf(run([{ ...fault, when: 'after' }], ...steps)), 'onetwothree');
  });

  it('does once what is sent again after it was told as failed', () => {
    const faults = [
      { kind: 'errno', errno: 'EIO', when: 'after', at: at('write') },
      { kind: 'crash', point: 'performed', at: at('write') },
    ];
    assert.equal(logOf(run(faults, append('one'))), 'one');
  });

  it('tears a write, and says so or not', () => {
    const torn = { kind: 'torn-write', at: at('write') };
    const silent = run([torn], append('abcdef'), append('g'));
    assert.equal(logOf(silent), 'abcg');
    assert.deepEqual(resultsOf(silent, 'volume.write')[0], { end: '6' });
    const told = run([{ ...torn, told: 'part', keep: 2 }], append('abcdef'));
    assert.deepEqual(resultsOf(told, 'volume.write'), [{ end: '2', length: 2 }]);
    assert.equal(logOf(told), 'ab');
  });

  it('lets a program write the rest when it is told how much was written', async () => {
    const copies = await buildProgram('test/fixtures/programs/write-all.c');
    for (const how of ['write', 'append', 'pwrite', 'stdio']) {
      const faults = [{ kind: 'torn-write', told: 'part', keep: 2, at: at('write') }];
      const args = [how, LOG, 'abcdef'];
      const simulated = simulate(copies, { args, plan: { faults } });
      assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
      assert.equal(logOf(simulated), 'abcdef', how);
      expectReplayLaw(simulated);
    }
  });

  it('tears a write once, though its result is asked for again', () => {
    const faults = [
      { kind: 'torn-write', at: at('write') },
      { kind: 'crash', point: 'performed', at: at('write') },
    ];
    const simulated = run(faults, append('abcdef'));
    assert.equal(logOf(simulated), 'abc');
    assert.deepEqual(resultsOf(simulated, 'volume.write'), [{ end: '6' }]);
  });

  const misdirected = { kind: 'misdirected-write', at: at('write', 2) };

  it('writes to another place of the file, which is as long as if it were right', () => {
    const simulated = run([{ ...misdirected, offset: 1 }], append('abcdef'), append('XY'));
    assert.equal(logOf(simulated), 'aXYdef\0\0');
    assert.deepEqual(resultsOf(simulated, 'volume.write')[1], { end: '8' });
    const [{ service, seq, data }] = simulated.sink.traces.filter(
      ({ kind }) => kind === 'write.misdirected',
    ) as [TraceRow];
    assert.deepEqual({ service, data }, { service: 'shared', data: { offset: 1, bytes: 2 } });
    assert.equal(entriesOf(simulated, 'script-1')[Number(seq)]?.operation.name, 'volume.write');
  });

  it('draws where a write lands, and never there where it belongs', () => {
    const landed = new Set<string>();
    for (let seed = 1; seed <= 20; seed++) {
      const { simulation, sink } = simulate(program, {
        ...{
          args: [...append('abc'), ...append('X')],
          plan: { faults: [misdirected] },
          world: { seed },
        },
      });
      simulation.run();
      landed.add(logOf({ simulation } as Simulated) ?? '');
      assert.deepEqual(
        sink.choices.map(({ stream }) => stream),
        ['misdirected-write'],
      );
    }
    assert.deepEqual([...landed].sort(), ['Xbc\0', 'aXc\0', 'abX\0']);
  });

  it('writes over another file, whose length stays', () => {
    const other = ['append', '/shared/other', '123456'];
    const fault = { ...misdirected, file: 'o*' };
    const simulated = run([fault], other, ['sleep', '1000'], append('ABCDEFGH'));
    const store = simulated.simulation.engine.volumes.get('shared')?.store;
    const stat = store?.statPath(store.root, 'other', true);
    assert.equal(stat?.size, 6n);
    const content = store?.read(stat?.inode ?? (0 as InodeId), 0n, 9);
    assert.match(Buffer.from(content ?? []).toString(), /^1?2?3?4?5?6?[A-F]+$/);
    assert.equal(logOf(simulated), '\0'.repeat(8));
  });

  it('writes outside of any file where there is none like that', () => {
    const simulated = run([{ ...misdirected, file: 'none' }], append('abc'), append('X'));
    assert.equal(logOf(simulated), 'abc\0');
    const trace = simulated.sink.traces.find(({ kind }) => kind === 'write.misdirected');
    assert.equal(trace?.data, undefined);
    assert.equal(logOf(run([{ ...misdirected, offset: 99 }], append('abc'), append('X'))), 'abc\0');
  });

  it('loses with what was not synced where a write has landed, too', () => {
    const lose = { kind: 'lost-writes', at: { effect: 'wait.poll' } };
    const first = { ...misdirected, at: at('write', 2), offset: 0 };
    const simulated = run([first, lose], append('abc'), append('X'), ['sleep', '10']);
    assert.equal(logOf(simulated), '');
  });

  it('misdirects a torn write, and once, though its result is asked for again', () => {
    const faults = [
      { kind: 'torn-write', keep: 1, at: at('write', 2) },
      { ...misdirected, offset: 0 },
      { kind: 'crash', point: 'performed', at: at('write', 2) },
    ];
    const simulated = run(faults, append('abc'), append('XYZ'));
    assert.equal(logOf(simulated), 'Xbc\0');
    assert.deepEqual(resultsOf(simulated, 'volume.write')[1], { end: '6' });
  });

  it('refuses a misdirected write for which there is no room', () => {
    const full = { kind: 'full', at: at('write', 2), for: '5s' };
    const simulated = run([full, { ...misdirected, offset: 0 }], append('abc'), append('X'));
    assert.equal(logOf(simulated), 'abc');
    assert.equal((resultsOf(simulated, 'volume.write')[1] as { errno?: string }).errno, 'nospc');
  });

  it('reads a file as it was some writes ago, once', () => {
    const steps = [append('one'), append('two'), append('three'), ['read', LOG], ['read', LOG]];
    const stale = (writes: number) =>
      run([{ kind: 'stale-read', writes, at: at('read') }], ...steps);
    assert.deepEqual(readsOf(stale(1)), ['onetwo', 'onetwothree']);
    assert.deepEqual(readsOf(stale(2)), ['one', 'onetwothree']);
    assert.deepEqual(readsOf(stale(60)), ['', 'onetwothree']);
  });

  it('reads wrong bytes once, from a file that is as it was', () => {
    const corrupt = { kind: 'corrupt-read', bytes: 2, at: at('read') };
    const simulated = run([corrupt], append('abcdef'), ['read', LOG], ['read', LOG]);
    const [first = '', second] = readsOf(simulated);
    assert.notEqual(first, 'abcdef');
    assert.equal(second, 'abcdef');
    const streams = simulated.sink.choices.map(({ stream }) => stream);
    assert.deepEqual([...new Set(streams)], ['corrupt-read']);
  });

  it('has no room for a while', () => {
    const full = { kind: 'full', volume: 'shared', at: at('open', 2), for: '5s' };
    const later = ['sleep', '6000'];
    const simulated = run([full], append('one'), append('two'), later, append('three'));
    assert.equal(logOf(simulated), 'onethree');
    assert.deepEqual((resultsOf(simulated, 'volume.write')[1] as { errno: string }).errno, 'nospc');
    const nothing = run([{ ...full, at: at('open') }], append('one'), later);
    assert.match(nothing.text(), /^open \/shared\/log: No space left on device\n/);
    const healed = { kind: 'heal', what: 'full', at: at('write', 2) };
    assert.equal(logOf(run([full, healed], append('one'), append('two'))), 'onetwo');
  });

  it('is slow for a while', () => {
    const slow = { kind: 'slow-volume', by: '2s', at: at('open'), for: '5s' };
    const simulated = run([slow], append('one'), ['sleep', '3000'], append('two'));
    const seconds = entriesOf(simulated, 'script-1')
      .filter(({ operation }) => operation.name.startsWith('volume.'))
      .map(({ startedAt, endedAt = 0n }) => Number((endedAt - startedAt) / SECOND));
    assert.deepEqual(seconds.slice(0, 2), [2, 2]);
    assert.equal(seconds.at(-1), 0);
  });

  it('loses what was not synced', () => {
    const lose = { kind: 'lost-writes', at: { effect: 'wait.poll' } };
    const simulated = run([lose], append('one'), ['sleep', '10'], append('two'), ['read', LOG]);
    assert.deepEqual(readsOf(simulated), ['two']);
    const lost = simulated.sink.traces.filter(({ kind }) => kind === 'volume.lost');
    assert.deepEqual(
      lost.map(({ service, data }) => [service, data]),
      [['shared', { files: 1 }]],
    );
  });

  it('leaves a run alone that it does not hit', () => {
    const steps = [append('one'), ['read', LOG]];
    const calm = run([], ...steps);
    const never = ['errno', 'torn-write', 'stale-read', 'corrupt-read', 'full', 'lost-writes'];
    never.push('misdirected-write');
    const faults = never.map((kind) => ({ kind, at: { effect: 'volume.*', match: 99 } }));
    const other = simulate(program, { args: steps.flat(), plan: { faults } });
    assert.deepEqual(other.simulation.run(), { kind: 'ended' });
    assert.deepEqual(other.sink.traces, calm.sink.traces);
    assert.deepEqual(other.sink.choices, calm.sink.choices);
    assert.deepEqual(entriesOf(other, 'script-1'), entriesOf(calm, 'script-1'));
  });
});
