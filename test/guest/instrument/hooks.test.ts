import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  CHECK_IN_INTERVAL,
  type ProbeHit,
  ProbeSession,
} from '../../../simulator/guest/instrument/index.ts';
import { type Recorded, recordC, unstartedC } from './instrument-harness.ts';
import { ENDLESS, MIXED, TRAPPING } from './sources.ts';

interface Visit {
  readonly tick: number;
  readonly codeOffset: number;
  readonly depth: number;
  readonly activation: number;
}

/** Every tick that a scan is asked at. */
function visitsOf(recorded: Recorded, scanDepth?: number): Visit[] {
  const visits: Visit[] = [];
  const session = new ProbeSession({
    ...(scanDepth === undefined ? {} : { scanDepth }),
    onTick: (tick, codeOffset, depth, activation) => {
      visits.push({ tick, codeOffset, depth, activation });
      return 1;
    },
  });
  recorded.replay(recorded.withProbes({ scan: true }), session);
  return visits;
}

describe('the hooks of a program with probes', () => {
  let recorded: Recorded;
  before(async () => {
    recorded = await recordC({ 'main.c': MIXED }, '-O0');
  });

  it('are called at every statement by a scan, with its depth and activation', () => {
    const visits = visitsOf(recorded);
    assert.deepEqual(
      visits.map(({ tick }) => tick),
      visits.map((_, index) => index + 1),
    );
    const deep = recorded.withProbes({ depth: true });
    for (const { tick, codeOffset, depth, activation } of visits) {
      const session = new ProbeSession({ stopAt: tick });
      recorded.replay(deep, session);
      const [frame] = session.stopped?.frames ?? [];
      assert.deepEqual(
        [frame?.codeOffset, frame?.depth, frame?.activation],
        [codeOffset, depth, activation],
      );
    }
  });

  it('are called by a scan only up to a depth, with the same ticks', () => {
    const visits = visitsOf(recorded);
    assert.ok(Math.max(...visits.map(({ depth }) => depth)) > 3);
    for (const scanDepth of [1, 2, 3]) {
      const shallow = visits.filter(({ depth }) => depth <= scanDepth);
      assert.deepEqual(visitsOf(recorded, scanDepth), shallow);
    }
  });

  it('can change the depth of a scan, and let it run', () => {
    const visits = visitsOf(recorded);
    const seen: number[] = [];
    const session = new ProbeSession({
      stopAt: 10,
      onTick: (tick) => {
        seen.push(tick);
        session.scanDepth = 1;
        return seen.length === 1 ? 50 : 1;
      },
    });
    recorded.replay(recorded.withProbes({ scan: true }), session);
    const later = visits.filter(({ tick, depth }) => tick >= 60 && depth === 1);
    assert.deepEqual(seen, [10, ...later.map(({ tick }) => tick)]);
    assert.equal(session.tick, visits.length);
  });

  it('are called at breakpoints with the variables of the frame', () => {
    const visits = visitsOf(recorded);
    const chosen = visits[Math.floor(visits.length / 2)]?.codeOffset ?? 0;
    const hits: ProbeHit[] = [];
    const session = new ProbeSession({
      onBreakpoint: (hit) => {
        assert.equal(session.tick, hit.tick);
        assert.ok((session.main?.memories[0]?.buffer.byteLength ?? 0) > 0);
        hits.push(hit);
        return false;
      },
    });
    const build = recorded.withProbes({ breakpoints: [chosen], depth: true });
    assert.equal(recorded.replay(build, session).kind, 'finished');
    assert.deepEqual(
      hits.map(({ tick, codeOffset, depth, activation }) => {
        return { tick, codeOffset, depth, activation };
      }),
      visits.filter(({ codeOffset }) => codeOffset === chosen),
    );
    for (const { tick, locals } of hits) {
      const stopped = new ProbeSession({ stopAt: tick });
      recorded.replay(recorded.withProbes(), stopped);
      assert.deepEqual(stopped.stopped?.frames[0]?.locals, locals);
    }
  });

  it('let the host stop in the call of an effect, before it happens or after', () => {
    const build = recorded.withProbes();
    for (const { seq } of recorded.entries) {
      let tick = 0;
      const early = new ProbeSession();
      const end = recorded.replay(build, early, (entry) => {
        tick = early.tick;
        return entry.seq === seq;
      });
      assert.deepEqual(end, { kind: 'stopped', replayed: seq });
      const late = new ProbeSession();
      const lateEnd = recorded.replay(build, late, (entry) => {
        if (entry.seq === seq) late.stopNow();
        return false;
      });
      assert.deepEqual(lateEnd, { kind: 'stopped', replayed: seq + 1 });
      assert.equal(early.stopped?.tick, tick);
      assert.equal(late.stopped?.tick, tick);
      assert.ok(early.stopped?.frames.every(({ kind }) => kind === 'call'));
      assert.deepEqual(late.stopped?.frames, early.stopped?.frames);
    }
  });

  it('leave the stack of the call beyond the end of the journal', () => {
    const session = new ProbeSession();
    const end = recorded.cutOff(1).replay(recorded.withProbes(), session);
    assert.equal(end.kind, 'journal-ended');
    assert.equal(session.stopped?.frames[0]?.kind, 'call');
  });
});

describe('a program that computes for ever', () => {
  for (const options of [{}, { scan: true }, { depth: true, exact: true }]) {
    it(`can be ended now and then, built with ${JSON.stringify(options)}`, async () => {
      const recorded = await unstartedC({ 'main.c': ENDLESS }, '-O0');
      const ticks: number[] = [];
      const session = new ProbeSession({
        stopAt: Number.MAX_SAFE_INTEGER,
        onCheckIn: (tick) => ticks.push(tick) === 4,
      });
      const build = recorded.withProbes({ ...options, checkIns: true });
      assert.equal(recorded.replay(build, session).kind, 'stopped');
      const [first = 0, ...others] = ticks;
      assert.ok(first < CHECK_IN_INTERVAL);
      let last = first;
      for (const tick of others) {
        assert.ok(tick - last >= CHECK_IN_INTERVAL && tick - last < CHECK_IN_INTERVAL * 2);
        last = tick;
      }
      assert.equal(session.stopped?.frames[0]?.kind, 'check-in');
      assert.equal(session.stopped?.tick, ticks.at(-1));
    });
  }
});

describe('a trap', () => {
  it('has its statement in an exact build', async () => {
    const recorded = await recordC({ 'main.c': TRAPPING }, '-O0');
    const exact = new ProbeSession();
    const end = recorded.replay(recorded.withProbes({ exact: true }), exact);
    assert.ok(end.kind === 'finished' && end.outcome.kind === 'trapped');
    assert.equal(exact.stopped, undefined);
    const stopped = new ProbeSession({ stopAt: exact.tick });
    recorded.replay(recorded.withProbes(), stopped);
    const [frame] = stopped.stopped?.frames ?? [];
    const line = recorded.lineAt(frame?.codeOffset ?? 0);
    assert.equal(TRAPPING.split('\n')[(line ?? 0) - 1]?.trim(), 'return left / by;');
    const further = new ProbeSession({ stopAt: exact.tick + 1 });
    assert.equal(recorded.replay(recorded.withProbes(), further).kind, 'finished');
  });
});
