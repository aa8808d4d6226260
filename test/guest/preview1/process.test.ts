import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GuestExit, GuestSignal, Unwind } from '../../../simulator/effects/operation.ts';
import { Harness } from './guest-harness.ts';

class Crash extends Unwind {}

test('proc_exit ends the program with any 32-bit code', () => {
  for (const [argument, code] of [
    [0, 0],
    [3, 3],
    [-1, 0xffffffff],
  ] as const) {
    assert.throws(
      () => new Harness().call('proc_exit', argument),
      (error) => error instanceof GuestExit && error.code === code,
    );
  }
});

test('a guest that catches its own end gets it again from every call', () => {
  const guest = new Harness();
  assert.throws(() => guest.call('proc_exit', 7), GuestExit);
  const exit = (error: unknown) => error instanceof GuestExit && error.code === 7;
  assert.throws(() => guest.call('sched_yield'), exit);
  assert.throws(() => guest.call('fd_close', 3), exit);
  assert.throws(() => guest.call('proc_exit', 0), exit);
  assert.throws(() => guest.call('http_close', 1), exit);
});

test('an Unwind of the port passes through untouched, and again from pure calls', () => {
  const crash = new Crash('node 2 crashed');
  const guest = new Harness({
    answers: {
      'clock.read': () => {
        throw crash;
      },
    },
  });
  const same = (error: unknown) => error === crash;
  assert.throws(() => guest.call('clock_time_get', 0, 0n, guest.out), same);
  assert.throws(() => guest.call('args_sizes_get', guest.out, guest.out), same);
});

test('what is no error of the program is not turned into an errno', () => {
  const guest = new Harness({
    answers: {
      'clock.read': () => {
        throw new RangeError('Maximum call stack size exceeded');
      },
    },
  });
  assert.throws(() => guest.call('clock_time_get', 0, 0n, guest.out), RangeError);
  guest.ok('sched_yield');
});

test('signals do what POSIX has them do by default', () => {
  const guest = new Harness();
  guest.ok('proc_raise', 0);
  guest.ok('proc_raise', 16);
  assert.equal(guest.call('proc_raise', 18), 'notsup');
  assert.equal(guest.call('proc_raise', 31), 'inval');
  assert.equal(guest.call('proc_raise', -1), 'inval');
  assert.throws(
    () => guest.call('proc_raise', 6),
    (error) => error instanceof GuestSignal && error.signal === 'SIGABRT' && error.number === 6,
  );
});
