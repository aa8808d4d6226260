import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ROOT_INODE } from '../../../simulator/world/files/file-store.ts';
import { Harness, OFLAG, ROOT_FD } from './guest-harness.ts';

const SET = 0;
const CURRENT = 1;
const END = 2;
const APPEND = 1;

function offsetOf(guest: Harness, fd: number): bigint {
  guest.ok('fd_tell', fd, guest.out);
  return guest.u64();
}

function readSome(guest: Harness, fd: number, length: number): string {
  const buffers = guest.iovecs(length);
  guest.ok('fd_read', fd, ...buffers, guest.out);
  return guest.read(guest.u32(buffers[0]), guest.u32());
}

describe('a file’s offset', () => {
  test('moves with reading and writing, and not with pread and pwrite', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat });
    guest.ok('fd_write', fd, ...guest.iovecs('hello ', 'world'), guest.out);
    assert.equal(offsetOf(guest, fd), 11n);
    guest.ok('fd_pwrite', fd, ...guest.iovecs('J'), 0n, guest.out);
    const buffers = guest.iovecs(5);
    guest.ok('fd_pread', fd, ...buffers, 6n, guest.out);
    assert.deepEqual([guest.u32(), guest.filled(buffers)], [5, 'world']);
    assert.equal(offsetOf(guest, fd), 11n);
    guest.ok('fd_seek', fd, 0n, SET, guest.out);
    assert.equal(readSome(guest, fd, 100), 'Jello world');
    assert.equal(offsetOf(guest, fd), 11n);
    assert.equal(readSome(guest, fd, 100), '');
  });

  test('is sought from the start, from itself and from the end', () => {
    const guest = new Harness();
    guest.writeFile('file', '0123456789');
    const fd = guest.open('file');
    const seek = (delta: bigint, whence: number) => {
      guest.ok('fd_seek', fd, delta, whence, guest.out);
      return guest.u64();
    };
    assert.deepEqual(
      [seek(4n, SET), seek(3n, CURRENT), seek(-2n, CURRENT), seek(-1n, END), seek(5n, END)],
      [4n, 7n, 5n, 9n, 15n],
    );
    assert.equal(guest.call('fd_seek', fd, -16n, CURRENT, guest.out), 'inval');
    assert.equal(guest.call('fd_seek', fd, 2n ** 63n - 1n, CURRENT, guest.out), 'inval');
    assert.equal(guest.call('fd_seek', fd, 0n, 3, guest.out), 'inval');
    assert.equal(offsetOf(guest, fd), 15n);
  });

  test('past the end reads nothing, and writing there leaves a hole of zeros', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat });
    guest.ok('fd_seek', fd, 3n, SET, guest.out);
    assert.equal(readSome(guest, fd, 4), '');
    guest.ok('fd_write', fd, ...guest.iovecs('x'), guest.out);
    assert.equal(guest.readFile('file'), '\0\0\0x');
  });

  test('goes to the end with every write that appends', () => {
    const guest = new Harness();
    guest.writeFile('file', 'abc');
    const fd = guest.open('file', { fdflags: APPEND });
    guest.writeFile('file', 'longer');
    guest.ok('fd_write', fd, ...guest.iovecs('!'), guest.out);
    assert.equal(offsetOf(guest, fd), 7n);
    assert.equal(guest.readFile('file'), 'longer!');
    guest.ok('fd_fdstat_set_flags', fd, 0);
    guest.ok('fd_seek', fd, 0n, SET, guest.out);
    guest.ok('fd_write', fd, ...guest.iovecs('L'), guest.out);
    assert.equal(guest.readFile('file'), 'Longer!');
  });

  test('is each descriptor’s own', () => {
    const guest = new Harness();
    guest.writeFile('file', 'abc');
    const [first, second] = [guest.open('file'), guest.open('file')];
    assert.equal(readSome(guest, first, 2), 'ab');
    assert.equal(readSome(guest, second, 2), 'ab');
    assert.equal(readSome(guest, first, 2), 'c');
  });
});

describe('a file’s size and times', () => {
  test('are set through its descriptor and reported by both stats', () => {
    const guest = new Harness();
    guest.port.latestWallNanos = 77n;
    const fd = guest.open('file', { oflags: OFLAG.creat });
    guest.ok('fd_allocate', fd, 0n, 10n);
    guest.ok('fd_filestat_set_size', fd, 4n);
    guest.ok('fd_filestat_set_times', fd, 5n, 6n, 1 | 4);
    for (const stat of [
      () => guest.ok('fd_filestat_get', fd, guest.out),
      () => guest.ok('path_filestat_get', ROOT_FD, 1, ...guest.text('file'), guest.out),
    ]) {
      stat();
      const fields = [0, 8, 24, 32, 40, 48, 56].map((offset) => guest.u64(guest.out + offset));
      assert.deepEqual(fields, [1n, 2n, 1n, 4n, 5n, 6n, 77n]);
      assert.equal(guest.u8(guest.out + 16), 4);
    }
    guest.port.latestWallNanos = 99n;
    guest.ok('fd_filestat_set_times', fd, 0n, 0n, 2 | 8);
    guest.ok('fd_filestat_get', fd, guest.out);
    assert.deepEqual([guest.u64(guest.out + 40), guest.u64(guest.out + 48)], [99n, 99n]);
  });

  test('bad flags and sizes are refused', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat });
    assert.equal(guest.call('fd_filestat_set_times', fd, 0n, 0n, 1 | 2), 'inval');
    assert.equal(guest.call('fd_filestat_set_times', fd, 0n, 0n, 16), 'inval');
    assert.equal(guest.call('fd_filestat_set_size', fd, -1n), 'fbig');
    assert.equal(guest.call('fd_allocate', fd, 0n, 0n), 'inval');
    assert.equal(guest.call('fd_advise', fd, 0n, 0n, 6), 'inval');
    assert.equal(guest.call('fd_filestat_set_size', ROOT_FD, 0n), 'isdir');
    guest.ok('fd_advise', fd, 0n, 0n, 5);
    guest.ok('fd_sync', fd);
    guest.ok('fd_datasync', fd);
    assert.equal(guest.call('fd_sync', 1), 'notcapable');
  });
});

describe('descriptors', () => {
  test('take the lowest free number', () => {
    const guest = new Harness();
    guest.writeFile('file', '');
    assert.deepEqual([guest.open('file'), guest.open('file'), guest.open('file')], [4, 5, 6]);
    guest.ok('fd_close', 5);
    assert.equal(guest.call('fd_close', 5), 'badf');
    assert.equal(guest.open('file'), 5);
  });

  test('are as many as the limit, and one more creates no file', () => {
    const guest = new Harness({ descriptorsMax: 5 });
    guest.writeFile('file', '');
    guest.open('file');
    const options = { oflags: OFLAG.creat };
    assert.equal(guest.call('path_open', ...guest.openArgs('new', options)), 'mfile');
    assert.deepEqual(
      guest.tree.readDirectory(ROOT_INODE).map(({ name }) => name),
      ['file'],
    );
  });

  test('are renumbered onto open ones, which are closed', () => {
    const guest = new Harness();
    guest.writeFile('a', 'A');
    guest.writeFile('b', 'B');
    const [a, b] = [guest.open('a'), guest.open('b')];
    guest.ok('fd_renumber', a, b);
    assert.equal(readSome(guest, b, 9), 'A');
    assert.equal(guest.call('fd_close', a), 'badf');
    assert.equal(guest.call('fd_renumber', b, 77), 'badf');
    assert.equal(guest.call('fd_renumber', 77, b), 'badf');
    guest.ok('fd_renumber', b, b);
    guest.ok('fd_renumber', b, 0);
    guest.ok('fd_seek', 0, 0n, SET, guest.out);
    assert.equal(readSome(guest, 0, 9), 'A');
  });

  test('keep an unlinked file until the last of them is closed', () => {
    const guest = new Harness();
    guest.writeFile('file', 'still here');
    const [first, second] = [guest.open('file'), guest.open('file')];
    guest.ok('path_unlink_file', ROOT_FD, ...guest.text('file'));
    guest.ok('fd_close', first);
    assert.equal(readSome(guest, second, 99), 'still here');
    guest.ok('fd_filestat_get', second, guest.out);
    const inode = guest.u64(guest.out + 8);
    assert.equal(guest.u64(guest.out + 24), 0n);
    guest.ok('fd_close', second);
    assert.throws(() => guest.tree.stat(Number(inode) as typeof ROOT_INODE));
  });

  test('flags other than append and nonblock cannot be changed', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat, fdflags: 2 });
    guest.ok('fd_fdstat_set_flags', fd, 2 | 4 | 1);
    guest.ok('fd_fdstat_get', fd, guest.out);
    assert.equal(guest.u16(guest.out + 2), 7);
    assert.equal(guest.call('fd_fdstat_set_flags', fd, 1), 'notsup');
    assert.equal(guest.call('fd_fdstat_set_flags', fd, 32), 'inval');
  });
});

test('views of the memory are fresh after it grew', () => {
  const guest = new Harness();
  guest.writeFile('file', 'text');
  guest.memory.grow(3);
  const far = 4 * 65_536;
  guest.ok('path_filestat_get', ROOT_FD, 0, ...guest.text('file'), far);
  assert.equal(guest.u64(far + 32), 4n);
  assert.equal(guest.readFile('file'), 'text');
});
