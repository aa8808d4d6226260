import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PollArgs, PollResult } from '../../../simulator/effects/wait.ts';
import { SUBSCRIPTIONS_MAX } from '../../../simulator/guest/preview1/poll.ts';
import { ERRNO_NAMES } from '../../../simulator/world/files/errno.ts';
import { Harness, ROOT_FD } from './guest-harness.ts';

type Wanted =
  | { readonly clock: number; readonly nanos: bigint; readonly flags?: number }
  | { readonly read: number }
  | { readonly write: number };

const INPUT = 0x8000;

function subscribe(guest: Harness, wanted: readonly Wanted[]): void {
  const view = guest.view();
  new Uint8Array(guest.memory.buffer).fill(0, INPUT, INPUT + wanted.length * 48);
  wanted.forEach((subscription, index) => {
    const at = INPUT + index * 48;
    view.setBigUint64(at, BigInt(100 + index), true);
    if ('clock' in subscription) {
      view.setUint32(at + 16, subscription.clock, true);
      view.setBigUint64(at + 24, subscription.nanos, true);
      view.setUint16(at + 40, subscription.flags ?? 0, true);
      return;
    }
    view.setUint8(at + 8, 'read' in subscription ? 1 : 2);
    const fd = 'read' in subscription ? subscription.read : subscription.write;
    view.setUint32(at + 16, fd, true);
  });
}

/** The events as `userdata type errno bytes flags`. */
function poll(guest: Harness, ...wanted: Wanted[]): string[] {
  subscribe(guest, wanted);
  const events = guest.out + 16;
  new Uint8Array(guest.memory.buffer).fill(0xee, events, events + wanted.length * 32);
  guest.ok('poll_oneoff', INPUT, events, wanted.length, guest.out);
  return Array.from({ length: guest.u32() }, (_, index) => {
    const at = events + index * 32;
    const errno = ERRNO_NAMES[guest.u16(at + 8)];
    const [userdata, type] = [guest.u64(at), guest.u8(at + 10)];
    return `${userdata} ${type} ${errno} ${guest.u64(at + 16)} ${guest.u16(at + 24)}`;
  });
}

function answering(result: PollResult): Harness {
  return new Harness({
    answers: { 'wait.poll': () => result },
    listeners: ['web'],
  });
}

describe('a poll', () => {
  test('with one clock is a sleep', () => {
    const guest = answering({ passed: [0], readable: [] });
    assert.deepEqual(poll(guest, { clock: 1, nanos: 5_000n }), ['100 0 success 0 0']);
    const args: PollArgs = {
      deadlines: [{ clock: 'monotonic', nanos: '5000', absolute: false }],
      inboxes: [],
    };
    assert.deepEqual(guest.port.asked, [{ name: 'wait.poll', args }]);
  });

  test('passes on every deadline and inbox, and reports what happened in their order', () => {
    const guest = answering({
      passed: [1],
      readable: [
        { inbox: 1, available: 1, ended: false },
        { inbox: 0, available: 0, ended: true },
      ],
    });
    const events = poll(
      guest,
      { clock: 0, nanos: 2n ** 64n - 1n, flags: 1 },
      { read: 0 },
      { clock: 2, nanos: 7n },
      { read: 4 },
      { read: 0 },
    );
    assert.deepEqual(events, [
      '101 1 success 0 1',
      '102 0 success 0 0',
      '103 1 success 1 0',
      '104 1 success 0 1',
    ]);
    const args: PollArgs = {
      deadlines: [
        { clock: 'wall', nanos: '18446744073709551615', absolute: true },
        { clock: 'monotonic', nanos: '7', absolute: false },
      ],
      inboxes: ['stdin', 'listener:web'],
    };
    assert.deepEqual(guest.port.lastArgs, args);
  });

  test('is over at once, without an effect, when something is always ready', () => {
    const guest = answering({ passed: [], readable: [] });
    guest.writeFile('file', 'hello');
    const fd = guest.open('file');
    guest.ok('fd_seek', fd, 2n, 0, guest.out);
    const events = poll(
      guest,
      { clock: 1, nanos: 1n },
      { read: fd },
      { write: fd },
      { write: 1 },
      { read: ROOT_FD },
    );
    assert.deepEqual(events, [
      '101 1 success 3 0',
      '102 2 success 65536 0',
      '103 2 success 65536 0',
      '104 1 success 0 0',
    ]);
    assert.deepEqual(guest.port.asked, []);
  });

  test('looks at inboxes without waiting when something else is ready', () => {
    const guest = answering({ passed: [0], readable: [] });
    assert.deepEqual(poll(guest, { read: 0 }, { write: 2 }), ['101 2 success 65536 0']);
    const args: PollArgs = {
      deadlines: [{ clock: 'monotonic', nanos: '0', absolute: false }],
      inboxes: ['stdin'],
    };
    assert.deepEqual(guest.port.lastArgs, args);
  });

  test('reports what is wrong with one subscription as that one’s event', () => {
    const guest = answering({ passed: [], readable: [] });
    guest.writeFile('file', '');
    const silent = guest.open('file', { rights: 2n });
    const events = poll(
      guest,
      { read: 77 },
      { clock: 9, nanos: 1n },
      { clock: 0, nanos: 1n, flags: 2 },
      { read: silent },
      { read: 1 },
      { write: 0 },
    );
    assert.deepEqual(events, [
      '100 1 badf 0 0',
      '101 0 inval 0 0',
      '102 0 inval 0 0',
      '103 1 notcapable 0 0',
      '104 1 badf 0 0',
      '105 2 badf 0 0',
    ]);
  });

  test('of nothing, of too much, of an unknown type or outside memory is refused', () => {
    const guest = answering({ passed: [0], readable: [] });
    subscribe(guest, [{ clock: 0, nanos: 1n }]);
    const call = (input: number, output: number, count: number, out = guest.out) =>
      guest.call('poll_oneoff', input, output, count, out);
    assert.equal(call(INPUT, guest.out + 16, 0), 'inval');
    assert.equal(call(INPUT, guest.out + 16, SUBSCRIPTIONS_MAX + 1), 'inval');
    assert.equal(call(INPUT, guest.out + 16, -1), 'inval');
    assert.equal(call(2 * 65_536 - 47, guest.out + 16, 1), 'fault');
    assert.equal(call(INPUT, 2 * 65_536 - 31, 1), 'fault');
    assert.equal(call(INPUT, guest.out + 16, 1, -2), 'fault');
    guest.view().setUint8(INPUT + 8, 3);
    assert.equal(call(INPUT, guest.out + 16, 1), 'inval');
    assert.deepEqual(guest.port.asked, []);
  });
});
