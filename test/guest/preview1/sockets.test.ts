import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Harness, ROOT_FD } from './guest-harness.ts';

const LISTENER = 4;

interface Script {
  accepted?: string | undefined;
  incoming?: string;
  again?: boolean;
}

function server(script: Script): Harness {
  return new Harness({
    listeners: ['web'],
    answers: {
      'socket.accept': () => (script.accepted === undefined ? {} : { connection: script.accepted }),
      'socket.receive': ({ length }: { length: number }) => ({
        body: new TextEncoder().encode(script.incoming ?? '').subarray(0, length),
        ended: false,
        again: script.again ?? false,
      }),
      'socket.send': () => ({}),
      'socket.shutdown': () => ({}),
    },
  });
}

function accepted(guest: Harness, flags = 0): number {
  guest.ok('sock_accept', LISTENER, flags, guest.out);
  return guest.u32();
}

describe('a connection', () => {
  test('is accepted as a stream socket and talks both ways', () => {
    const guest = server({ accepted: 'connection:1', incoming: 'request' });
    const fd = accepted(guest);
    guest.ok('fd_fdstat_get', fd, guest.out);
    assert.equal(guest.u8(), 6);
    const buffers = guest.iovecs(3, 100);
    guest.ok('sock_recv', fd, ...buffers, 0, guest.out, guest.out + 4);
    assert.equal(guest.u32(), 7);
    assert.equal(guest.filled(buffers).slice(0, 7), 'request');
    guest.ok('sock_send', fd, ...guest.iovecs('res', 'ponse'), 0, guest.out);
    assert.equal(guest.u32(), 8);
    guest.ok('sock_shutdown', fd, 2);
    const connection = 'connection:1';
    assert.deepEqual(
      guest.port.asked.map(({ args }) => args),
      [
        { listener: 'web', nonblocking: false },
        { connection, length: 103, peek: false, waitAll: false, nonblocking: false },
        { connection, body: new TextEncoder().encode('response') },
        { connection, read: false, write: true },
      ],
    );
  });

  test('is read and written as a file descriptor, too', () => {
    const guest = server({ accepted: 'connection:1', incoming: 'in' });
    const fd = accepted(guest);
    const buffers = guest.iovecs(8);
    guest.ok('fd_read', fd, ...buffers, guest.out);
    assert.equal(guest.read(guest.u32(buffers[0]), guest.u32()), 'in');
    guest.ok('fd_write', fd, ...guest.iovecs('out'), guest.out);
    assert.deepEqual(guest.port.names.slice(1), ['socket.receive', 'socket.send']);
  });

  test('peeks, waits for all, and does not block, as its flags say', () => {
    const script: Script = { accepted: 'connection:1', incoming: 'x' };
    const guest = server(script);
    const fd = accepted(guest, 4);
    guest.ok('sock_recv', fd, ...guest.iovecs(4), 3, guest.out, guest.out + 4);
    assert.deepEqual(guest.port.lastArgs, {
      connection: 'connection:1',
      length: 4,
      peek: true,
      waitAll: true,
      nonblocking: true,
    });
    script.again = true;
    const args = [fd, ...guest.iovecs(4), 0, guest.out, guest.out + 4] as const;
    assert.equal(guest.call('sock_recv', ...args), 'again');
    assert.equal(guest.call('fd_read', fd, ...guest.iovecs(4), guest.out), 'again');
  });

  test('polls its own inbox', () => {
    const guest = new Harness({
      listeners: ['web'],
      answers: {
        'socket.accept': () => ({ connection: 'connection:9' }),
        'wait.poll': () => ({ passed: [], readable: [{ inbox: 0, available: 5, ended: true }] }),
      },
    });
    const fd = accepted(guest);
    guest.view().setUint8(0x8008, 1);
    guest.view().setUint32(0x8010, fd, true);
    guest.ok('poll_oneoff', 0x8000, guest.out + 16, 1, guest.out);
    assert.deepEqual(guest.port.lastArgs, { deadlines: [], inboxes: ['connection:9'] });
    assert.deepEqual([guest.u64(guest.out + 32), guest.u16(guest.out + 40)], [5n, 1]);
  });

  test('refuses flags that nobody knows, and asks nothing for no bytes', () => {
    const guest = server({ accepted: 'connection:1' });
    const fd = accepted(guest);
    const room = guest.iovecs(4);
    assert.equal(guest.call('sock_recv', fd, ...room, 4, guest.out, guest.out + 4), 'inval');
    assert.equal(guest.call('sock_send', fd, ...room, 1, guest.out), 'inval');
    assert.equal(guest.call('sock_shutdown', fd, 0), 'inval');
    assert.equal(guest.call('sock_shutdown', fd, 4), 'inval');
    assert.equal(guest.call('sock_accept', LISTENER, 1, guest.out), 'inval');
    guest.ok('sock_recv', fd, ...guest.iovecs(0), 0, guest.out, guest.out + 4);
    guest.ok('sock_send', fd, ...guest.iovecs(''), 0, guest.out);
    assert.deepEqual(guest.port.names, ['socket.accept']);
  });
});

describe('accepting', () => {
  test('says again when nobody connects and the socket does not block', () => {
    const guest = server({});
    guest.ok('fd_fdstat_set_flags', LISTENER, 4);
    assert.equal(guest.call('sock_accept', LISTENER, 0, guest.out), 'again');
    assert.deepEqual(guest.port.lastArgs, { listener: 'web', nonblocking: true });
  });

  test('checks for room before it takes a connection', () => {
    const guest = new Harness({ listeners: ['web'], descriptorsMax: 5 });
    assert.equal(guest.call('sock_accept', LISTENER, 0, guest.out), 'mfile');
    assert.equal(guest.call('sock_accept', LISTENER, 0, -2), 'fault');
    assert.deepEqual(guest.port.asked, []);
  });
});

test('what is no connection is named as such', () => {
  const guest = server({ accepted: 'connection:1' });
  guest.writeFile('file', '');
  const file = guest.open('file');
  for (const fd of [0, 1, ROOT_FD, file]) {
    const io = [fd, ...guest.iovecs(1), 0, guest.out] as const;
    assert.equal(guest.call('sock_accept', fd, 0, guest.out), 'notsock');
    assert.equal(guest.call('sock_recv', ...io, guest.out + 4), 'notsock');
    assert.equal(guest.call('sock_send', ...io), 'notsock');
    assert.equal(guest.call('sock_shutdown', fd, 1), 'notsock');
  }
  const io = [LISTENER, ...guest.iovecs(1), 0, guest.out] as const;
  assert.equal(guest.call('sock_recv', ...io, guest.out + 4), 'notconn');
  assert.equal(guest.call('sock_send', ...io), 'notconn');
  assert.equal(guest.call('sock_accept', accepted(guest), 0, guest.out), 'inval');
  assert.equal(guest.call('sock_accept', 99, 0, guest.out), 'badf');
  assert.equal(guest.call('fd_prestat_get', LISTENER, guest.out), 'badf');
});
