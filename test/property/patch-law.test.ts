/** Memory that is changed by hand: the past stays, the future is as determined as ever. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { defaultWorkflow } from '../../simulator/config/config.ts';
import { type Patch, type PatchPlace, patchesOf } from '../../simulator/engine/patch.ts';
import { PatchedForms } from '../../simulator/engine/patched-forms.ts';
import { replay } from '../../simulator/engine/replayer.ts';
import type {
  RunResult,
  SimulationObserver,
  UpcomingEffect,
} from '../../simulator/engine/simulation.ts';
import { instrumentProgram, ProbeSession } from '../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ProgramLocator, statementOffsets } from '../../simulator/guest/symbols/index.ts';
import { type Entry, type ExecutionId, seqOf } from '../../simulator/journal/entry.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf } from './laws.ts';
import { anyCase, type Case, checkCase, optionsOf, runs } from './random-cases.ts';
import { assertSameSink } from './sink-text.ts';

const RUNS_PATCHES = 60;
/** Writing anywhere may make programs run for ever: they are put aside and let go. */
const EFFECTS_MAX = 400;
/** No program here computes for so long. */
const ENDLESS_TICKS = 2 ** 20;
/** The data of the C program: its strings, its globals, and what the library keeps. */
const DATA = { from: 1024, to: 12_000 };

interface Wish {
  /** Which execution, place and address, as shares of all there are. */
  readonly execution: number;
  readonly place: number;
  readonly address: number;
  readonly bytes: readonly number[];
  /** Whether the global is written that the output depends on. */
  readonly aims: boolean;
  /** Whether the call of an effect is the place. */
  readonly inCall: boolean;
}

const share = fc.double({ min: 0, max: 0.999, noNaN: true });
const anyWish: fc.Arbitrary<Wish> = fc.record({
  execution: share,
  place: share,
  address: share,
  bytes: fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 8 }),
  aims: fc.boolean(),
  inCall: fc.boolean(),
});

describe('memory changed by hand', () => {
  let program: GuestProgram;
  let scanning: GuestProgram;
  let digestAt: number;
  const forms = new PatchedForms();

  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
    const locator = new ProgramLocator(program);
    const probes = statementOffsets(locator.lines, locator.userFiles(), program.main.info);
    scanning = instrumentProgram(program, { probes, scan: true });
    const state = {
      ...{ codeOffset: probes[0] ?? 0, memory: new Uint8Array(1 << 20) },
      ...{ local: () => undefined, global: () => undefined, operand: () => undefined },
    };
    digestAt = locator.debug.evaluate('digest', state).value.address ?? 0;
    assert.ok(digestAt > 0);
  });
  after(closeBuilder);

  function run(tested: Case, observer: SimulationObserver = {}, setup: object = {}): Simulated {
    const options = optionsOf(tested);
    const { limits } = defaultWorkflow('script', { kind: 'module', module: '', build: undefined });
    const config = { limits: { ...limits, effects: EFFECTS_MAX } };
    return simulate(program, {
      ...options,
      workflow: config,
      setup: { observer, patchedForms: forms, ...setup },
    });
  }

  /** Every place of an execution's journal at which memory can be changed. */
  function placesOf(simulated: Simulated, id: ExecutionId): PatchPlace[] {
    const places: PatchPlace[] = [];
    const entries = entriesOf(simulated, id);
    let passed = 0;
    const session = new ProbeSession({
      onTick: (tick, codeOffset) => {
        places.push({ kind: 'statement', seq: seqOf(passed), tick, codeOffset });
        return 1;
      },
    });
    replay({
      ...replayOptions(simulated, id, entries),
      workflow: { ...simulated.workflow, program: scanning },
      session,
      onEffect: ({ seq }) => {
        passed = seq + 1;
        places.push({ kind: 'effect', seq });
        return false;
      },
    });
    return places;
  }

  function replayOptions(simulated: Simulated, id: ExecutionId, entries: readonly Entry[]) {
    const { simulation, workflow } = simulated;
    const startedAt = simulation.engine.executions.get(id)?.startedAt ?? 0n;
    const wallNanosOf = (entry: Entry | undefined): bigint =>
      simulation.engine.wallNanosAt((entry?.endedAt ?? entry?.startedAt ?? startedAt) as never);
    return { execution: id, workflow, entries, wallNanosOf };
  }

  /** The attempt that came to a place first, of those that the journal has it of. */
  function attemptAt({ sink }: Simulated, id: ExecutionId, { seq }: PatchPlace): number {
    const attempts = [...sink.attempts.values()].filter(({ execution }) => execution === id);
    const entry = sink.entries.get(id)?.[seq];
    const begun = attempts.filter(
      ({ startedAt }) => entry === undefined || startedAt <= entry.startedAt,
    );
    return begun.at(-1)?.number ?? 1;
  }

  function patchFor(plain: Simulated, wish: Wish): Patch | undefined {
    const ids = plain.simulation.executions.map(({ id }) => id);
    const execution = ids[Math.floor(wish.execution * ids.length)] as ExecutionId;
    const all = placesOf(plain, execution);
    const kind = wish.inCall ? 'effect' : 'statement';
    const places = all.filter((place) => place.kind === kind);
    const place = places[Math.floor(wish.place * places.length)];
    if (place === undefined) return undefined;
    const attempt = attemptAt(plain, execution, place);
    const anywhere = DATA.from + Math.floor(wish.address * (DATA.to - DATA.from));
    const address = wish.aims ? digestAt : anywhere;
    const bytes = Uint8Array.from(wish.bytes.slice(0, wish.aims ? 4 : 8));
    return {
      execution,
      attempt,
      place,
      write: { kind: 'memory', address, bytes },
      label: 'memory',
    };
  }

  /** What each attempt asks for, also in lives of which nothing is left. */
  function askedText({ execution, attempt, seq, operation, args }: UpcomingEffect): string {
    return `${execution} ${attempt} ${seq} ${operation.name} ${operation.hash(args)}`;
  }

  /** Runs to the place of a patch; undefined when the simulation ends before. */
  function runTo(
    tested: Case,
    { execution, attempt, place }: Patch,
    asked: Set<string>,
  ): Simulated | undefined {
    let lost = false;
    const isThere = (at: { execution: string; attempt: number }) =>
      at.execution === execution && at.attempt === attempt;
    let arrived = false;
    const simulated = run(tested, {
      stopsBefore: (at) => {
        asked.add(askedText(at));
        if (arrived || place.kind !== 'effect') return false;
        arrived = isThere(at) && at.seq === place.seq;
        return arrived;
      },
      stopsWithin: (at) => {
        if (!arrived && place.kind === 'statement' && isThere(at) && at.tick === place.tick) {
          arrived = true;
          return true;
        }
        lost = at.tick > ENDLESS_TICKS;
        return lost;
      },
    });
    const { simulation } = simulated;
    if (place.kind === 'statement') {
      simulation.stopAt = { execution, attempt, seq: place.seq, tick: place.tick };
    }
    const result: RunResult = simulation.run();
    simulation.stopAt = undefined;
    if (lost || result.kind !== 'stopped') return undefined;
    return simulated;
  }

  it('leaves what came before it, and comes again when it is run again', () => {
    let made = 0;
    fc.assert(
      fc.property(
        anyCase,
        fc.boolean(),
        fc.array(anyWish, { minLength: 1, maxLength: 2 }),
        (drawn, calm, wishes) => {
          const tested = calm ? { ...drawn, faults: [] } : drawn;
          checkCase({ tested, wishes }, () => {
            const plain = run(tested);
            plain.simulation.run();
            const [first, ...others] = wishes.map((wish) => patchFor(plain, wish));
            if (first === undefined) return;
            const asked = new Set<string>();
            const simulated = runTo(tested, first, asked);
            assert.ok(simulated !== undefined, 'it does not come to where it came before');
            const { simulation, sink } = simulated;
            simulation.inputs.patch(first);
            // Another one, at the same place.
            for (const other of others) {
              if (other !== undefined) simulation.inputs.patch({ ...first, write: other.write });
            }
            const end = simulation.run();
            // It computes for ever.
            if (end.kind === 'stopped') return;
            made++;
            if (tested.faults.length === 0) {
              assert.deepEqual(simulation.engine.problems, []);
              const past = entriesOf(plain, first.execution).slice(0, first.place.seq);
              assert.deepEqual(entriesOf(simulated, first.execution).slice(0, past.length), past);
            }
            const { choices, inputs } = sink;
            const askedAgain = new Set<string>();
            const stopsBefore = (at: UpcomingEffect): boolean => {
              askedAgain.add(askedText(at));
              return false;
            };
            const again = run(tested, { stopsBefore }, { choices, inputs });
            again.simulation.run();
            assertSameSink(again.sink, sink);
            assert.deepEqual([...askedAgain], [...asked]);
            expectReplays(simulated);
          });
        },
      ),
      { numRuns: runs(RUNS_PATCHES) },
    );
    assert.ok(made > RUNS_PATCHES / 4, `${made}`);
  });

  /** Every journal is what its program does, with the patches. */
  function expectReplays(simulated: Simulated): void {
    const { simulation, sink } = simulated;
    for (const { id, status } of simulation.executions) {
      const entries = entriesOf(simulated, id);
      const patches = patchesOf(sink.inputs, id);
      const end = replay({
        ...replayOptions(simulated, id, entries),
        ...forms.ready(simulated.workflow, patches),
      });
      assert.notEqual(end.kind, 'diverged', `${id} ${status}`);
      assert.equal(end.replayed, entries.length, `${id} ${status}`);
    }
  }
});
