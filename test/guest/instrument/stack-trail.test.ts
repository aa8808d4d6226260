import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import fc from 'fast-check';
import {
  type DumpedFrame,
  instructionOffsets,
  ProbeSession,
  StackTrail,
} from '../../../simulator/guest/instrument/index.ts';
import { functionAt } from '../../../simulator/guest/wasm/index.ts';
import { runs } from '../../property/random-cases.ts';
import { type Recorded, recordC } from './instrument-harness.ts';
import { ModuleRuns } from './module-runs.ts';
import { encodeModule, randomModule } from './random-module.ts';
import { MIXED } from './sources.ts';

const TRAILING = { scan: true, scanLocals: true, returns: true, operands: true } as const;

const FRAME = `
  (import "env" "note" (func $note (param i32) (result i32)))
  (memory (export "memory") 1)
  (global (export "own") (mut i32) (i32.const 0))
  (tag $failed)`;

/** Functions that throw past their callers, which a caller of those catches. */
const CATCHING: Readonly<Record<string, string>> = {
  'caught, and others called': `(module ${FRAME}
    (func $fail (param i32) (drop (call $note (local.get 0))) (throw $failed))
    (func $between (param i32) (call $fail (local.get 0)))
    (func $well (param i32) (drop (call $note (local.get 0))))
    (func $deep (param i32) (call $well (local.get 0)))
    (func (export "main") (param i32 i32) (result i32)
      try
        (call $well (i32.const 1))
        (call $between (i32.const 2))
      catch $failed
        (call $deep (i32.const 3))
      end
      (call $deep (i32.const 4))
      (i32.const 5)))`,
  'caught where a tail call follows': `(module ${FRAME}
    (func $fail (param i32) (drop (call $note (local.get 0))) (throw $failed))
    (func $well (param i32) (drop (call $note (local.get 0))))
    (func $after (param i32) (result i32) (call $well (local.get 0)) (i32.const 7))
    (func $tries (param i32) (result i32)
      try
        (call $fail (i32.const 2))
      catch_all
      end
      (return_call $after (local.get 0)))
    (func (export "main") (param i32 i32) (result i32)
      (drop (call $tries (i32.const 1)))
      (call $tries (i32.const 2))))`,
};

/** What runs a program with such probes. */
type Run = (session: ProbeSession) => void;

interface Passed {
  readonly trail: StackTrail;
  /** The ticks that were noted. */
  readonly ticks: readonly number[];
}

/** Runs until `to`, and notes all from `from` on. */
function trailOf(run: Run, trail: StackTrail, from: number, to: number): Passed {
  const ticks: number[] = [];
  let stopLevel: number | undefined;
  const session = new ProbeSession({
    stopAt: from,
    onTick: (tick, codeOffset, _, activation, values, level) => {
      if (tick >= to) {
        stopLevel = level;
        return 0;
      }
      trail.pass({ tick, codeOffset, activation, values, level });
      ticks.push(tick);
      session.returnsBelow = trail.wanted;
      return 1;
    },
    onReturned: (hit) => {
      trail.returned(hit);
      session.returnsBelow = trail.wanted;
    },
    onLost: (level) => {
      trail.endAbove(level);
      session.returnsBelow = trail.wanted;
    },
  });
  run(session);
  if (session.stopped !== undefined) {
    trail.finish(session.stopped, stopLevel ?? session.main?.level ?? 0);
  }
  return { trail, ticks };
}

/** How many of the stacks that are told were compared with those of stops. */
function compare({ trail, ticks }: Passed, stoppedAt: (tick: number) => DumpedFrame[]): number {
  let compared = 0;
  for (const tick of ticks) {
    const frames = trail.framesAt(tick);
    if (frames === undefined) continue;
    assert.deepEqual(frames, stoppedAt(tick), `tick ${tick}`);
    compared++;
  }
  return compared;
}

describe('a run that notes where it passes', () => {
  for (const level of ['-O0', '-O2']) {
    it(`tells all stacks as stops do, of a program built with ${level}`, async () => {
      const recorded: Recorded = await recordC({ 'main.c': MIXED }, level);
      const { info } = recorded.program.main;
      const build = recorded.withProbes(TRAILING);
      const probed = build.main.instrumented?.probedFunctions ?? new Set();
      const stopping = recorded.withProbes({ depth: true, operands: true });
      const total = new ProbeSession();
      recorded.replay(stopping, total);
      const known = new Map<number, DumpedFrame[]>();
      const stoppedAt = (tick: number) => {
        const session = new ProbeSession({ stopAt: tick });
        if (!known.has(tick)) recorded.replay(stopping, session);
        const frames = known.get(tick) ?? [...(session.stopped?.frames ?? [])];
        known.set(tick, frames);
        return frames;
      };
      let noted = 0;
      let compared = 0;
      for (const from of [1, 30, 77]) {
        for (const to of [from + 1, from + 20, total.tick]) {
          const trail = new StackTrail(info, probed);
          const run: Run = (session) => recorded.replay(build, session);
          const passed = trailOf(run, trail, from, to);
          noted += passed.ticks.length;
          compared += compare(passed, stoppedAt);
        }
      }
      assert.ok(noted > 100, `${noted}`);
      assert.equal(compared, noted);
    });
  }

  it('tells nothing of calls that were not over when the program ended', async () => {
    const recorded = await recordC({ 'main.c': MIXED }, '-O0');
    const build = recorded.withProbes(TRAILING);
    const trail = new StackTrail(recorded.program.main.info, new Set());
    const run: Run = (session) => recorded.replay(build, session);
    const { ticks } = trailOf(run, trail, 1, Number.POSITIVE_INFINITY);
    assert.ok(ticks.length > 100);
    assert.deepEqual(ticks.map((tick) => trail.framesAt(tick)).filter(Boolean), []);
  });

  it('tells no stack of a random module that is not the right one', () => {
    let all = 0;
    const property = fc.property(randomModule, fc.nat(), fc.nat(40), (functions, some, length) => {
      const module = new ModuleRuns(encodeModule(functions));
      const { bytes, info } = module;
      const probes = instructionOffsets(bytes, info, module.functions).filter(
        (offset) => (offset * 7 + some) % 3 === 0,
      );
      const common = { probes, locals: () => 'all' as const, operands: true };
      const expected = module.run();
      const total = new ProbeSession();
      module.run({ ...common, exact: true }, total);
      if (total.tick === 0) return;
      const from = 1 + (some % total.tick);
      const start = info.code?.start ?? 0;
      const probed = new Set(probes.flatMap((offset) => functionAt(info, offset + start) ?? []));
      const trail = new StackTrail(info, probed);
      const passed = trailOf(
        (session) => {
          const seen = module.run({ ...common, ...TRAILING }, session);
          if (!session.isStopped) assert.deepEqual(seen, expected);
        },
        trail,
        from,
        from + length,
      );
      all += compare(passed, (tick) => {
        const session = new ProbeSession({ stopAt: tick });
        module.run({ ...common, depth: true }, session);
        return [...(session.stopped?.frames ?? [])];
      });
    });
    fc.assert(property, { numRuns: runs(100) });
    assert.ok(all > 100, `${all}`);
  });

  for (const [what, text] of Object.entries(CATCHING)) {
    it(`is not misled by calls that never came back: ${what}`, async () => {
      const module = new ModuleRuns(new Uint8Array(await parse(text)));
      const { bytes, info } = module;
      const probes = instructionOffsets(bytes, info, module.functions);
      const common = { probes, locals: () => 'all' as const, operands: true };
      const total = new ProbeSession();
      module.run({ ...common, exact: true }, total);
      const start = info.code?.start ?? 0;
      const probed = new Set(probes.flatMap((offset) => functionAt(info, offset + start) ?? []));
      const trail = new StackTrail(info, probed);
      const run: Run = (session) => module.run({ ...common, ...TRAILING }, session);
      const passed = trailOf(run, trail, 1, total.tick);
      const compared = compare(passed, (tick) => {
        const session = new ProbeSession({ stopAt: tick });
        module.run({ ...common, depth: true }, session);
        return [...(session.stopped?.frames ?? [])];
      });
      assert.ok(compared > passed.ticks.length / 3 && compared < passed.ticks.length);
    });
  }
});
