import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type Patch,
  PatchError,
  type PatchPlace,
  parsePatch,
  patchInput,
} from '../../simulator/engine/patch.ts';
import { PatchedForms } from '../../simulator/engine/patched-forms.ts';
import { replay } from '../../simulator/engine/replayer.ts';
import type { SimulationObserver } from '../../simulator/engine/simulation.ts';
import { instrumentProgram, ProbeSession } from '../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ProgramLocator, statementOffsets } from '../../simulator/guest/symbols/index.ts';
import { type ExecutionId, seqOf } from '../../simulator/journal/entry.ts';
import type { InputRow } from '../../simulator/journal/records.ts';
import { PATCH_BYTES_MAX, PATCHES_MAX } from '../../simulator/kernel/limits.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';

const FIRST = 'script-1' as ExecutionId;
const CALM = { faults: [] };
const crash = (point: string, seq: number) => ({
  faults: [{ kind: 'crash', at: { execution: FIRST, seq }, point }],
});

describe('memory that is changed by hand', () => {
  let program: GuestProgram;
  let digestAt: number;
  const forms = new PatchedForms();
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
    const locator = new ProgramLocator(program);
    const files = locator.userFiles();
    const [codeOffset = 0] = statementOffsets(locator.lines, files, program.main.info);
    const state = {
      ...{ codeOffset, memory: new Uint8Array(1 << 20) },
      ...{ local: () => undefined, global: () => undefined, operand: () => undefined },
    };
    digestAt = locator.debug.evaluate('digest', state).value.address ?? 0;
    assert.ok(digestAt > 0);
  });
  after(closeBuilder);

  function run(args: readonly string[], plan: object, observer: SimulationObserver, more = {}) {
    const setup = { observer, patchedForms: forms, ...more };
    return simulate(program, { args, plan, setup });
  }

  /** What the program has printed, as its journal has it. */
  function printed({ sink }: Simulated): string {
    const entries = sink.entries.get(FIRST) ?? [];
    const outputs = entries.filter(({ operation }) => operation.name === 'stdout.write');
    return Buffer.concat(outputs.map(({ args }) => args.body ?? new Uint8Array(0))).toString();
  }

  /** Sets the digest to 0 in the call of an effect. */
  function zero(attempt: number, seq: number): Patch {
    const place: PatchPlace = { kind: 'effect', seq: seqOf(seq) };
    const write = { kind: 'memory', address: digestAt, bytes: new Uint8Array(4) } as const;
    return { execution: FIRST, attempt, place, write, label: 'digest = 0' };
  }

  /** Notes what is printed by each attempt, also of those of which nothing is left. */
  function noting(asked: string[]): SimulationObserver {
    return {
      stopsBefore: ({ attempt, seq, operation, args }) => {
        const { body = new Uint8Array(0) } = args as { readonly body?: Uint8Array };
        const text = `${attempt} ${seq} ${Buffer.from(body)}`;
        if (operation.name === 'stdout.write' && asked.at(-1) !== text) asked.push(text);
        return false;
      },
    };
  }

  /** Runs to the call of an effect in an attempt, changes the digest there, and goes on. */
  function patched(
    args: readonly string[],
    plan: object,
    patch: Patch,
    asked: string[] = [],
  ): Simulated {
    let waits = true;
    const simulated = run(args, plan, {
      stopsBefore: (effect) => {
        noting(asked).stopsBefore?.(effect);
        const { attempt, seq } = effect;
        const stops = waits && attempt === patch.attempt && seq === patch.place.seq;
        if (stops) waits = false;
        return stops;
      },
    });
    simulated.simulation.run();
    assert.equal(waits, false, 'it does not come there');
    simulated.simulation.inputs.patch(patch);
    simulated.simulation.run();
    return simulated;
  }

  it('is what the program goes on with', () => {
    const args = ['random', '8', 'print', 'a', 'print', 'b'];
    const simulated = patched(args, CALM, zero(1, 1));
    assert.match(printed(simulated), /^a [0-9a-f]{8}\nb 00000000\n/);
  });

  it('is changed again in every later attempt, and in none before', () => {
    const args = ['wall', 'print', 'a', 'wall', 'print', 'b'];
    const plan = {
      faults: [
        ...crash('before', 1).faults,
        { ...crash('before', 3).faults[0], at: { effect: 'stdout.write', match: 3 } },
      ],
    };
    const asked: string[] = [];
    const askedAgain: string[] = [];
    const simulated = patched(args, plan, zero(2, 0), asked);
    const { choices, inputs } = simulated.sink;
    const again = run(args, plan, noting(askedAgain), { choices, inputs });
    again.simulation.run();
    assert.equal(printed(again), printed(simulated));
    assert.match(printed(again), /^a [0-9a-f]{8}\nb [0-9a-f]{8}\n/);
    // The first attempt asked for the same as it did before anything was changed.
    assert.deepEqual(askedAgain, asked);
    assert.deepEqual(
      asked.map((each) => each.slice(0, 5)),
      ['1 1 a', '2 1 a', '2 3 b', '2 4 d', '3 4 d'],
    );
  });

  it('is left out where the program takes another way, which is told', () => {
    const args = ['random', '8', 'print', 'a'];
    const place: PatchPlace = { kind: 'statement', seq: seqOf(0), tick: 3, codeOffset: 1 };
    const simulated = run(args, CALM, {});
    simulated.simulation.inputs.patch({ ...zero(1, 0), place });
    simulated.simulation.run();
    const [problem] = simulated.simulation.engine.problems;
    assert.match(problem?.message ?? '', /digest = 0 was left out in script-1: .* another way/);
    assert.equal(simulated.simulation.executions[0]?.status, 'completed');
  });

  it('is left out where there is no such memory', () => {
    const write = { kind: 'memory', address: 2 ** 40, bytes: new Uint8Array(4) } as const;
    const simulated = patched(['wall', 'print', 'a'], CALM, { ...zero(1, 1), write });
    assert.match(simulated.simulation.engine.problems[0]?.message ?? '', /no such place/);
  });

  it('can be a global of WebAssembly', () => {
    const args = ['wall', 'print', 'a'];
    const offsets: number[] = [];
    const plain = run(args, CALM, {});
    plain.simulation.run();
    const session = new ProbeSession({
      onTick: (_, codeOffset) => {
        offsets.push(codeOffset);
        return offsets.length < 3 ? 1 : 0;
      },
    });
    const locator = new ProgramLocator(program);
    const probes = statementOffsets(locator.lines, locator.userFiles(), program.main.info);
    replay({
      execution: FIRST,
      workflow: { ...plain.workflow, program: instrumentProgram(program, { probes, scan: true }) },
      entries: [],
      wallNanosOf: () => 0n,
      session,
    });
    const [, , codeOffset = 0] = offsets;
    const place: PatchPlace = { kind: 'statement', seq: seqOf(0), tick: 3, codeOffset };
    const write = { kind: 'global', index: 0, value: { type: 'i32', value: 0 } } as const;
    const simulated = run(args, CALM, {});
    simulated.simulation.inputs.patch({ ...zero(1, 0), place, write });
    simulated.simulation.run();
    assert.deepEqual(simulated.simulation.engine.problems, []);
    // There is no stack to call a function with.
    assert.equal(simulated.simulation.executions[0]?.status, 'trapped');
  });

  it('is written down although the program never asks for anything again', async () => {
    const endless = await buildProgram('test/dap/programs/endless.c');
    let reached = 0;
    const stopsWithin: SimulationObserver['stopsWithin'] = ({ tick }) => {
      reached = tick;
      return tick > 0;
    };
    const { simulation, sink } = simulate(endless, {
      args: [],
      setup: { observer: { stopsWithin } },
    });
    // Only a form with probes can be put aside; it never comes there.
    simulation.stopAt = { execution: FIRST, attempt: 1, seq: 1, tick: Number.MAX_SAFE_INTEGER };
    simulation.run();
    assert.ok(reached > 0);
    const tick = reached + 1;
    const place = { kind: 'statement', seq: seqOf(1), tick, codeOffset: 0 } as const;
    simulation.inputs.patch({ ...zero(1, 0), place });
    const { choices, inputs } = sink;
    assert.equal(inputs.length, 1);
    const observer: SimulationObserver = { stopsWithin: (at) => at.tick > tick };
    const again = simulate(endless, { args: [], setup: { observer, choices, inputs } });
    again.simulation.run();
    assert.equal(again.simulation.executions[0]?.status, 'running');
    assert.deepEqual(again.sink.inputs, inputs);
  });

  it(`is refused after ${PATCHES_MAX} times, and for an execution that is not there`, () => {
    const { simulation, sink } = run(['print', 'a'], CALM, {});
    const other = { ...zero(1, 0), execution: 'script-2' as ExecutionId };
    assert.throws(() => simulation.inputs.patch(other), /no execution script-2/);
    for (let count = 0; count < PATCHES_MAX; count++) simulation.inputs.patch(zero(1, 0));
    assert.throws(() => simulation.inputs.patch(zero(1, 0)), PatchError);
    assert.equal(sink.inputs.length, PATCHES_MAX);
  });

  it('that a recording has wrongly is told before anything runs', () => {
    const row: InputRow = { number: 1, step: 0, kind: 'patch', data: { seq: -1 }, body: undefined };
    assert.throws(
      () => run(['print', 'a'], CALM, {}, { inputs: [row] }),
      (error: Error) => {
        assert.ok(error instanceof PatchError);
        assert.match(error.message, /^input 1 of the recording is no usable patch:/);
        for (const field of ['execution', 'attempt', 'seq', 'address', 'body']) {
          assert.match(error.message, new RegExp(`\\$\\.${field}`));
        }
        return true;
      },
    );
  });
});

describe('the input of a patch', () => {
  const record = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
    fc.record(model, { noNullPrototype: true }) as fc.Arbitrary<T>;
  const nat = fc.nat();
  const place = fc.oneof(
    record({ kind: fc.constant('effect' as const), seq: nat.map(seqOf) }),
    record({
      kind: fc.constant('statement' as const),
      seq: nat.map(seqOf),
      tick: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
      codeOffset: nat,
    }),
  );
  const value = fc.oneof(
    record({ type: fc.constant('i32' as const), value: fc.integer() }),
    record({
      type: fc.constant('i64' as const),
      value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    }),
    record({ type: fc.constant('f32' as const), value: fc.float() }),
    record({ type: fc.constant('f64' as const), value: fc.double() }),
  );
  const write = fc.oneof(
    record({
      kind: fc.constant('memory' as const),
      address: nat,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 20 }),
    }),
    record({ kind: fc.constant('global' as const), index: nat, value }),
  );
  const patch = record({
    execution: fc.stringMatching(/^[a-z]+-\d+$/).map((id) => id as ExecutionId),
    attempt: fc.integer({ min: 1, max: 10_000 }),
    place,
    write,
    label: fc.string({ maxLength: 50 }),
  });
  const rowOf = (given: Patch) => ({ number: 1, ...patchInput(given) });

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(patch, (given) => {
        const row = rowOf(given);
        assert.deepEqual(parsePatch({ ...row, data: JSON.parse(JSON.stringify(row.data)) }), given);
        // So it is after time has passed before it.
        assert.deepEqual(parsePatch({ ...row, data: { ...row.data, passedTo: '5' } }), given);
      }),
    );
  });

  it('that is damaged is refused with its problems, or means something', () => {
    const damage = record({
      field: fc.constantFrom(
        'execution',
        'attempt',
        'seq',
        'tick',
        'codeOffset',
        'address',
        'global',
        'type',
        'label',
        'other',
      ),
      to: fc.oneof(fc.jsonValue(), fc.constant(undefined)),
      body: fc.option(fc.uint8Array({ maxLength: 9 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(patch, damage, (given, { field, to, body }) => {
        const row = rowOf(given);
        const data = { ...row.data, [field]: to } as InputRow['data'];
        let read: Patch;
        try {
          read = parsePatch({ number: 7, data, body });
        } catch (error) {
          assert.ok(error instanceof PatchError, String(error));
          assert.match(error.message, /^input 7 of the recording is no usable patch:\n {2}\$/);
          return;
        }
        assert.deepEqual(parsePatch({ number: 7, ...patchInput(read) }), read);
      }),
    );
  });

  it('has a limit of bytes', () => {
    const memory = (length: number) => {
      const bytes = new Uint8Array(length);
      return {
        ...rowOf({
          execution: FIRST,
          attempt: 1,
          place: { kind: 'effect', seq: seqOf(0) },
          write: { kind: 'memory', address: 0, bytes },
          label: '',
        }),
      };
    };
    assert.doesNotThrow(() => parsePatch(memory(PATCH_BYTES_MAX)));
    assert.throws(() => parsePatch(memory(PATCH_BYTES_MAX + 1)), /expected 1-4194304 bytes/);
    assert.throws(() => parsePatch(memory(0)), /found 0/);
  });
});
