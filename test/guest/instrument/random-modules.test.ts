import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type InstrumentOptions,
  instructionOffsets,
  ProbeSession,
  type ProbeSettings,
} from '../../../simulator/guest/instrument/index.ts';
import { runs } from '../../property/random-cases.ts';
import { describeDump } from './instrument-harness.ts';
import { ModuleRuns } from './module-runs.ts';
import { encodeModule, type RandomModule, randomModule } from './random-module.ts';

const STOPS = 25;
/** Kept in every build, so that dumps of different builds are equal. */
const COMMON: Pick<InstrumentOptions, 'locals'> = { locals: () => 'all' };

type Build = Omit<InstrumentOptions, 'probes' | 'locals'>;

const BUILDS: Readonly<Record<string, Build>> = {
  run: {},
  depth: { depth: true },
  exact: { exact: true },
  'check-ins': { checkIns: true, depth: true },
  watch: { watch: true },
  appointments: { appointments: true },
  operands: { operands: true },
  'operands and depth': { operands: true, depth: true },
  returns: { operands: true, returns: true },
};

function forAll(usual: number, check: (runs: ModuleRuns) => void): void {
  fc.assert(
    fc.property(randomModule, (functions: RandomModule) => {
      const bytes = encodeModule(functions);
      assert.ok(WebAssembly.validate(bytes), 'the generator made an invalid module');
      check(new ModuleRuns(bytes));
    }),
    { numRuns: runs(usual) },
  );
}

/** About every third instruction of most functions, others for other modules. */
function someOffsets(module: ModuleRuns): number[] {
  const { bytes, info } = module;
  const functions = module.functions.filter((index) => (index + bytes.length) % 3 !== 0);
  return instructionOffsets(bytes, info, functions).filter(
    (offset) => (offset * 7 + bytes.length) % 3 === 0,
  );
}

describe('a random module', () => {
  it('does the same with probes as without, whatever the build', () => {
    forAll(150, (module) => {
      const expected = module.run();
      const probes = someOffsets(module);
      const breakpoints = probes.filter((offset) => offset % 2 === 0);
      for (const [name, options] of Object.entries(BUILDS)) {
        const built = { ...COMMON, probes, breakpoints, ...options };
        assert.deepEqual(module.run(built, new ProbeSession()), expected, name);
      }
      const ticks: number[] = [];
      const session = new ProbeSession({ onTick: (tick) => ticks.push(tick) && (tick % 3) + 1 });
      assert.deepEqual(module.run({ ...COMMON, probes, scan: true }, session), expected);
      assert.ok(
        ticks.every(
          (tick, index) =>
            index === 0 || tick === (ticks[index - 1] ?? 0) + ((ticks[index - 1] ?? 0) % 3) + 1,
        ),
      );
    });
  });

  it('stops at every tick, the same whatever the build', () => {
    forAll(40, (module) => {
      const probes = someOffsets(module);
      const exact = new ProbeSession();
      module.run({ ...COMMON, probes, exact: true }, exact);
      const stop = (settings: ProbeSettings, options: Build) => {
        const session = new ProbeSession(settings);
        module.run({ ...COMMON, probes, ...options }, session);
        return describeDump(session.stopped);
      };
      const stride = Math.max(1, Math.floor(exact.tick / STOPS));
      for (let tick = 1; tick <= exact.tick; tick += stride) {
        const expected = stop({ stopAt: tick }, {});
        for (const [name, options] of Object.entries(BUILDS)) {
          assert.equal(stop({ stopAt: tick }, options), expected, name);
        }
        let told = 0;
        const onTick = (at: number, _: number, depth: number) => {
          told = depth;
          return at === tick ? 0 : 1;
        };
        assert.equal(stop({ onTick }, { scan: true }), expected, 'scan');
        // The dump counts frames, and the hook is told what the program counts.
        assert.match(expected.split('\n')[1] ?? '', new RegExp(` probe ${told} `));
        const broken: ProbeSettings = { onBreakpoint: (hit) => hit.tick === tick };
        assert.equal(stop(broken, { breakpoints: probes }), expected, 'breakpoints');
      }
    });
  });

  it('is looked at, at every instruction, as often as it can be stopped there', () => {
    forAll(100, (module) => {
      const expected = module.run();
      const probes = instructionOffsets(module.bytes, module.info, module.functions);
      const instructions = new Set(module.functions);
      let looks = 0;
      const session = new ProbeSession({ stopAt: 0, onLook: () => ++looks === 0 });
      const options = { probes: [], instructions, operands: true };
      assert.deepEqual(module.run(options, session), expected);
      const counted = new ProbeSession();
      module.run({ probes, exact: true }, counted);
      assert.equal(looks, counted.tick);
    });
  });
});
