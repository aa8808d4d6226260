import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  instructionOffsets,
  type LookHit,
  ProbeSession,
} from '../../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../../simulator/guest/program.ts';
import { describeDump, type Recorded, recordC } from './instrument-harness.ts';
import { MIXED } from './sources.ts';

/** All functions that a module defines. */
function allFunctions({ main }: GuestProgram): ReadonlySet<number> {
  const { functionTypes, functionsImported } = main.info;
  return new Set([...functionTypes.keys()].filter((index) => index >= functionsImported));
}

for (const level of ['-O0', '-O2']) {
  describe(`a program whose every instruction can be looked at, built with ${level}`, () => {
    let recorded: Recorded;
    let build: GuestProgram;
    before(async () => {
      recorded = await recordC({ 'main.c': MIXED }, level);
      const instructions = allFunctions(recorded.program);
      build = recorded.withProbes({ instructions, operands: true, checkIns: true });
    });

    function look(stopAt: number, onLook: (hit: LookHit) => boolean, scanDepth?: number) {
      const settings = { stopAt, onLook, ...(scanDepth === undefined ? {} : { scanDepth }) };
      const session = new ProbeSession(settings);
      return { session, end: recorded.replay(build, session) };
    }

    it('does what it did, whether it is looked at or not', () => {
      const expected = recorded.replay(recorded.program);
      assert.deepEqual(recorded.replay(build, new ProbeSession()), expected);
      let looks = 0;
      assert.deepEqual(look(0, () => ++looks === 0).end, expected);
      assert.ok(looks > 5_000, `${looks}`);
    });

    it('is looked at from a tick on, each instruction once, the first at its statement', () => {
      const statements = new Map<number, number>();
      const scan = new ProbeSession({
        onTick: (tick, offset) => {
          statements.set(tick, offset);
          return 1;
        },
      });
      recorded.replay(recorded.withProbes({ scan: true }), scan);
      const every = new Set(
        instructionOffsets(recorded.program.main.bytes, recorded.program.main.info, [
          ...allFunctions(recorded.program),
        ]),
      );
      let last = 0;
      look(40, ({ tick, codeOffset }) => {
        assert.ok(every.has(codeOffset));
        if (tick !== last) assert.equal(codeOffset, statements.get(tick));
        if (last === 0) assert.equal(tick, 40);
        last = tick;
        return false;
      });
      assert.equal(last, statements.size);
    });

    it('tells levels as the stack has them, and only those that were asked for', () => {
      const seen: LookHit[] = [];
      look(1, (hit) => {
        seen.push(hit);
        return false;
      });
      for (let index = 0; index < seen.length; index += 997) {
        let left = index;
        const { session } = look(1, () => left-- === 0);
        const [innermost] = session.stopped?.frames ?? [];
        assert.equal(session.stopped?.frames.length, seen[index]?.level);
        assert.equal(innermost?.codeOffset, seen[index]?.codeOffset);
        assert.equal(session.stopped?.tick, seen[index]?.tick);
      }
      const shallow: LookHit[] = [];
      look(1, (hit) => shallow.push(hit) === 0, 3);
      assert.deepEqual(
        shallow,
        seen.filter(({ level }) => level <= 3),
      );
      assert.ok(shallow.length < seen.length);
    });

    it('stops at a statement as without that', () => {
      const plain = recorded.withProbes({ depth: true });
      for (const tick of [1, 2, 30, 31, 50, 77]) {
        const session = new ProbeSession({ stopAt: tick });
        recorded.replay(plain, session);
        assert.equal(
          describeDump(look(tick, () => true).session.stopped),
          describeDump(session.stopped),
        );
      }
    });

    it('meets breakpoints in the middle of statements, in libraries too', () => {
      const counts = new Map<number, number>();
      look(0, ({ codeOffset }) => {
        counts.set(codeOffset, (counts.get(codeOffset) ?? 0) + 1);
        return false;
      });
      const wanted = [...counts.keys()].sort((one, other) => one - other);
      const some = wanted.filter((_, index) => index % 41 === 0);
      const met = new Map<number, number>();
      const session = new ProbeSession({
        onBreakpoint: ({ codeOffset }) => {
          met.set(codeOffset, (met.get(codeOffset) ?? 0) + 1);
          return false;
        },
      });
      recorded.replay(recorded.withProbes({ breakpoints: some }), session);
      assert.deepEqual(
        [...met].sort(),
        some.map((offset): [number, number] => [offset, counts.get(offset) ?? 0]).sort(),
      );
    });
  });
}
