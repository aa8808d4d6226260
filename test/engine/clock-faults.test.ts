import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ClockArgs, ClockResult } from '../../simulator/effects/clock.ts';
import { nodeUpNanos } from '../../simulator/engine/simulation.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { NANOS_PER_MILLI, NANOS_PER_SECOND } from '../../simulator/kernel/time.ts';
import { buildProgram, closeBuilder } from '../helpers/programs.ts';
import { type Simulated, simulate } from '../helpers/simulate.ts';
import { entriesOf, expectCrashLaw, expectReplayLaw } from '../property/laws.ts';

/** Reads a clock every second. */
function reading(clock: 'wall' | 'monotonic', times: number): string[] {
  return Array.from({ length: times }, () => ['sleep', '1000', clock]).flat();
}

describe('faults of clocks', () => {
  let program: GuestProgram;
  before(async () => {
    program = await buildProgram('test/fixtures/programs/script.c');
  });
  after(closeBuilder);

  function run(args: readonly string[], ...faults: readonly object[]): Simulated {
    const simulated = simulate(program, { args, plan: { faults } });
    assert.deepEqual(simulated.simulation.run(), { kind: 'ended' });
    expectCrashLaw(simulated);
    expectReplayLaw(simulated);
    return simulated;
  }

  /** How far the readings of a clock of the first node are from the truth, in milliseconds. */
  function errors(clock: 'wall' | 'monotonic', times: number, ...faults: object[]): number[] {
    const simulated = run(reading(clock, times), ...faults);
    const start =
      clock === 'wall' ? simulated.simulation.engine.world.startUnixNanos : nodeUpNanos(0);
    return entriesOf(simulated, 'script-1').flatMap(({ operation, args, result, endedAt = 0n }) => {
      if (operation.name !== 'clock.read' || (args as ClockArgs).clock !== clock) return [];
      const error = BigInt((result as ClockResult).nanos) - start - endedAt;
      return [Math.round(Number(error / NANOS_PER_MILLI))];
    });
  }

  const node = 'node-a';

  it('set a clock off for a while', () => {
    const fault = { kind: 'clock-offset', node, by: '5s', for: '2500ms', at: { time: '0s' } };
    assert.deepEqual(errors('wall', 4, fault), [5000, 5000, 0, 0]);
  });

  it('let a clock stand still and go on from there', () => {
    const fault = { kind: 'clock-freeze', node, for: '1500ms', at: { time: '1500ms' } };
    assert.deepEqual(errors('wall', 4, fault), [0, -500, -1500, -1500]);
  });

  it('let waits that begin meanwhile take as much longer', () => {
    const fault = { kind: 'clock-freeze', node, at: { time: '1500ms' } };
    const { simulation } = run(['sleep', '1000', 'sleep', '1000', 'sleep', '1000'], {
      ...fault,
      for: '2s',
    });
    // The second wait has begun before; the third waits until 3.5 s for its clock to go on.
    assert.equal(simulation.agenda.now / (NANOS_PER_SECOND / 10n), 45n);
  });

  it('take the lease of a node whose monotonic clock stands still for long, and tell it after', () => {
    const fault = {
      kind: 'clock-freeze',
      node,
      clock: 'monotonic',
      at: { time: '4s' },
      for: '20s',
    };
    const { sink } = run(['sleep', '5000', 'print', 'a', 'sleep', '9000', 'print', 'b'], fault);
    const expired = sink.traces.find(({ kind }) => kind === 'lease.expired');
    // Renewed every third of 10 s; the last time before it stood still.
    assert.equal(expired?.at, 13_333_333_333n);
    assert.equal(sink.attempts.get('script-1/1')?.outcome, 'fenced');
    const short = { ...fault, for: '6s' };
    const kept = run(['sleep', '5000', 'print', 'a', 'sleep', '9000', 'print', 'b'], short);
    assert.ok(!kept.sink.traces.some(({ kind }) => kind === 'lease.expired'));
  });

  it('let a clock jump forth and back', () => {
    const fault = { kind: 'clock-strobe', node, by: '-1h', every: '1s', for: '3s' };
    const hour = -3_600_000;
    assert.deepEqual(errors('wall', 5, { ...fault, at: { time: '500ms' } }), [hour, 0, hour, 0, 0]);
  });

  it('add a second, at once or little by little, or leave one out, on all nodes', () => {
    const at = { time: '1500ms' };
    assert.deepEqual(errors('wall', 3, { kind: 'leap-second', at }), [0, -1000, -1000]);
    assert.deepEqual(errors('wall', 2, { kind: 'leap-second', way: 'skip', at }), [0, 1000]);
    const smear = { kind: 'leap-second', way: 'smear', over: '2s', at };
    assert.deepEqual(errors('wall', 4, smear), [0, -250, -750, -1000]);
    const other = { kind: 'leap-second', node: 'node-b', at };
    assert.deepEqual(errors('wall', 2, other), [0, 0]);
    const { sink } = run(['sleep', '2000'], { kind: 'leap-second', at });
    const jumped = sink.traces.filter(({ kind }) => kind === 'clock.jumped');
    assert.deepEqual(
      jumped.map((row) => row.node),
      ['node-a', 'node-b', 'node-c'],
    );
  });

  it('are over when the clock is set right', () => {
    const reset = { kind: 'clock-reset', node, at: { time: '2500ms' } };
    const faults = [
      { kind: 'clock-jump', by: '1h' },
      { kind: 'clock-offset', by: '1h', for: '3s' },
      { kind: 'clock-drift', ppm: 500_000, for: '3s' },
      { kind: 'clock-freeze', for: '5s' },
      { kind: 'clock-strobe', by: '1h', every: '10s', for: '20s' },
      { kind: 'leap-second', way: 'smear', over: '10s' },
    ];
    for (const fault of faults) {
      const at = { time: '500ms' };
      const found = errors('wall', 6, { ...fault, node, at }, reset);
      assert.ok(
        errors('wall', 6, { ...fault, node, at }).some((error) => error !== 0),
        fault.kind,
      );
      assert.deepEqual(found.slice(3), [0, 0, 0], fault.kind);
    }
  });

  it('leave other clocks alone', () => {
    const kinds = [
      { kind: 'clock-offset', by: '5s' },
      { kind: 'clock-freeze' },
      { kind: 'clock-strobe', by: '1h' },
    ];
    for (const fault of kinds) {
      const wall = { ...fault, node, at: { time: '500ms' } };
      assert.deepEqual(errors('monotonic', 3, wall), [0, 0, 0], fault.kind);
      assert.deepEqual(errors('wall', 3, { ...wall, node: 'node-b' }), [0, 0, 0], fault.kind);
    }
  });
});
