import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type DumpedFrame,
  instructionOffsets,
  ProbeSession,
} from '../../../simulator/guest/instrument/index.ts';
import { ByteReader } from '../../../simulator/guest/wasm/index.ts';
import { malformedModule } from '../../../simulator/guest/wasm/module-error.ts';
import { runs } from '../../property/random-cases.ts';
import { body, module, name, SECTION, section, vector } from '../wasm/module-builder.ts';
import { recordC } from './instrument-harness.ts';
import { ModuleRuns } from './module-runs.ts';
import { encodeModule, randomModule } from './random-module.ts';
import { MIXED } from './sources.ts';

const STOPS = 12;
const CONST = 0x41;
const LOCAL_GET = 0x20;
const END = 0x0b;

/** What is on the operand stack of each frame at a tick, lowest first; undefined past the end. */
function framesAt(runs: ModuleRuns, probes: readonly number[], tick: number) {
  const session = new ProbeSession({ stopAt: tick });
  runs.run({ probes, operands: true, locals: () => 'all', depth: true }, session);
  return session.stopped?.frames;
}

function operandsOf(frame: DumpedFrame | undefined): unknown[] {
  const operands = [...(frame?.operands ?? [])].sort(([one], [other]) => one - other);
  return operands.map(([, { value }]) => value);
}

describe('the operands in a dump', () => {
  it('are those beneath what runs, in every frame', () => {
    const code = body(
      ...[0x41, 7, 0x42, 8, 0x44, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x41, 9, 0x10, 0],
      ...[0x1a, 0x1a, 0x1a, 0x1a, 0x41, 0],
    );
    const main = new ModuleRuns(
      module(
        section(SECTION.type, vector([0x60, 1, 0x7f, 1, 0x7f], [0x60, 0, 1, 0x7f])),
        section(SECTION.import, vector([...name('env'), ...name('note'), 0, 0])),
        section(SECTION.function, vector([1])),
        section(SECTION.memory, vector([0, 1])),
        section(SECTION.global, vector([0x7f, 1, 0x41, 0, 0x0b])),
        section(
          SECTION.export,
          vector([...name('main'), 0, 1], [...name('memory'), 2, 0], [...name('own'), 3, 0]),
        ),
        section(SECTION.code, vector(code)),
      ) as Uint8Array<ArrayBuffer>,
    );
    const probes = instructionOffsets(main.bytes, main.info, [1]);
    const seen = Array.from({ length: 7 }, (_, index) =>
      operandsOf(framesAt(main, probes, index + 1)?.[0]),
    );
    const beforeCall = [7, 8n, 1.5, 9];
    assert.deepEqual(seen.slice(0, 5), [[], [7], [7, 8n], [7, 8n, 1.5], beforeCall]);
    assert.equal(seen[5]?.length, 4);
    assert.deepEqual(seen[6], [7, 8n, 1.5]);
    const session = new ProbeSession();
    main.run({ probes, operands: true }, session, () => session.stopNow());
    assert.deepEqual(operandsOf(session.stopped?.frames[0]), [7, 8n, 1.5]);
  });

  it('follow from one instruction to the next in random modules', () => {
    let compared = 0;
    fc.assert(
      fc.property(randomModule, (functions) => {
        const module = new ModuleRuns(encodeModule(functions));
        const probes = instructionOffsets(module.bytes, module.info, module.functions);
        const total = new ProbeSession();
        module.run({ probes, exact: true }, total);
        const stride = Math.max(1, Math.floor(total.tick / STOPS));
        for (let tick = 1; tick < total.tick; tick += stride) {
          const before = framesAt(module, probes, tick)?.[0];
          const after = framesAt(module, probes, tick + 1)?.[0];
          if (before === undefined || after === undefined) continue;
          const pushed = pushedBy(module, before, after);
          if (pushed === undefined) continue;
          assert.equal(after.activation, before.activation);
          assert.deepEqual(operandsOf(after), [...operandsOf(before), pushed]);
          compared++;
        }
      }),
      { numRuns: runs(40) },
    );
    assert.ok(compared > 30, `only ${compared} were compared`);
  });

  it('change nothing of what a compiled program does', async () => {
    const recorded = await recordC({ 'main.c': MIXED }, '-O2');
    const { bytes, info } = recorded.program.main;
    const all = [...info.functionTypes.keys()].filter((index) => index >= info.functionsImported);
    const probes = instructionOffsets(bytes, info, all);
    const plain = new ProbeSession();
    recorded.replay(recorded.withProbes({ probes }), plain);
    const full = new ProbeSession();
    const end = recorded.replay(recorded.withProbes({ probes, operands: true }), full);
    assert.equal(end.kind, 'finished');
    assert.equal(full.tick, plain.tick);
    assert.ok(full.tick > 1000);
  });
});

/**
 * What `i32.const` or `local.get` (of a number) leaves on the stack, when one of them is between
 * the two places, in one block.
 */
function pushedBy({ bytes, info }: ModuleRuns, before: DumpedFrame, after: DumpedFrame): unknown {
  const start = info.code?.start ?? 0;
  const range = { start: before.codeOffset + start, end: bytes.length };
  const reader = new ByteReader(bytes, range, malformedModule);
  const opcode = reader.u8('an instruction');
  if (opcode !== CONST && opcode !== LOCAL_GET) return undefined;
  const number = reader.signedLeb64('a number');
  if (reader.offset !== after.codeOffset + start || bytes[reader.offset] === END) return undefined;
  if (opcode === CONST) return number;
  const local = before.locals.get(number);
  return local?.type === 'v128' ? undefined : local?.value;
}
