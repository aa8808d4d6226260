import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import {
  type AppointmentHit,
  type InstrumentOptions,
  ProbeSession,
  type ProbeSettings,
} from '../../../simulator/guest/instrument/index.ts';
import { type Recorded, recordC } from './instrument-harness.ts';
import { MIXED } from './sources.ts';

const BUILDS: Readonly<Record<string, Partial<InstrumentOptions>>> = {
  run: {},
  'everything dumped': { depth: true, checkIns: true, operands: true },
  scan: { scan: true, checkIns: true },
  watch: { scan: true, watch: true },
  exact: { exact: true, depth: true },
};
/** Bytes at the end of the first page, which MIXED does not use. */
const ADDRESS = 65_532;
const BYTES = Uint8Array.of(1, 2, 3, 4);

describe('appointments of a program with probes', () => {
  let recorded: Recorded;
  let offsets: readonly number[];
  before(async () => {
    recorded = await recordC({ 'main.c': MIXED }, '-O0');
    const found: number[] = [];
    const session = new ProbeSession({
      onTick: (_, codeOffset) => {
        found.push(codeOffset);
        return 1;
      },
    });
    recorded.replay(recorded.withProbes({ scan: true }), session);
    offsets = found;
  });

  /** @param onAppointment is told the session, too */
  function run(
    options: Partial<InstrumentOptions>,
    settings: ProbeSettings,
    onAppointment: (session: ProbeSession) => boolean = () => false,
  ) {
    const hits: AppointmentHit[] = [];
    const session: ProbeSession = new ProbeSession({
      ...settings,
      onAppointment: (hit) => {
        assert.equal(session.tick, hit.tick);
        hits.push(hit);
        return onAppointment(session);
      },
    });
    const build = recorded.withProbes({ ...options, appointments: true });
    const end = recorded.replay(build, session);
    return { session, hits, end };
  }

  const ticksChosen = () => [1, 2, Math.floor(offsets.length / 2), offsets.length];

  it('are kept at their ticks and nowhere else, whatever the build, and change nothing', () => {
    const appointments = ticksChosen();
    const expected = appointments.map((tick) => ({ tick, codeOffset: offsets[tick - 1] }));
    const undisturbed = recorded.replay(recorded.program);
    for (const [name, options] of Object.entries(BUILDS)) {
      const { hits, end } = run(options, { appointments });
      assert.deepEqual(hits, expected, name);
      assert.deepEqual(end, undisturbed, name);
    }
  });

  it('are kept in calls that a scan does not look into, and between what it looks at', () => {
    const appointments = offsets.map((_, index) => index + 1);
    const visited = (wanted: readonly number[]) => {
      const visits: number[] = [];
      const { hits } = run(
        { scan: true },
        {
          appointments: wanted,
          scanDepth: 1,
          onTick: (tick) => {
            visits.push(tick);
            return 3;
          },
        },
      );
      return { visits, ticks: hits.map(({ tick }) => tick) };
    };
    const all = visited(appointments);
    assert.deepEqual(all.ticks, appointments);
    assert.deepEqual(all.visits, visited([]).visits);
    assert.ok(all.visits.length < appointments.length / 3);
  });

  it('come before a stop at the same tick, which shows what they wrote', () => {
    const tick = Math.floor(offsets.length / 2);
    for (const [name, options] of Object.entries(BUILDS)) {
      const settings: ProbeSettings = { appointments: [tick], stopAt: tick };
      const { session, end } = run(options, settings, ({ main }) => {
        assert.equal(main?.write(ADDRESS, BYTES), true);
        return false;
      });
      assert.equal(end.kind, 'stopped', name);
      assert.equal(session.stopped?.tick, tick);
      const [memory] = session.stopped?.instances[0]?.memories ?? [];
      assert.deepEqual(memory?.slice(ADDRESS, ADDRESS + 4), BYTES, name);
    }
  });

  it('can end the run where they are', () => {
    const tick = Math.floor(offsets.length / 3);
    for (const [name, options] of Object.entries(BUILDS)) {
      const { session, end } = run(options, { appointments: [tick] }, () => true);
      assert.equal(end.kind, 'stopped', name);
      const [frame] = session.stopped?.frames ?? [];
      assert.deepEqual([session.stopped?.tick, frame?.codeOffset], [tick, offsets[tick - 1]], name);
    }
  });

  it('are kept while instructions are looked at', () => {
    const { info } = recorded.program.main;
    const functions = [...info.functionTypes.keys()].slice(info.functionsImported);
    let looks = 0;
    const { hits } = run(
      { instructions: new Set(functions) },
      {
        appointments: ticksChosen(),
        stopAt: 5,
        onLook: () => {
          looks++;
          return false;
        },
      },
    );
    assert.deepEqual(
      hits.map(({ tick }) => tick),
      ticksChosen(),
    );
    assert.ok(looks > offsets.length);
  });

  it('write only where there is memory, and set only globals that can be set', () => {
    const { session } = run({}, { appointments: [1] }, ({ main }) => {
      assert.ok(main !== undefined);
      const { byteLength } = main.memories[0]?.buffer ?? new ArrayBuffer(0);
      assert.equal(main.write(byteLength - 3, BYTES), false);
      assert.equal(main.write(byteLength - 4, BYTES), true);
      const pointer = main.global(0);
      assert.ok(typeof pointer === 'number');
      assert.equal(main.setGlobal(0, { type: 'i64', value: 0n }), false);
      assert.equal(main.setGlobal(1_000, { type: 'i32', value: 0 }), false);
      assert.equal(main.setGlobal(0, { type: 'i32', value: pointer - 16 }), true);
      assert.equal(main.global(0), pointer - 16);
      return true;
    });
    assert.equal(session.isStopped, true);
  });
});
