import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { ALL, Harness, OFLAG, ROOT_FD } from './guest-harness.ts';

const READ = 2n;
const WRITE = 64n;

describe('opening by path', () => {
  test('creates, truncates, and refuses what exists when it must be new', () => {
    const guest = new Harness();
    const open = (path: string, oflags: number) =>
      guest.call('path_open', ...guest.openArgs(path, { oflags }));
    assert.equal(open('file', 0), 'noent');
    guest.writeFile('file', 'text');
    assert.equal(open('file', OFLAG.creat | OFLAG.excl), 'exist');
    assert.equal(open('file', OFLAG.directory), 'notdir');
    assert.equal(open('file', OFLAG.creat | OFLAG.directory), 'inval');
    assert.equal(open('file', 16), 'inval');
    assert.equal(open('file', OFLAG.trunc), 'success');
    assert.equal(guest.readFile('file'), '');
  });

  test('of a directory for writing is refused, unless a directory was asked for', () => {
    const guest = new Harness();
    guest.ok('path_create_directory', ROOT_FD, ...guest.text('dir'));
    const open = (rights: bigint, oflags: number) =>
      guest.call('path_open', ...guest.openArgs('dir', { rights, oflags }));
    assert.equal(open(READ, 0), 'success');
    assert.equal(open(READ | WRITE, 0), 'isdir');
    assert.equal(open(READ | WRITE, OFLAG.directory), 'success');
    assert.equal(guest.call('fd_read', guest.u32(), ...guest.iovecs(1), guest.out), 'isdir');
    assert.equal(guest.call('fd_write', guest.u32(), ...guest.iovecs('a'), guest.out), 'isdir');
    assert.equal(guest.call('fd_seek', guest.u32(), 0n, 0, guest.out + 8), 'isdir');
  });

  test('follows the last symbolic link only when it is told to', () => {
    const guest = new Harness();
    guest.writeFile('file', 'text');
    guest.ok('path_symlink', ...guest.text('file'), ROOT_FD, ...guest.text('link'));
    assert.equal(guest.readFile('link'), 'text');
    assert.equal(guest.call('path_open', ...guest.openArgs('link', { follow: false })), 'loop');
  });

  test('goes on from a directory that is open, and not above it', () => {
    const guest = new Harness();
    guest.ok('path_create_directory', ROOT_FD, ...guest.text('dir'));
    guest.writeFile('dir/file', 'inside');
    const directory = guest.open('dir', { oflags: OFLAG.directory });
    guest.open('file', { directory });
    guest.open('dir/.././dir//file');
    const open = (path: string) =>
      guest.call('path_open', ...guest.openArgs(path, { directory, rights: ALL }));
    assert.equal(open('../dir/file'), 'notcapable');
    assert.equal(open('/dir/file'), 'notcapable');
  });

  test('checks everything before it creates anything', () => {
    const guest = new Harness();
    const args = guest.openArgs('new', { oflags: OFLAG.creat });
    args[args.length - 1] = 2 * 65_536 - 3;
    assert.equal(guest.call('path_open', ...args), 'fault');
    args[args.length - 2] = 64;
    assert.equal(guest.call('path_open', ...args), 'inval');
    assert.deepEqual(guest.tree.image(), []);
  });
});

describe('paths', () => {
  test('that are not UTF-8, hold a zero byte, are empty or leave memory are refused', () => {
    const guest = new Harness();
    const bad = guest.bytes(new Uint8Array([0x61, 0xff]));
    assert.equal(guest.call('path_create_directory', ROOT_FD, ...bad), 'ilseq');
    const cut = guest.bytes(new Uint8Array([0xe2, 0x82]));
    assert.equal(guest.call('path_unlink_file', ROOT_FD, ...cut), 'ilseq');
    assert.equal(guest.call('path_create_directory', ROOT_FD, ...guest.text('a\0b')), 'inval');
    assert.equal(guest.call('path_create_directory', ROOT_FD, 8, 0), 'noent');
    assert.equal(guest.call('path_create_directory', ROOT_FD, -8, 16), 'fault');
    assert.equal(guest.call('path_create_directory', ROOT_FD, 8, -1), 'fault');
    assert.deepEqual(guest.tree.image(), []);
  });

  test('may hold any other text', () => {
    const guest = new Harness();
    const name = `\ufeffé 🙂 ${'x'.repeat(200)}`;
    guest.writeFile(name, 'text');
    assert.equal(guest.readFile(name), 'text');
    assert.deepEqual(guest.tree.image()[0]?.path, name);
  });
});

describe('directories, links and names', () => {
  test('are made, moved and removed', () => {
    const guest = new Harness();
    const text = (path: string) => guest.text(path);
    guest.ok('path_create_directory', ROOT_FD, ...text('a'));
    assert.equal(guest.call('path_create_directory', ROOT_FD, ...text('a')), 'exist');
    guest.writeFile('a/f', '1');
    assert.equal(guest.call('path_remove_directory', ROOT_FD, ...text('a')), 'notempty');
    assert.equal(guest.call('path_unlink_file', ROOT_FD, ...text('a')), 'isdir');
    assert.equal(guest.call('path_remove_directory', ROOT_FD, ...text('a/f')), 'notdir');
    const rename = (from: string, to: string) =>
      guest.call('path_rename', ROOT_FD, ...text(from), ROOT_FD, ...text(to));
    assert.equal(rename('a', 'a/b'), 'inval');
    assert.equal(rename('missing', 'b'), 'noent');
    assert.equal(rename('a', 'b'), 'success');
    guest.ok('path_link', ROOT_FD, 0, ...text('b/f'), ROOT_FD, ...text('hard'));
    guest.ok('path_filestat_get', ROOT_FD, 0, ...text('hard'), guest.out);
    assert.equal(guest.u64(guest.out + 24), 2n);
    assert.equal(guest.call('path_link', ROOT_FD, 0, ...text('b'), ROOT_FD, ...text('no')), 'perm');
    guest.ok('path_unlink_file', ROOT_FD, ...text('b/f'));
    guest.ok('path_remove_directory', ROOT_FD, ...text('b'));
    assert.equal(guest.readFile('hard'), '1');
  });

  test('a link’s target is read, cut off where the buffer ends', () => {
    const guest = new Harness();
    guest.ok('path_symlink', ...guest.text('some/where'), ROOT_FD, ...guest.text('link'));
    const read = (length: number) => {
      const args = [...guest.text('link'), guest.out + 64, length, guest.out] as const;
      guest.ok('path_readlink', ROOT_FD, ...args);
      return guest.read(guest.out + 64, guest.u32());
    };
    assert.deepEqual(
      [read(100), read(10), read(4), read(0)],
      ['some/where', 'some/where', 'some', ''],
    );
    guest.ok('path_filestat_get', ROOT_FD, 0, ...guest.text('link'), guest.out);
    assert.deepEqual([guest.u8(guest.out + 16), guest.u64(guest.out + 32)], [7, 10n]);
    assert.equal(
      guest.call('path_filestat_get', ROOT_FD, 1, ...guest.text('link'), guest.out),
      'noent',
    );
  });

  test('times are set by path, of the link or of what it leads to', () => {
    const guest = new Harness();
    guest.writeFile('file', '');
    guest.ok('path_symlink', ...guest.text('file'), ROOT_FD, ...guest.text('link'));
    guest.ok('path_filestat_set_times', ROOT_FD, 1, ...guest.text('link'), 0n, 42n, 4);
    guest.ok('path_filestat_set_times', ROOT_FD, 0, ...guest.text('link'), 0n, 43n, 4);
    const modified = (path: string) => {
      guest.ok('path_filestat_get', ROOT_FD, 0, ...guest.text(path), guest.out);
      return guest.u64(guest.out + 48);
    };
    assert.deepEqual([modified('file'), modified('link')], [42n, 43n]);
  });
});

describe('several mounts', () => {
  const now = () => 1n;

  test('have names, devices and no names in common', () => {
    const first = new MemoryTree({ now });
    const second = new MemoryTree({ now });
    const guest = new Harness({
      preopens: [
        { path: '/', store: first },
        { path: '/data', store: second },
      ],
    });
    guest.ok('fd_prestat_get', 4, guest.out);
    assert.deepEqual([guest.u8(), guest.u32(guest.out + 4)], [0, 5]);
    guest.ok('fd_prestat_dir_name', 4, guest.out, 5);
    assert.equal(guest.read(guest.out, 5), '/data');
    assert.equal(guest.call('fd_prestat_dir_name', 4, guest.out, 4), 'nametoolong');
    assert.equal(guest.call('fd_prestat_get', 5, guest.out), 'badf');
    guest.writeFile('file', 'x');
    const names = [...guest.text('file'), 4, ...guest.text('file')] as const;
    assert.equal(guest.call('path_rename', ROOT_FD, ...names), 'xdev');
    assert.equal(guest.call('path_link', ROOT_FD, 0, ...names), 'xdev');
    guest.ok('fd_filestat_get', 4, guest.out);
    assert.deepEqual([guest.u64(), guest.u64(guest.out + 8)], [2n, 1n]);
  });

  test('may start below a store’s root, which stays out of reach', () => {
    const store = new MemoryTree({ now });
    store.createDirectory(store.root, 'sub');
    store.createDirectory(store.root, 'secret');
    const { inode } = store.statPath(store.root, 'sub', false);
    const guest = new Harness({ preopens: [{ path: '/', store, root: inode }] });
    guest.writeFile('file', 'x');
    assert.equal(store.statPath(store.root, 'sub/file', false).size, 1n);
    const args = [...guest.text('../secret'), guest.out] as const;
    assert.equal(guest.call('path_filestat_get', ROOT_FD, 1, ...args), 'notcapable');
  });

  test('that are read-only are read, and every change is refused', () => {
    const store = new MemoryTree({ now });
    const writable = new Harness({ preopens: [{ path: '/', store }] });
    writable.writeFile('file', 'text');
    const guest = new Harness({ preopens: [{ path: '/', store, readOnly: true }] });
    assert.equal(guest.readFile('file'), 'text');
    const open = (path: string, oflags: number, rights: bigint) =>
      guest.call('path_open', ...guest.openArgs(path, { oflags, rights }));
    assert.equal(open('file', OFLAG.creat, READ), 'success');
    assert.equal(open('file', 0, READ | WRITE), 'rofs');
    assert.equal(open('file', OFLAG.trunc, READ), 'rofs');
    assert.equal(open('file', OFLAG.creat | OFLAG.excl, READ), 'exist');
    assert.equal(open('new', OFLAG.creat, READ), 'rofs');
    assert.equal(open('new', 0, READ), 'noent');
    const name = guest.text('file');
    const other = guest.text('other');
    assert.equal(guest.call('path_unlink_file', ROOT_FD, ...name), 'rofs');
    assert.equal(guest.call('path_create_directory', ROOT_FD, ...other), 'rofs');
    assert.equal(guest.call('path_remove_directory', ROOT_FD, ...other), 'rofs');
    assert.equal(guest.call('path_rename', ROOT_FD, ...name, ROOT_FD, ...other), 'rofs');
    assert.equal(guest.call('path_link', ROOT_FD, 0, ...name, ROOT_FD, ...other), 'rofs');
    assert.equal(guest.call('path_symlink', ...name, ROOT_FD, ...other), 'rofs');
    assert.equal(guest.call('path_filestat_set_times', ROOT_FD, 0, ...name, 0n, 0n, 2), 'rofs');
    assert.equal(guest.call('fd_filestat_set_times', ROOT_FD, 0n, 0n, 2), 'rofs');
    assert.equal(guest.readFile('file'), 'text');
  });
});
