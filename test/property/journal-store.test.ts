import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { operationByName } from '../../simulator/effects/registry.ts';
import { DurableJournal, JournalStore } from '../../simulator/engine/journal-store.ts';
import { type Entry, executionId, seqOf } from '../../simulator/journal/entry.ts';
import { virtualNanos } from '../../simulator/kernel/time.ts';
import { runs } from './random-cases.ts';

const RUNS = 300;

/** What an entry of a commit does to the journal. */
type Change = 'read' | 'print' | 'wait' | 'finish';

type Step =
  | { readonly kind: 'claim' }
  /** By an owner of that many epochs ago; 0 is the present one. */
  | { readonly kind: 'commit'; readonly lag: number; readonly changes: readonly Change[] };

const change = fc.constantFrom<Change>('read', 'print', 'wait', 'finish');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('claim' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('commit' as const),
      lag: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3 })),
      changes: fc.array(change, { maxLength: 4 }),
    }),
  },
);

const OPERATIONS = { read: 'clock.read', print: 'stdout.write', wait: 'wait.poll' } as const;
const AT = virtualNanos(7n);

function newEntry(seq: number, kind: keyof typeof OPERATIONS): Entry {
  const operation = operationByName(OPERATIONS[kind]);
  assert.ok(operation !== undefined);
  const done = kind === 'wait' ? undefined : AT;
  return {
    seq: seqOf(seq),
    operation,
    argsHash: seq,
    args: kind === 'print' ? { body: Buffer.from(`line ${seq}`) } : {},
    key: undefined,
    attempt: 1,
    startedAt: AT,
    result: done === undefined ? undefined : {},
    endedAt: done,
    deliveredAt: done,
    pending: undefined,
  };
}

/** The entries of a commit on top of what is stored. */
function entriesFor(stored: readonly Entry[], changes: readonly Change[]): Entry[] {
  const all = [...stored];
  return changes.map((kind) => {
    const unfinished = all.find(({ result }) => result === undefined);
    const entry =
      kind !== 'finish'
        ? newEntry(all.length, kind)
        : unfinished === undefined
          ? newEntry(all.length, 'read')
          : { ...unfinished, result: { ended: true }, endedAt: AT };
    all[entry.seq] = entry;
    return entry;
  });
}

describe('the journal store', () => {
  it('takes commits of the latest epoch whole and others not at all, and shows outputs once', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const shown: number[] = [];
        const written: number[] = [];
        const sink = {
          entry: (_execution: string, { seq }: Entry) => written.push(seq),
          restart: () => assert.fail('nothing starts again'),
        };
        const store = new JournalStore(sink, ({ seq }) => shown.push(seq));
        const journal = new DurableJournal(executionId('script-1'));
        const model: Entry[] = [];
        journal.epoch = 1;
        for (const each of steps) {
          if (each.kind === 'claim') {
            journal.epoch++;
            continue;
          }
          const entries = entriesFor(model, each.changes);
          const copies = entries.map((entry) => ({ ...entry }));
          const isLatest = each.lag === 0;
          written.length = 0;
          assert.equal(store.commit(journal, journal.epoch - each.lag, entries), isLatest);
          if (isLatest) for (const copy of copies) model[copy.seq] = copy;
          assert.deepEqual(written, isLatest ? copies.map(({ seq }) => seq) : []);
          // An attempt goes on changing its waits and calls; what is stored must not follow.
          for (const entry of entries) if (entry.operation.class === 'wait') entry.attempt = 99;
          assert.deepEqual(journal.entries, model);
          const outputs = model.filter(({ operation }) => operation.class === 'output');
          assert.deepEqual(
            shown,
            outputs.map(({ seq }) => seq),
          );
        }
      }),
      { numRuns: runs(RUNS) },
    );
  });
});
