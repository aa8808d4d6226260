import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Harness, ROOT_FD } from './guest-harness.ts';

const DIRENT_BYTES = 24;

interface Listed {
  readonly name: string;
  readonly type: number;
  readonly inode: bigint;
  readonly next: bigint;
}

/** One call; a cut-off entry at the end is left out. */
function listOnce(guest: Harness, room: number, cookie: bigint) {
  const buffer = guest.out + 64;
  guest.ok('fd_readdir', ROOT_FD, buffer, room, cookie, guest.out);
  const used = guest.u32();
  const entries: Listed[] = [];
  for (let at = 0; at + DIRENT_BYTES <= used; ) {
    const length = guest.u32(buffer + at + 16);
    if (at + DIRENT_BYTES + length > used) break;
    entries.push({
      next: guest.u64(buffer + at),
      inode: guest.u64(buffer + at + 8),
      type: guest.u8(buffer + at + 20),
      name: guest.read(buffer + at + DIRENT_BYTES, length),
    });
    at += DIRENT_BYTES + length;
  }
  return { used, entries };
}

/** As a libc does it: on from the last whole entry, until a buffer is not full. */
function listAll(guest: Harness, room: number, visit?: (entry: Listed) => void): string[] {
  const names: string[] = [];
  for (let cookie = 0n; ; ) {
    const { used, entries } = listOnce(guest, room, cookie);
    for (const entry of entries) {
      names.push(entry.name);
      cookie = entry.next;
      visit?.(entry);
    }
    if (used < room) return names;
    assert.ok(entries.length > 0, 'the buffer has no room for a single entry');
  }
}

describe('listing a directory', () => {
  test('begins with itself and its parent and tells types and inodes', () => {
    const guest = new Harness();
    guest.writeFile('file', '');
    guest.ok('path_create_directory', ROOT_FD, ...guest.text('dir'));
    guest.ok('path_symlink', ...guest.text('x'), ROOT_FD, ...guest.text('link'));
    const { entries } = listOnce(guest, 4096, 0n);
    assert.deepEqual(
      entries.map(({ name, type, inode }) => `${name} ${type} ${inode}`),
      ['. 3 1', '.. 3 1', 'file 4 2', 'dir 3 3', 'link 7 4'],
    );
  });

  test('of any size arrives whole through buffers of any size', () => {
    const names = fc.uniqueArray(
      fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', 'b', 'é', '🙂') }),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(names, fc.integer({ min: 24 + 120, max: 600 }), (wanted, room) => {
        const guest = new Harness();
        for (const name of wanted) guest.writeFile(name, '');
        assert.deepEqual(listAll(guest, room), ['.', '..', ...wanted]);
      }),
    );
  });

  test('fills the buffer with a part of the entry that does not fit', () => {
    const guest = new Harness();
    guest.writeFile('a-long-name', '');
    const { used, entries } = listOnce(guest, 25 + 26 + 30, 0n);
    assert.equal(used, 81);
    assert.deepEqual(
      entries.map(({ name }) => name),
      ['.', '..'],
    );
    assert.equal(listOnce(guest, 7, 0n).used, 7);
    assert.equal(listOnce(guest, 0, 0n).used, 0);
  });

  test('skips nothing when the program removes what it finds', () => {
    const guest = new Harness();
    const names = Array.from({ length: 50 }, (_, index) => `file${index}`);
    for (const name of names) guest.writeFile(name, '');
    const found = listAll(guest, 100, ({ name, type }) => {
      if (type === 4) guest.ok('path_unlink_file', ROOT_FD, ...guest.text(name));
    });
    assert.deepEqual(found.slice(2), names);
    assert.deepEqual(listAll(guest, 100), ['.', '..']);
  });

  test('shows changes once it begins again', () => {
    const guest = new Harness();
    guest.writeFile('a', '');
    const [, , last] = listOnce(guest, 4096, 0n).entries;
    guest.writeFile('b', '');
    assert.deepEqual(listOnce(guest, 4096, last?.next ?? 0n).entries, []);
    assert.deepEqual(listAll(guest, 4096), ['.', '..', 'a', 'b']);
  });

  test('takes any cookie, and finds nothing behind the end', () => {
    const guest = new Harness();
    assert.deepEqual(listOnce(guest, 4096, 2n).entries, []);
    assert.deepEqual(listOnce(guest, 4096, 2n ** 53n - 1n).entries, []);
    const args = [ROOT_FD, guest.out, 64, -1n, guest.out] as const;
    assert.equal(guest.call('fd_readdir', ...args), 'inval');
    assert.equal(guest.call('fd_readdir', ROOT_FD, guest.out, -1, 0n, guest.out), 'fault');
  });
});
