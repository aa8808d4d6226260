import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Harness } from './guest-harness.ts';

const answers = { 'stdout.write': () => ({}), 'stderr.write': () => ({}) };

function shown(guest: Harness): string[] {
  return guest.port.asked.map(({ name, args }) => {
    return `${name} ${new TextDecoder().decode(args.body)}`;
  });
}

describe('writing to the standard streams', () => {
  test('is one effect for all buffers of a call', () => {
    const guest = new Harness({ answers });
    guest.ok('fd_write', 1, ...guest.iovecs('hel', '', 'lo\n'), guest.out);
    assert.equal(guest.u32(), 6);
    guest.ok('fd_write', 2, ...guest.iovecs('oops'), guest.out);
    assert.deepEqual(shown(guest), ['stdout.write hello\n', 'stderr.write oops']);
  });

  test('keeps a copy that the program cannot change later', () => {
    const guest = new Harness({ answers });
    const buffers = guest.iovecs('before');
    guest.ok('fd_write', 1, ...buffers, guest.out);
    new Uint8Array(guest.memory.buffer).fill(0);
    assert.deepEqual(shown(guest), ['stdout.write before']);
  });

  test('is no effect when there is nothing to write', () => {
    const guest = new Harness({ answers });
    guest.ok('fd_write', 1, ...guest.iovecs('', ''), guest.out);
    assert.deepEqual([guest.u32(), shown(guest)], [0, []]);
  });

  test('takes a part of what is longer than the limit', () => {
    const guest = new Harness({ answers });
    guest.memory.grow(1);
    const [pointer] = guest.iovecs(1);
    guest.view().setUint32(pointer + 4, 100_000, true);
    guest.ok('fd_write', 1, pointer, 1, guest.out);
    assert.equal(guest.u32(), 65_536);
  });

  test('checks all pointers before it shows anything', () => {
    const guest = new Harness({ answers });
    const end = guest.memory.buffer.byteLength;
    const [pointer, count] = guest.iovecs('a', 'b');
    assert.equal(guest.call('fd_write', 1, pointer, count, end - 3), 'fault');
    assert.equal(guest.call('fd_write', 1, end - 15, 2, guest.out), 'fault');
    guest.view().setUint32(pointer + 8, end, true);
    assert.equal(guest.call('fd_write', 1, pointer, count, guest.out), 'fault');
    assert.equal(guest.call('fd_write', 1, pointer, 1025, guest.out), 'inval');
    assert.deepEqual(shown(guest), []);
  });
});

describe('reading stdin', () => {
  const inbox = (text: string) => ({
    'stdin.read': ({ length }: { length: number }) => ({
      body: new TextEncoder().encode(text).subarray(0, length),
    }),
  });

  test('fills the buffers in their order', () => {
    const guest = new Harness({ answers: inbox('hello') });
    const buffers = guest.iovecs(2, 0, 2);
    guest.ok('fd_read', 0, ...buffers, guest.out);
    assert.deepEqual([guest.u32(), guest.filled(buffers)], [4, 'hell']);
    assert.deepEqual(guest.port.lastArgs, { length: 4 });
  });

  test('gives 0 at the end, and asks nothing when there is no room', () => {
    const guest = new Harness({ answers: inbox('') });
    guest.ok('fd_read', 0, ...guest.iovecs(0), guest.out);
    assert.deepEqual(guest.port.asked, []);
    guest.ok('fd_read', 0, ...guest.iovecs(8), guest.out);
    assert.equal(guest.u32(), 0);
  });

  test('says again, without waiting, when the descriptor does not block', () => {
    let waiting = '';
    const guest = new Harness({
      answers: {
        'wait.poll': () => ({
          passed: waiting === '' ? [0] : [],
          readable: waiting === '' ? [] : [{ inbox: 0, available: 1, ended: false }],
        }),
        'stdin.read': () => ({ body: new TextEncoder().encode(waiting) }),
      },
    });
    guest.ok('fd_fdstat_set_flags', 0, 4);
    assert.equal(guest.call('fd_read', 0, ...guest.iovecs(8), guest.out), 'again');
    waiting = 'x';
    guest.ok('fd_read', 0, ...guest.iovecs(8), guest.out);
    assert.equal(guest.u32(), 1);
    assert.deepEqual(guest.port.names, ['wait.poll', 'wait.poll', 'stdin.read']);
  });
});

describe('a standard stream', () => {
  test('is a terminal to wasi-libc: a character device that can neither seek nor tell', () => {
    const guest = new Harness();
    for (const fd of [0, 1, 2]) {
      guest.ok('fd_fdstat_get', fd, guest.out);
      assert.equal(guest.u8(), 2);
      const seekAndTell = (1n << 2n) | (1n << 5n);
      assert.equal(guest.u64(guest.out + 8) & seekAndTell, 0n);
      guest.ok('fd_filestat_get', fd, guest.out);
      assert.equal(guest.u8(guest.out + 16), 2);
      assert.equal(guest.u64(guest.out + 32), 0n);
    }
  });

  test('has no offset, no size and no directory', () => {
    const guest = new Harness();
    assert.equal(guest.call('fd_seek', 1, 0n, 0, guest.out), 'spipe');
    assert.equal(guest.call('fd_tell', 0, guest.out), 'spipe');
    assert.equal(guest.call('fd_pread', 0, ...guest.iovecs(1), 0n, guest.out), 'spipe');
    assert.equal(guest.call('fd_pwrite', 1, ...guest.iovecs('a'), 0n, guest.out), 'spipe');
    assert.equal(guest.call('fd_filestat_set_size', 1, 0n), 'spipe');
    assert.equal(guest.call('fd_readdir', 1, guest.out, 8, 0n, guest.out), 'notdir');
    assert.equal(guest.call('fd_filestat_set_times', 1, 0n, 0n, 0), 'inval');
    assert.equal(guest.call('path_unlink_file', 1, ...guest.text('a')), 'notdir');
    assert.equal(guest.call('fd_prestat_get', 1, guest.out), 'badf');
  });

  test('reads or writes, but not both', () => {
    const guest = new Harness();
    assert.equal(guest.call('fd_write', 0, ...guest.iovecs('a'), guest.out), 'notcapable');
    assert.equal(guest.call('fd_read', 1, ...guest.iovecs(1), guest.out), 'notcapable');
  });

  test('can be closed and its number is taken again', () => {
    const guest = new Harness({ answers });
    guest.ok('fd_close', 1);
    assert.equal(guest.call('fd_write', 1, ...guest.iovecs('a'), guest.out), 'badf');
    assert.equal(guest.open('log', { oflags: 1 }), 1);
    guest.ok('fd_write', 1, ...guest.iovecs('to a file'), guest.out);
    assert.equal(guest.readFile('log'), 'to a file');
    assert.deepEqual(shown(guest), []);
  });
});
