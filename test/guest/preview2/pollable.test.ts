import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PollArgs, PollResult } from '../../../simulator/effects/wait.ts';
import type { Pollable } from '../../../simulator/guest/preview2/pollable.ts';
import type { InputStream } from '../../../simulator/guest/preview2/streams.ts';
import { Harness } from './component-harness.ts';

/** A clock that stands still but for waits, and an inbox that has bytes or not. */
function waiting({ available = 0 } = {}) {
  let now = 1000n;
  const polls: PollArgs[] = [];
  const poll = (args: PollArgs): PollResult => {
    polls.push(args);
    const readable = available > 0 ? args.inboxes.map((_, inbox) => inbox) : [];
    const ends = args.deadlines.map(({ nanos, absolute }) => {
      return BigInt(nanos) + (absolute ? 0n : now);
    });
    const [first = now] = ends.toSorted((a, b) => Number(a - b));
    if (readable.length === 0 && first > now) now = first;
    const passed = [...ends.keys()].filter((index) => (ends[index] as bigint) <= now);
    return { passed, readable: readable.map((inbox) => ({ inbox, available, ended: false })) };
  };
  const guest = new Harness({
    answers: { 'wait.poll': poll, 'clock.read': () => ({ nanos: now.toString() }) },
  });
  const clock = guest.interface('wasi:clocks/monotonic-clock');
  const after = (nanos: bigint): Pollable => clock.subscribeDuration?.(nanos);
  const at = (nanos: bigint): Pollable => clock.subscribeInstant?.(nanos);
  const stdin = (): InputStream => guest.interface('wasi:cli/stdin').getStdin?.();
  const any = (...list: Pollable[]): number[] =>
    Array.from(guest.interface('wasi:io/poll').poll?.(list));
  return { guest, polls, after, at, stdin, any, now: () => now };
}

describe('a pollable of a timer', () => {
  test('waits for its duration with one effect, and stays ready', () => {
    const { guest, polls, after, now } = waiting();
    const timer = after(50n);
    timer.block();
    assert.equal(now(), 1050n);
    assert.deepEqual(polls, [
      { deadlines: [{ clock: 'monotonic', nanos: '50', absolute: false }], inboxes: [] },
    ]);
    timer.block();
    assert.equal(timer.ready(), true);
    assert.deepEqual(guest.port.names, ['wait.poll']);
  });

  test('waits for an instant, and not for one that is past', () => {
    const { at, now } = waiting();
    at(1200n).block();
    assert.equal(now(), 1200n);
    at(7n).block();
    assert.equal(now(), 1200n);
  });

  test('says whether it is over without waiting', () => {
    const { after, at, now } = waiting();
    const timer = after(50n);
    assert.equal(timer.ready(), false);
    assert.equal(now(), 1000n);
    at(1049n).block();
    assert.equal(timer.ready(), false);
    at(1050n).block();
    assert.equal(timer.ready(), true);
  });

  test('counts from when it was made, whatever is waited for in between', () => {
    const { after, at, now } = waiting();
    const timer = after(50n);
    at(1030n).block();
    timer.block();
    assert.equal(now(), 1050n);
  });

  test('costs nothing when it is dropped', () => {
    const { guest, after } = waiting();
    after(50n)[Symbol.dispose]();
    guest.interface('wasi:clocks/monotonic-clock').now?.();
    assert.deepEqual(guest.port.names, ['clock.read']);
  });
});

describe('a poll of several', () => {
  test('ends with the first that is ready, and says which', () => {
    const { after, any, now } = waiting();
    const [long, short, middle] = [after(90n), after(10n), after(50n)];
    assert.deepEqual(any(long, short, middle), [1]);
    assert.equal(now(), 1010n);
    assert.deepEqual(any(long, middle), [1]);
    assert.equal(now(), 1050n);
    assert.deepEqual(any(long, middle), [1]);
    assert.deepEqual(any(long), [0]);
    assert.equal(now(), 1090n);
  });

  test('says all that are ready at once', () => {
    const { after, any, at } = waiting();
    assert.deepEqual(any(after(10n), at(1010n), after(11n)), [0, 1]);
  });

  test('ends for bytes to read before a deadline', () => {
    const { after, any, stdin, now } = waiting({ available: 3 });
    assert.deepEqual(any(after(10n), stdin().subscribe()), [1]);
    assert.equal(now(), 1000n);
  });

  test('ends for a deadline while nothing is to be read', () => {
    const { after, any, stdin } = waiting();
    assert.deepEqual(any(after(10n), stdin().subscribe()), [0]);
  });

  test('does not wait when one is ready, and asks the world nothing that it knows', () => {
    const { guest, after, any, now } = waiting();
    const output = guest.interface('wasi:cli/stdout').getStdout?.();
    assert.deepEqual(any(after(10n), output.subscribe()), [1]);
    assert.equal(now(), 1000n);
    assert.deepEqual(guest.port.names, []);
  });

  test('traps on an empty list', () => {
    const { any } = waiting();
    assert.throws(() => any(), WebAssembly.RuntimeError);
  });
});
