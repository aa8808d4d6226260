import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { Awaiting } from '../../debug-adapter/travel/statements/awaiting.ts';
import { JournalReruns } from '../../debug-adapter/travel/statements/journal-reruns.ts';
import { MemoryTrail, sameWords } from '../../debug-adapter/travel/statements/memory-trail.ts';
import { Pace, WAIT_MS_MAX } from '../../debug-adapter/travel/statements/pace.ts';
import { ProgramBuilds } from '../../debug-adapter/travel/statements/program-builds.ts';
import { Interrupted } from '../../debug-adapter/travel/statements/reruns.ts';
import type { Snapshot } from '../../debug-adapter/travel/statements/snapshot.ts';
import { SnapshotMaker } from '../../debug-adapter/travel/statements/snapshot-maker.ts';
import {
  SETS_MAX,
  StatementCaptures,
} from '../../debug-adapter/travel/statements/statement-captures.ts';
import { JUMPED, MEMORY_BYTES_MAX } from '../../debug-adapter/travel/statements/window-run.ts';
import { replay } from '../../simulator/engine/replayer.ts';
import { ProbeSession } from '../../simulator/guest/instrument/index.ts';
import { ProgramLocator } from '../../simulator/guest/symbols/index.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import { type Recorded, recordC } from '../guest/instrument/instrument-harness.ts';
import { MIXED, TRAPPING } from '../guest/instrument/sources.ts';

const ID = 'script-1' as ExecutionId;

/** Locals and operands of a frame that are compared. */
const INDICES = Array.from({ length: 40 }, (_, index) => index);
/** One in so many is compared with what is told from the beginning. */
const COMPARED_EVERY = 7;
/** Such a memory can be compared a few times only, and such a one not at all. */
const LARGE_MEMORY = 2 * 2 ** 20;
const TOO_LARGE_MEMORY = MEMORY_BYTES_MAX + 65536;

/** Ends in the middle of calls. */
const EXITING = `
#include <stdio.h>
#include <stdlib.h>

static int deep(int level, int sum) {
  if (level == 0) {
    printf("%d\\n", sum);
    if (sum > 20) exit(sum);
    return sum;
  }
  int below = deep(level - 1, sum + level);
  return below + 1;
}

int main(void) {
  int sum = 0;
  for (int index = 0; index < 9; index++) sum += deep(index, sum);
  return 0;
}
`;

const PROGRAMS: Readonly<Record<string, readonly [source: string, level: string]>> = {
  'with calls and effects, at -O0': [MIXED, '-O0'],
  'with calls and effects, at -O2': [MIXED, '-O2'],
  'that traps': [TRAPPING, '-O0'],
  'that exits in the middle of calls': [EXITING, '-O0'],
};

interface Runs {
  readonly reruns: JournalReruns;
  /** How often the program ran. */
  readonly count: () => number;
}

function runsOf(
  recorded: Recorded,
  captures: StatementCaptures,
  awaiting = new Awaiting(() => false),
  nowMs = () => 0,
): Runs {
  let count = 0;
  const { program, statements, workflow, entries } = recorded;
  const reruns = new JournalReruns({
    execution: ID,
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
    awaiting,
    pace: new Pace(nowMs),
  });
  return { reruns, count: () => count };
}

/** A statement as a run tells it that does nothing but stop there. */
function stoppedAt({ program, statements, ...recorded }: Recorded, tick: number): Snapshot {
  const builds = new ProgramBuilds(program, { offsets: statements, locals: () => 'all' });
  const session = new ProbeSession({ stopAt: tick });
  replay({
    ...recorded,
    execution: ID,
    workflow: { ...recorded.workflow, program: builds.stopping() },
    wallNanosOf: (entry) => entry?.startedAt ?? 0n,
    session,
  });
  return new SnapshotMaker(program, new ProgramLocator(program)).make(session.stopped);
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

/** How many statements there are. */
function countOf({ reruns }: Runs): number {
  reruns.reach(Number.POSITIVE_INFINITY);
  return reruns.learned.total ?? 0;
}

for (const [what, [source, level]] of Object.entries(PROGRAMS)) {
  describe(`statements that are looked at together, in a program ${what}`, () => {
    let recorded: Recorded;
    before(async () => {
      recorded = await recordC({ 'main.c': source }, level);
    });

    it('are as they are when the program is stopped at each', () => {
      for (const direction of [1, -1, 0] as const) {
        const together = runsOf(recorded, new StatementCaptures());
        const total = countOf(together);
        const before = together.count();
        for (let step = 1; step <= total; step++) {
          const tick = direction < 0 ? total + 1 - step : step;
          const told = contents(together.reruns.atTick(tick, direction));
          if (tick % COMPARED_EVERY > 0) continue;
          assert.deepEqual(told, contents(stoppedAt(recorded, tick)), `${tick}`);
        }
        const count = together.count() - before;
        assert.ok(count <= 2 + total / 10, `${count} runs for ${total} statements`);
      }
    });
  });
}

describe('statements that are looked at together', () => {
  let recorded: Recorded;
  before(async () => {
    recorded = await recordC({ 'main.c': MIXED }, '-O0');
  });

  it('need one run, and are gone when others were looked at', () => {
    const captures = new StatementCaptures();
    const runs = runsOf(recorded, captures);
    const { reruns } = runs;
    // Otherwise the first look runs to the end, and learns only there that it was one.
    countOf(runs);
    const before = runs.count();
    const kept = reruns.atTick(5);
    const seen = contents(kept);
    for (const tick of [2, 12, 6]) reruns.atTick(tick);
    assert.equal(runs.count(), before + 1);
    for (let time = 1; time <= SETS_MAX * 2; time++) {
      reruns.atTick(5);
      runsOf(recorded, captures).reruns.atTick(time);
    }
    assert.equal(runs.count(), before + 1, 'it was used lately');
    const { reruns: other } = runsOf(recorded, captures);
    assert.equal(other.near(5), undefined, 'it is of another execution');
    for (let time = 1; time < SETS_MAX; time++) {
      assert.equal(reruns.near(5)?.at(5)?.tick, 5);
      runsOf(recorded, captures).reruns.atTick(time);
    }
    assert.equal(reruns.near(5), undefined);
    assert.deepEqual(contents(reruns.atTick(5)), seen);
    assert.equal(runs.count(), before + 2);
    // Snapshots that were made stay as they are.
    assert.deepEqual(contents(kept), seen);
  });

  it('are as many as there is time and room for', async () => {
    for (const [size, least, most] of [
      [LARGE_MEMORY, 2, JUMPED.comparedBytes / LARGE_MEMORY],
      [TOO_LARGE_MEMORY, 1, 1],
    ] as const) {
      const flags = [`-Wl,--initial-memory=${size}`];
      const large = await recordC({ 'main.c': MIXED }, '-O0', ...flags);
      const captures = new StatementCaptures();
      const runs = runsOf(large, captures);
      const { reruns } = runs;
      countOf(runs);
      const before = runs.count();
      const snapshot = reruns.atTick(50);
      assert.equal(runs.count(), before + 1);
      const around = Array.from({ length: 41 }, (_, index) => 30 + index);
      const told = around.filter((tick) => captures.tells(reruns, tick)).length;
      assert.ok(told >= least && told <= most, `${told} of a memory of ${size}`);
      assert.deepEqual(contents(snapshot), contents(stoppedAt(large, 50)));
    }
  });
});

describe('statements that are prepared while nobody waits', () => {
  let recorded: Recorded;
  before(async () => {
    recorded = await recordC({ 'main.c': MIXED }, '-O0', `-Wl,--initial-memory=${LARGE_MEMORY}`);
  });

  it('are noted around one where fewer were', () => {
    const captures = new StatementCaptures();
    const awaiting = new Awaiting(() => false);
    const runs = runsOf(recorded, captures, awaiting);
    const { reruns } = runs;
    countOf(runs);
    reruns.atTick(90);
    const before = runs.count();
    assert.ok(!captures.tells(reruns, 80, 100));
    awaiting.meanwhile(
      () => false,
      () => {
        for (let time = 0; time < 3; time++) reruns.prepare(90);
      },
    );
    assert.equal(runs.count(), before + 1);
    assert.ok(captures.tells(reruns, 80, 100));
    for (const tick of [80, 88, 100]) {
      assert.deepEqual(contents(reruns.atTick(tick)), contents(stoppedAt(recorded, tick)));
    }
    assert.equal(runs.count(), before + 1);
  });

  it('are left as they are when somebody wants something, and prepared another time', () => {
    const captures = new StatementCaptures();
    const awaiting = new Awaiting(() => assert.fail('nobody waits for it'));
    const runs = runsOf(recorded, captures, awaiting);
    const { reruns } = runs;
    awaiting.meanwhile(
      () => false,
      () => reruns.atTick(90),
    );
    const before = runs.count();
    const prepare = (hasRequests: () => boolean) =>
      awaiting.meanwhile(hasRequests, () => reruns.prepare(90));
    let questions = 0;
    assert.throws(() => prepare(() => ++questions === 5), Interrupted);
    assert.equal(questions, 5);
    assert.ok(!captures.tells(reruns, 80, 100));
    assert.ok(captures.tells(reruns, 90), 'what was known before');
    prepare(() => false);
    assert.ok(captures.tells(reruns, 80, 100));
    assert.ok(runs.count() > before);
    assert.throws(() => reruns.atTick(200), /nobody waits for it/);
  });

  it('are none of a program that could not be broken off at once', () => {
    for (const [step, prepared] of [
      [WAIT_MS_MAX / 2, 1],
      [WAIT_MS_MAX * 2, 0],
    ] as const) {
      let now = 0;
      const captures = new StatementCaptures();
      const runs = runsOf(recorded, captures, undefined, () => {
        now += step;
        return now;
      });
      countOf(runs);
      for (const tick of [90, 30, 90]) runs.reruns.atTick(tick);
      const before = runs.count();
      runs.reruns.prepare(90);
      assert.equal(runs.count(), before + prepared);
    }
  });
});

describe('a trail of a memory', () => {
  it('tells what it held at every instant, also while it grew', () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const trail = new MemoryTrail();
    const copies: Uint8Array[] = [];
    for (let instant = 0; instant < 60; instant++) {
      if (instant % 20 === 10) memory.grow(1);
      const bytes = new Uint8Array(memory.buffer);
      const places = [instant * 997, instant * 31 * 4096 + 5, bytes.length - 1 - (instant % 3)];
      for (const place of places) bytes[place % bytes.length] = instant + 1;
      copies.push(bytes.slice());
      assert.equal(trail.note(memory), instant);
    }
    copies.forEach((copy, instant) => {
      assert.ok(Buffer.from(trail.at(instant)).equals(copy), `${instant}`);
    });
    assert.ok(trail.bytes < 20 * 65536);
  });

  it('compares the same without a native comparison', () => {
    for (let place = 0; place < 64; place++) {
      const one = new Uint8Array(128).subarray(64);
      const other = new Uint8Array(64);
      assert.ok(sameWords(one, other));
      other[place] = 1;
      assert.ok(!sameWords(one, other));
    }
  });
});
