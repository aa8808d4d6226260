import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RIGHT } from '../../../simulator/guest/preview1/rights.ts';
import { ALL, Harness, OFLAG, ROOT_FD } from './guest-harness.ts';

function rightsOf(guest: Harness, fd: number): [base: bigint, inheriting: bigint] {
  guest.ok('fd_fdstat_get', fd, guest.out);
  return [guest.u64(guest.out + 8), guest.u64(guest.out + 16)];
}

function bits(...names: (keyof typeof RIGHT)[]): bigint {
  return names.reduce((sum, name) => sum | BigInt(RIGHT[name]), 0n);
}

describe('rights', () => {
  test('have the bits of the specification', () => {
    assert.equal(RIGHT.fd_datasync, 1);
    assert.equal(RIGHT.fd_write, 1 << 6);
    assert.equal(RIGHT.path_open, 1 << 13);
    assert.equal(RIGHT.sock_accept, 1 << 29);
  });

  test('of a new descriptor are those that were asked for and make sense for its type', () => {
    const guest = new Harness();
    const file = guest.open('file', { oflags: OFLAG.creat, rights: bits('fd_read', 'fd_readdir') });
    assert.deepEqual(rightsOf(guest, file), [bits('fd_read'), 0n]);
    const root = guest.open('.', { oflags: OFLAG.directory });
    const [base, inheriting] = rightsOf(guest, root);
    assert.equal(base & bits('fd_read', 'fd_write', 'fd_seek'), 0n);
    assert.equal(base & bits('path_open', 'fd_readdir'), bits('path_open', 'fd_readdir'));
    assert.equal(inheriting & bits('fd_read', 'path_open'), bits('fd_read', 'path_open'));
  });

  test('that are missing stop each call', () => {
    const guest = new Harness();
    guest.writeFile('file', 'x');
    const none = guest.open('file', { rights: 0n });
    const calls: [Parameters<Harness['call']>[0], ...(number | bigint)[]][] = [
      ['fd_read', none, ...guest.iovecs(1), guest.out],
      ['fd_write', none, ...guest.iovecs('a'), guest.out],
      ['fd_pread', none, ...guest.iovecs(1), 0n, guest.out],
      ['fd_pwrite', none, ...guest.iovecs('a'), 0n, guest.out],
      ['fd_seek', none, 1n, 0, guest.out],
      ['fd_tell', none, guest.out],
      ['fd_sync', none],
      ['fd_datasync', none],
      ['fd_advise', none, 0n, 0n, 0],
      ['fd_allocate', none, 0n, 1n],
      ['fd_fdstat_set_flags', none, 0],
      ['fd_filestat_get', none, guest.out],
      ['fd_filestat_set_size', none, 0n],
      ['fd_filestat_set_times', none, 0n, 0n, 2],
    ];
    for (const call of calls) assert.equal(guest.call(...call), 'notcapable', call[0]);
    const bare = guest.open('.', { oflags: OFLAG.directory, rights: 0n });
    const name = guest.text('file');
    const pathCalls: typeof calls = [
      ['path_create_directory', bare, ...name],
      ['path_filestat_get', bare, 0, ...name, guest.out],
      ['path_filestat_set_times', bare, 0, ...name, 0n, 0n, 2],
      ['path_link', bare, 0, ...name, ROOT_FD, ...name],
      ['path_link', ROOT_FD, 0, ...name, bare, ...name],
      ['path_open', bare, 0, ...name, 0, 0n, 0n, 0, guest.out],
      ['path_readlink', bare, ...name, guest.out, 8, guest.out],
      ['path_remove_directory', bare, ...name],
      ['path_rename', bare, ...name, ROOT_FD, ...name],
      ['path_rename', ROOT_FD, ...name, bare, ...name],
      ['path_symlink', ...name, bare, ...name],
      ['path_unlink_file', bare, ...name],
      ['fd_readdir', bare, guest.out, 8, 0n, guest.out],
    ];
    for (const call of pathCalls) assert.equal(guest.call(...call), 'notcapable', call[0]);
    assert.equal(guest.readFile('file'), 'x');
  });

  test('needed for creating and truncating are the directory’s', () => {
    const guest = new Harness();
    guest.writeFile('file', 'kept');
    const directory = guest.open('.', {
      oflags: OFLAG.directory,
      rights: bits('path_open'),
      inheriting: ALL,
    });
    const open = (oflags: number, path: string) =>
      guest.call('path_open', ...guest.openArgs(path, { directory, oflags }));
    assert.equal(open(OFLAG.creat, 'new'), 'notcapable');
    assert.equal(open(OFLAG.trunc, 'file'), 'notcapable');
    assert.equal(open(0, 'file'), 'success');
    assert.equal(guest.readFile('file'), 'kept');
  });

  test('that a directory does not pass on cannot be asked for', () => {
    const guest = new Harness();
    guest.writeFile('file', 'x');
    const readOnly = guest.open('.', {
      oflags: OFLAG.directory,
      rights: ALL,
      inheriting: bits('fd_read', 'path_open'),
    });
    const open = (rights: bigint) =>
      guest.call('path_open', ...guest.openArgs('file', { directory: readOnly, rights }));
    assert.equal(open(bits('fd_read')), 'success');
    assert.equal(open(bits('fd_read', 'fd_write')), 'notcapable');
  });

  test('can be given up and never gained', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat });
    guest.ok('fd_fdstat_set_rights', fd, bits('fd_read', 'fd_seek'), 0n);
    assert.deepEqual(rightsOf(guest, fd), [bits('fd_read', 'fd_seek'), 0n]);
    assert.equal(guest.call('fd_fdstat_set_rights', fd, bits('fd_write'), 0n), 'notcapable');
    assert.equal(guest.call('fd_fdstat_set_rights', fd, -1n, 0n), 'notcapable');
    assert.equal(guest.call('fd_fdstat_set_rights', fd, 0n, 1n), 'notcapable');
    assert.equal(guest.call('fd_write', fd, ...guest.iovecs('a'), guest.out), 'notcapable');
    assert.deepEqual(rightsOf(guest, fd), [bits('fd_read', 'fd_seek'), 0n]);
  });

  test('to tell suffice for a seek that moves nothing', () => {
    const guest = new Harness();
    const fd = guest.open('file', { oflags: OFLAG.creat, rights: bits('fd_tell') });
    guest.ok('fd_seek', fd, 0n, 1, guest.out);
    assert.equal(guest.call('fd_seek', fd, 0n, 0, guest.out), 'notcapable');
  });
});
