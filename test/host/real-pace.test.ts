import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RealPace } from '../../simulator/host/real-pace.ts';
import { VIRTUAL_START, virtualNanos } from '../../simulator/kernel/time.ts';
import { FakeClock } from '../helpers/fake-clock.ts';

const ms = (count: number) => virtualNanos(BigInt(count) * 1_000_000n);

describe('the pace of real time', () => {
  it('goes on as the clock does, from where it is told', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, ms(500));
    assert.equal(pace.reached(VIRTUAL_START), ms(500));
    clock.pass(20);
    assert.equal(pace.reached(VIRTUAL_START), ms(520));
  });

  it('goes on from the simulation where that has run ahead', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, VIRTUAL_START);
    clock.pass(10);
    assert.equal(pace.reached(ms(9000)), ms(9000));
    clock.pass(10);
    assert.equal(pace.reached(ms(9000)), ms(9010));
  });

  it('counts from an instant anew', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, VIRTUAL_START);
    clock.pass(1000);
    pace.startFrom(ms(5));
    clock.pass(1);
    assert.equal(pace.reached(VIRTUAL_START), ms(6));
  });

  it('does not count while it stands still, and rings nothing', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, VIRTUAL_START);
    pace.ringAt(ms(100), () => assert.fail('it rang'));
    clock.pass(30);
    pace.stop();
    clock.pass(1000);
    assert.equal(pace.reached(VIRTUAL_START), ms(30));
    pace.startFrom(ms(40));
    clock.pass(1000);
    assert.equal(pace.reached(VIRTUAL_START), ms(40));
    pace.goOn();
    pace.goOn();
    clock.pass(5);
    assert.equal(pace.reached(VIRTUAL_START), ms(45));
  });

  it('rings once, for the latest that was asked for', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, VIRTUAL_START);
    const rung: string[] = [];
    pace.ringAt(ms(10), () => rung.push('earlier'));
    pace.ringAt(ms(20), () => rung.push('later'));
    clock.pass(19);
    assert.deepEqual(rung, []);
    clock.pass(1);
    assert.deepEqual(rung, ['later']);
    assert.deepEqual(clock.armed, []);
  });

  it('asks for no longer alarm than timers keep', () => {
    const clock = new FakeClock();
    const pace = new RealPace(clock, VIRTUAL_START);
    pace.ringAt(ms(365 * 24 * 3600 * 1000), () => {});
    assert.deepEqual(clock.armed, [2 ** 31 - 1]);
    pace.cancel();
    assert.deepEqual(clock.armed, []);
  });
});
