import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { componentNew, parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import {
  type InstrumentOptions,
  instructionOffsets,
  instrumentModule,
  ProbeSession,
  type StoreHit,
} from '../../../simulator/guest/instrument/index.ts';
import {
  type CoreModule,
  inspectModule,
  ModuleError,
} from '../../../simulator/guest/wasm/index.ts';
import { describeDump } from './instrument-harness.ts';
import { ModuleRuns } from './module-runs.ts';

setFlagsFromString('--experimental-wasm-memory64');

type Build = Omit<InstrumentOptions, 'probes'>;

const BUILDS: readonly Build[] = [
  { locals: () => 'all' },
  { locals: () => 'all', operands: true, depth: true, checkIns: true, appointments: true },
  { locals: () => 'all', scan: true, watch: true, operands: true, checkIns: true },
  { locals: () => 'all', exact: true },
];

async function assemble(text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await parse(text));
}

function probesOf(bytes: Uint8Array, info: CoreModule): number[] {
  const all = [...info.functionTypes.keys()].filter((index) => index >= info.functionsImported);
  return instructionOffsets(bytes, info, all);
}

function inspect(bytes: Uint8Array): CoreModule {
  const info = inspectModule(bytes);
  assert.ok(info.kind === 'module');
  return info;
}

const FRAME = `
  (import "env" "note" (func $note (param i32) (result i32)))
  (memory (export "memory") 1)
  (global $own (export "own") (mut i32) (i32.const 0))`;

/** What this engine runs, and clang rarely makes. */
const RUNNABLE: Readonly<Record<string, string>> = {
  'tables, references, tail calls': `(module ${FRAME}
    (type $unary (func (param i32) (result i32)))
    (table $functions 2 2 funcref)
    (table $externals 2 4 externref)
    (elem (table $functions) (i32.const 0) func $note $down)
    (elem declare func $down)
    (func $down (param i32) (result i32)
      (if (result i32) (i32.le_s (local.get 0) (i32.const 0))
        (then (return_call_indirect $functions (type $unary) (local.get 0) (i32.const 0)))
        (else (return_call $down (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "main") (param i32 i32) (result i32)
      (local $function funcref) (local $external externref)
      (local.set $function (ref.func $down))
      (table.set $externals (i32.const 1) (local.get $external))
      (drop (table.grow $externals (ref.null extern) (i32.const 1)))
      (table.set $functions (i32.const 1) (local.get $function))
      (i32.add (call $down (local.get 0))
        (call_indirect $functions (type $unary) (i32.const 2) (i32.const 1)))))`,
  'loops and branches with values': `(module ${FRAME}
    (func $pair (param i32) (result i32 i64) (local.get 0) (i64.const 5))
    (func (export "main") (param i32 i32) (result i32)
      (local $sum i64)
      (local.get 0) (i64.const 1)
      (loop $again (param i32 i64) (result i64)
        (local.set $sum (i64.add (local.get $sum)))
        (local.set 0)
        (call $pair (local.get 0))
        (local.set $sum (i64.add (local.get $sum)))
        (drop)
        (i32.sub (local.get 0) (i32.const 1)) (local.tee 0)
        (i64.const 3)
        (br_if $again (i32.gt_s (local.get 0) (i32.const 0)))
        (local.set $sum) (drop) (local.get $sum))
      (block $one (param i64) (result i64)
        (block $two (param i64) (result i64)
          (br_table $one $two $one (i32.const 1)))
        (i64.add (i64.const 100)))
      (i32.wrap_i64)))`,
  'a start function': `(module ${FRAME}
    (func $begin (global.set $own (call $note (i32.const 41))))
    (start $begin)
    (func (export "main") (param i32 i32) (result i32) (global.get $own)))`,
};

/** What this engine cannot run yet: only whether the result is valid can be told. */
const FUTURE: Readonly<Record<string, string>> = {
  'present exceptions': `(module
    (tag $failed (param i32))
    (memory 1)
    (func $fail (param i32) (throw $failed (local.get 0)))
    (func (export "main") (param i32) (result i32)
      (block $caught (result i32)
        (block $any (result exnref)
          (try_table (result i32) (catch $failed $caught) (catch_all_ref $any)
            (call $fail (local.get 0))
            (i32.const 1))
          (return))
        (throw_ref))))`,
  'several memories, of 32 and of 64 bits': `(module
    (memory $one i64 1) (memory $two 1)
    (data $some "abc")
    (func (export "main") (param i32)
      (i32.store $one offset=0x123456789 (i64.const 4) (local.get 0))
      (i32.store8 $two (local.get 0) (i32.const 1))
      (memory.copy $one $one (i64.const 8) (i64.const 4) (i64.const 4))
      (memory.copy $one $two (i64.const 8) (i32.const 4) (i32.const 4))
      (memory.copy $two $one (i32.const 8) (i64.const 4) (i32.const 4))
      (memory.fill $one (i64.const 8) (i32.const 4) (i64.const 4))
      (memory.init $one $some (i64.const 0) (i32.const 0) (i32.const 3))))`,
  'references that are typed': `(module
    (type $unary (func (param i32) (result i32)))
    (func $same (type $unary) (local.get 0))
    (elem declare func $same)
    (func (export "main") (param i32) (result i32)
      (local $maybe (ref null $unary))
      (block $none
        (local.set $maybe (ref.func $same))
        (br_on_null $none (local.get $maybe))
        (drop))
      (i32.add (i32.const 1) (call_ref $unary (local.get 0) (ref.func $same)))))`,
};

describe('a module with rare instructions', () => {
  for (const [what, text] of Object.entries(RUNNABLE)) {
    it(`runs and stops the same with probes: ${what}`, async () => {
      const module = new ModuleRuns(await assemble(text));
      const probes = probesOf(module.bytes, module.info);
      const expected = module.run();
      const total = new ProbeSession();
      module.run({ probes, exact: true }, total);
      for (const options of BUILDS) {
        const session = new ProbeSession(options.scan === true ? { onTick: () => 1 } : {});
        assert.deepEqual(module.run({ probes, ...options }, session), expected);
      }
      for (let tick = 1; tick <= total.tick; tick++) {
        const dumps = BUILDS.map((options) => {
          const settings =
            options.scan === true
              ? { onTick: (at: number) => (at === tick ? 0 : 1) }
              : { stopAt: tick };
          const session = new ProbeSession(settings);
          module.run({ probes, ...options }, session);
          return describeDump(session.stopped);
        });
        for (const dump of dumps) assert.equal(dump, dumps[0]);
      }
    });
  }

  for (const [what, text] of Object.entries(FUTURE)) {
    it(`is still valid with probes: ${what}`, async () => {
      const bytes = await assemble(text);
      const info = inspect(bytes);
      const probes = probesOf(bytes, info);
      for (const options of BUILDS) {
        const built = instrumentModule(bytes, info, { probes, breakpoints: probes, ...options });
        await componentNew(built.bytes);
      }
    });
  }

  it('tells of stores by addresses of 64 bits', async () => {
    const module = new ModuleRuns(
      await assemble(`(module
        (import "env" "note" (func $note (param i32) (result i32)))
        (memory (export "memory") i64 1)
        (global (export "own") (mut i32) (i32.const 0))
        (func (export "main") (param i32 i32) (result i32)
          (i64.store offset=100 (i64.const 8) (i64.const -1))
          (memory.fill (i64.const 104) (i32.const 3) (i64.const 5))
          (memory.copy (i64.const 200) (i64.const 100) (i64.const 16))
          (i32.const 0)))`),
    );
    const hits: StoreHit[] = [];
    const session = new ProbeSession({
      watched: { start: 108, length: 8 },
      onStore: (hit) => hits.push(hit) < 0,
    });
    assert.deepEqual(module.run({ probes: [], watch: true }, session), module.run());
    assert.deepEqual(
      hits.map(({ address, length }) => [address, length]),
      [
        [108, 8],
        [104, 5],
      ],
    );
  });
});

describe('a module that cannot be given probes is refused', () => {
  const cases: readonly (readonly [what: string, code: string, text: string])[] = [
    ['it has types of structs', 'gc', '(module (type (struct (field i32))) (func))'],
    [
      'it has atomic instructions',
      'threads',
      '(module (memory 1) (func (drop (i32.atomic.load (i32.const 0)))))',
    ],
    ['it has one of the names', 'invalid', '(module (func (export "backstitch:fuel")))'],
    ['it has too many variables', 'too-large', `(module (func (local ${'i32 '.repeat(50_000)})))`],
    [
      'it gives a reference that is never null',
      'gc',
      '(module (type $f (func)) (elem declare func 0) (func (type $f)) (func (result (ref $f)) (ref.func 0)))',
    ],
  ];
  for (const [what, code, text] of cases) {
    it(`because ${what}`, async () => {
      const bytes = await assemble(text);
      const info = inspect(bytes);
      assert.throws(
        () => instrumentModule(bytes, info, { probes: probesOf(bytes, info) }),
        (error) => error instanceof ModuleError && error.code === code,
      );
    });
  }
});
