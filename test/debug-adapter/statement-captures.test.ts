import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CAPTURED_BYTES_MAX,
  CAPTURES_MAX,
} from '../../debug-adapter/travel/statements/capture-set.ts';
import { JournalReruns } from '../../debug-adapter/travel/statements/journal-reruns.ts';
import { ANY_DEPTH } from '../../debug-adapter/travel/statements/moves.ts';
import { NearVisits } from '../../debug-adapter/travel/statements/near-visits.ts';
import { neighboursOf } from '../../debug-adapter/travel/statements/neighbours.ts';
import { ProgramBuilds } from '../../debug-adapter/travel/statements/program-builds.ts';
import type { Snapshot } from '../../debug-adapter/travel/statements/snapshot.ts';
import { SnapshotMaker } from '../../debug-adapter/travel/statements/snapshot-maker.ts';
import { StatementCaptures } from '../../debug-adapter/travel/statements/statement-captures.ts';
import { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { type Recorded, recordC } from '../guest/instrument/instrument-harness.ts';
import { MIXED } from '../guest/instrument/sources.ts';

/** Locals and operands of a frame that are compared. */
const INDICES = Array.from({ length: 40 }, (_, index) => index);
/** One in so many is compared with what is told from the beginning. */
const COMPARED_EVERY = 7;
/** Such a memory can be noted at one statement, but not at two. */
const LARGE_MEMORY = 3 * 2 ** 20;

interface Runs {
  readonly reruns: JournalReruns;
  /** How often the program ran. */
  readonly count: () => number;
}

function runsOf(recorded: Recorded, captures: StatementCaptures): Runs {
  let count = 0;
  const { program, statements, workflow, entries } = recorded;
  const reruns = new JournalReruns({
    execution: 'script-1' as ExecutionId,
    workflow: {
      ...workflow,
      // Read once for each run.
      get config() {
        count++;
        return workflow.config;
      },
    },
    entries,
    patches: [],
    wallNanosOf: (entry) => entry?.startedAt ?? 0n,
    builds: new ProgramBuilds(program, { offsets: statements, locals: () => 'all' }),
    snapshots: new SnapshotMaker(program, new ProgramLocator(program)),
    captures,
    overflowed: () => false,
    interrupted: () => false,
  });
  return { reruns, count: () => count };
}

/** Everything of a snapshot, memory included. */
function contents({ frames, chain }: Snapshot): unknown {
  const shown = frames.map(({ state, ...frame }) => ({
    ...frame,
    memory: state && Buffer.from(state.memory).toString('base64'),
    values: INDICES.map((index) => [
      state?.local(index),
      state?.global(index),
      state?.operand(index),
    ]),
  }));
  return { shown, chain };
}

/** All statements of a program. */
function allVisits({ reruns }: Runs): NearVisits {
  const near = new NearVisits(1, Number.POSITIVE_INFINITY);
  reruns.visits({ from: 1, to: ANY_DEPTH, depthMax: ANY_DEPTH }, (visit) => {
    near.add(visit);
    return false;
  });
  return near;
}

for (const level of ['-O0', '-O2']) {
  describe(`statements that are looked at together, in a program built with ${level}`, () => {
    let recorded: Recorded;
    let near: NearVisits;
    before(async () => {
      recorded = await recordC({ 'main.c': MIXED }, level);
      near = allVisits(runsOf(recorded, new StatementCaptures()));
    });

    it('are as they are when each is run to', () => {
      const captures = new StatementCaptures();
      const together = runsOf(recorded, captures).reruns;
      const alone = runsOf(recorded, captures).reruns;
      let captured = 0;
      for (let tick = 1; near.at(tick) !== undefined; tick++) {
        const wish = { tick, countMax: CAPTURES_MAX, backwards: tick % 2 === 0 };
        const around = neighboursOf(near, wish);
        together.atTick(tick, around);
        for (const each of around) {
          const snapshot = together.capturedAt(each);
          if (snapshot === undefined || captured++ % COMPARED_EVERY > 0) continue;
          assert.deepEqual(contents(snapshot), contents(alone.atTick(each)), `${tick} ${each}`);
        }
      }
      assert.ok(captured > 1000, `${captured}`);
    });
  });
}

describe('statements that are looked at together', () => {
  let recorded: Recorded;
  before(async () => {
    recorded = await recordC({ 'main.c': MIXED }, '-O0');
  });

  it('need one run, and are gone with the next but one', () => {
    const captures = new StatementCaptures();
    const runs = runsOf(recorded, captures);
    const { reruns } = runs;
    const near = allVisits(runs);
    reruns.atTick(1);
    assert.ok(reruns.capturesMax > 10, `${reruns.capturesMax}`);
    const before = runs.count();
    const around = neighboursOf(near, { tick: 5, countMax: 5, backwards: false });
    reruns.atTick(5, around);
    for (const tick of around) assert.ok(reruns.capturedAt(tick) !== undefined, `${tick}`);
    assert.equal(runs.count(), before + 1);
    assert.equal(reruns.capturedAt(500), undefined);
    const kept = reruns.capturedAt(4);
    assert.ok(kept !== undefined);
    const seen = contents(kept);
    const other = runsOf(recorded, captures).reruns;
    assert.equal(other.capturedAt(5), undefined);
    for (const tick of [50, 80]) {
      other.atTick(tick, neighboursOf(near, { tick, countMax: 5, backwards: true }));
      assert.ok(other.capturedAt(50) !== undefined);
    }
    assert.equal(reruns.capturedAt(5), undefined);
    reruns.atTick(5, around);
    assert.ok(other.capturedAt(80) === undefined, 'it was used less lately');
    assert.ok(other.capturedAt(50) !== undefined);
    // Snapshots that were made stay as they are.
    assert.deepEqual(contents(kept), seen);
  });

  it('are as many as there is room for', async () => {
    const flag = `-Wl,--initial-memory=${LARGE_MEMORY}`;
    const large = await recordC({ 'main.c': MIXED }, '-O0', flag);
    const runs = runsOf(large, new StatementCaptures());
    const { reruns } = runs;
    reruns.atTick(1);
    assert.equal(reruns.capturesMax, Math.floor(CAPTURED_BYTES_MAX / LARGE_MEMORY));
    const near = allVisits(runs);
    const around = neighboursOf(near, { tick: 5, countMax: 9, backwards: false });
    const before = runs.count();
    const snapshot = reruns.atTick(5, around);
    assert.equal(runs.count(), before + 1);
    const known = around.filter((tick) => reruns.capturedAt(tick) !== undefined);
    // The first that it comes to, and the one that is wanted, at which it stops.
    assert.deepEqual(known, [around[0], 5]);
    const alone = runsOf(large, new StatementCaptures()).reruns;
    assert.deepEqual(contents(snapshot), contents(alone.atTick(5)));
  });
});

describe('the neighbours of a statement', () => {
  /** Depth and activation of statements from 1 on: main calls one, that two, and main three. */
  const VISITS = ['1 1', '1 1', '2 2', '2 2', '3 3', '2 2', '2 2', '1 1', '2 4', '2 4', '1 1'];
  const near = new NearVisits(1, VISITS.length);
  VISITS.forEach((visit, index) => {
    const [depth = 0, activation = 0] = visit.split(' ').map(Number);
    near.add({ tick: index + 1, offset: index, depth, activation });
  });

  const of = (tick: number, countMax = CAPTURES_MAX, backwards = false): readonly number[] =>
    neighboursOf(near, { tick, countMax, backwards });

  it('are those of its call, and those before it of its callers', () => {
    assert.deepEqual(of(6), [1, 2, 3, 4, 6, 7]);
    assert.deepEqual(of(5), [1, 2, 3, 4, 5]);
    assert.deepEqual(of(8), [1, 2, 8, 11]);
    assert.deepEqual(of(9), [1, 2, 8, 9, 10]);
  });

  it('lie mostly where one is going', () => {
    assert.deepEqual(of(4, 5), [3, 4, 6, 7]);
    assert.deepEqual(of(4, 5, true), [1, 2, 3, 4, 6]);
  });

  it('are none where nothing is known, or for which there is no room', () => {
    assert.deepEqual(of(99), [99]);
    assert.deepEqual(of(4, 1), [4]);
    assert.deepEqual(of(4, 0), [4]);
  });
});
