import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  instructionOffsets,
  ProbeSession,
  type StoreHit,
} from '../../../simulator/guest/instrument/index.ts';
import { runs } from '../../property/random-cases.ts';
import { type Recorded, recordC } from './instrument-harness.ts';
import { ModuleRuns } from './module-runs.ts';
import { encodeModule, randomModule } from './random-module.ts';
import { STORING } from './sources.ts';

describe('a watched range of memory', () => {
  let recorded: Recorded;
  let start: number;
  const length = 48;
  before(async () => {
    recorded = await recordC({ 'main.c': STORING }, '-O1', '-mbulk-memory');
    start = await addressOfWatched();
  });

  /** Where the program puts its variable: it is filled with sevens at the end, and alone so. */
  async function addressOfWatched(): Promise<number> {
    const session = new ProbeSession();
    const build = recorded.withProbes();
    recorded.replay(build, session, ({ operation }) => operation.name === 'stdout.write');
    const memory = session.stopped?.instances[0]?.memories[0] ?? new Uint8Array();
    return Buffer.from(memory).indexOf(Buffer.alloc(length, 7));
  }

  /** What is told of stores, with the lines that they are on. */
  function storesTo(watched: { start: number; length: number }) {
    const hits: StoreHit[] = [];
    const session = new ProbeSession({ watched, onStore: (hit) => hits.push(hit) < 0 });
    const build = recorded.withProbes({ watch: true });
    assert.equal(recorded.replay(build, session).kind, 'finished');
    return hits.map((hit) => ({ ...hit, line: lineText(hit.codeOffset) }));
  }

  function lineText(codeOffset: number): string | undefined {
    const line = recorded.lineAt(codeOffset);
    return line === undefined ? undefined : STORING.split('\n')[line - 1]?.trim();
  }

  it('tells of every store into it, and of no other', () => {
    const hits = storesTo({ start, length });
    for (const { address, length: bytes } of hits) {
      assert.ok(address < start + length && address + bytes > start);
    }
    const lines = new Set(hits.map(({ line }) => line));
    for (const text of ['record->wide = number;', 'memset(&watched, 7, sizeof watched);']) {
      assert.ok(lines.has(text), `${text}: ${[...lines].join()}`);
    }
    assert.ok(!lines.has('memset(&after, 0, sizeof after);'));
  });

  it('is exact to the byte at both of its ends', () => {
    const stores = storesTo({ start, length }).filter(
      ({ line }) => line === 'record->wide = number;',
    );
    const [store] = stores;
    assert.ok(store !== undefined && store.length === 8);
    const told = (at: number, bytes: number) =>
      storesTo({ start: at, length: bytes }).some(
        ({ codeOffset }) => codeOffset === store.codeOffset,
      );
    assert.ok(told(store.address, 1));
    assert.ok(told(store.address + 7, 1));
    assert.ok(told(store.address - 1, 2));
    assert.ok(!told(store.address - 1, 1));
    assert.ok(!told(store.address + 8, 1));
    assert.ok(!told(store.address, 0));
  });

  it('tells how deep it is, and in which call of a function with probes', () => {
    const hits: StoreHit[] = [];
    const session = new ProbeSession({
      watched: { start, length },
      onStore: (hit) => hits.push(hit) < 0,
    });
    recorded.replay(recorded.withProbes({ watch: true, depth: true }), session);
    assert.ok(hits.length > 0);
    for (const { depth } of hits) assert.ok(depth >= 1, `${depth}`);
    assert.ok(hits.some(({ activation }) => activation >= 1));
  });

  it('is told when an import has returned, with what it wrote', () => {
    const seen: string[] = [];
    const session: ProbeSession = new ProbeSession({
      onReturn: () => seen.push(`${session.tick} ${session.main?.memories.length}`),
    });
    recorded.replay(recorded.withProbes({ watch: true }), session);
    assert.ok(seen.length > 0);
    assert.ok(seen.every((each) => / 1$/.test(each)));
  });

  it('stops behind the store, when it is to', () => {
    const [, second] = storesTo({ start, length });
    assert.ok(second !== undefined);
    const session = new ProbeSession({
      watched: { start, length },
      onStore: ({ tick, codeOffset }) => tick === second.tick && codeOffset === second.codeOffset,
    });
    const end = recorded.replay(recorded.withProbes({ watch: true }), session);
    assert.equal(end.kind, 'stopped');
    const [frame] = session.stopped?.frames ?? [];
    assert.deepEqual([frame?.kind, frame?.codeOffset], ['store', second.codeOffset]);
    assert.equal(session.stopped?.tick, second.tick);
  });
});

describe('all of memory, watched in a random module', () => {
  it('changes by stores that are told of, and by nothing else', () => {
    fc.assert(
      fc.property(randomModule, (functions) => {
        const module = new ModuleRuns(encodeModule(functions));
        const probes = instructionOffsets(module.bytes, module.info, module.functions);
        let known: Uint8Array | undefined;
        let stores: StoreHit[] = [];
        /** Without what was stored, the memory is what it was. */
        const compare = () => {
          const memory = new Uint8Array(session.main?.memories[0]?.buffer as ArrayBuffer);
          const before = known ?? new Uint8Array(memory.length);
          const rest = memory.slice();
          for (const { address, length } of stores) {
            assert.ok(length > 0);
            rest.set(before.subarray(address, address + length), address);
          }
          assert.ok(Buffer.compare(rest, before) === 0, 'a store that was not told of');
          known = memory.slice();
          stores = [];
        };
        const session: ProbeSession = new ProbeSession({
          watched: { start: 0, length: 65_536 },
          onStore: (hit) => {
            stores.push(hit);
            return false;
          },
          onTick: () => {
            if (stores.length > 0) compare();
            return 1;
          },
        });
        module.run({ probes, scan: true, watch: true }, session);
        compare();
      }),
      { numRuns: runs(25) },
    );
  });
});
