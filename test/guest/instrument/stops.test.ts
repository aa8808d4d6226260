import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { ProbeSession } from '../../../simulator/guest/instrument/index.ts';
import { describeDump, type Recorded, recordC } from './instrument-harness.ts';
import { MIXED } from './sources.ts';

for (const level of ['-O0', '-O2']) {
  describe(`a program with probes at its statements, built with ${level}`, () => {
    let recorded: Recorded;
    before(async () => {
      recorded = await recordC({ 'main.c': MIXED }, level);
    });

    it('runs to its end, and counts its statements', () => {
      const session = new ProbeSession();
      const end = recorded.replay(recorded.withProbes(), session);
      assert.equal(end.kind, 'finished');
      assert.ok(session.tick > 100, `${session.tick}`);
      assert.equal(session.stopped, undefined);
    });

    it('stops at every tick, the same whatever the build', () => {
      const run = recorded.withProbes();
      const scan = recorded.withProbes({ scan: true });
      const every = recorded.withProbes({ breakpoints: recorded.statements, depth: true });
      const total = new ProbeSession();
      recorded.replay(run, total);
      for (let tick = 1; tick <= total.tick; tick++) {
        const session = new ProbeSession({ stopAt: tick });
        const end = recorded.replay(run, session);
        assert.equal(end.kind, 'stopped');
        const expected = describeDump(session.stopped);
        const scanned = new ProbeSession({ onTick: (at) => (at === tick ? 0 : 1) });
        recorded.replay(scan, scanned);
        assert.equal(describeDump(scanned.stopped), expected);
        const broken = new ProbeSession({ onBreakpoint: (hit) => hit.tick === tick });
        recorded.replay(every, broken);
        assert.equal(describeDump(broken.stopped), expected);
      }
    });
  });
}
