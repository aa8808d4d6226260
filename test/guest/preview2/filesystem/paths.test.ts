import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Descriptor } from '../../../../simulator/guest/preview2/filesystem/descriptor.ts';
import { errorOf, Harness, READ_WRITE } from '../component-harness.ts';

function list(directory: Descriptor): string[] {
  const stream = directory.readDirectory();
  const names: string[] = [];
  for (;;) {
    const entry = stream.readDirectoryEntry();
    if (entry === undefined) return names;
    names.push(`${entry.name} ${entry.type}`);
  }
}

/** A file, a directory with a file, and links to both. */
function populated(): { guest: Harness; root: Descriptor } {
  const guest = new Harness();
  const root = guest.directory();
  guest.writeFile('file', 'text');
  root.createDirectoryAt('dir');
  guest.writeFile('dir/inner', 'inner');
  root.symlinkAt('file', 'link');
  root.symlinkAt('dir', 'way');
  return { guest, root };
}

const FOLLOW = { symlinkFollow: true };

describe('paths', () => {
  test('make, list, move and remove files and directories', () => {
    const { root } = populated();
    assert.deepEqual(list(root), [
      'file regular-file',
      'dir directory',
      'link symbolic-link',
      'way symbolic-link',
    ]);
    root.linkAt({}, 'file', root, 'hard');
    assert.equal(root.statAt({}, 'hard').linkCount, 2n);
    root.renameAt('hard', root, 'dir/moved');
    const dir = root.openAt({}, 'dir', { directory: true }, { read: true });
    assert.deepEqual(list(dir), ['inner regular-file', 'moved regular-file']);
    dir.unlinkFileAt('moved');
    dir.unlinkFileAt('inner');
    root.removeDirectoryAt('dir');
    root.unlinkFileAt('link');
    root.unlinkFileAt('way');
    assert.deepEqual(list(root), ['file regular-file']);
  });

  test('name links or follow them, as their flags say', () => {
    const { root } = populated();
    assert.equal(root.readlinkAt('link'), 'file');
    assert.equal(root.statAt({}, 'link').type, 'symbolic-link');
    assert.equal(root.statAt(FOLLOW, 'link').type, 'regular-file');
    const link = root.metadataHashAt({}, 'link').lower;
    assert.notEqual(root.metadataHashAt(FOLLOW, 'link').lower, link);
    const now = { tag: 'now' } as const;
    const then = { tag: 'timestamp', val: { seconds: 9n, nanoseconds: 0 } } as const;
    root.setTimesAt({}, 'link', then, now);
    assert.equal(root.statAt({}, 'link').dataAccessTimestamp.seconds, 9n);
    assert.equal(root.statAt(FOLLOW, 'link').dataAccessTimestamp.seconds, 0n);
    root.setTimesAt(FOLLOW, 'link', then, now);
    assert.equal(root.statAt({}, 'file').dataAccessTimestamp.seconds, 9n);
    assert.equal(
      errorOf(() => root.openAt({}, 'link', {}, READ_WRITE)),
      'loop',
    );
    assert.equal(root.openAt(FOLLOW, 'link', {}, READ_WRITE).getType(), 'regular-file');
    root.linkAt(FOLLOW, 'link', root, 'followed');
    assert.equal(root.statAt({}, 'followed').type, 'regular-file');
    root.linkAt({}, 'link', root, 'itself');
    assert.equal(root.statAt({}, 'itself').type, 'symbolic-link');
  });

  const failures: readonly (readonly [string, string, (root: Descriptor) => unknown])[] = [
    ['a missing file', 'no-entry', (root) => root.openAt({}, 'none', {}, READ_WRITE)],
    ['stat of a missing file', 'no-entry', (root) => root.statAt({}, 'none')],
    ['an empty path', 'no-entry', (root) => root.statAt({}, '')],
    [
      'making a file anew',
      'exist',
      (root) => root.openAt({}, 'file', { create: true, exclusive: true }, READ_WRITE),
    ],
    ['making a directory anew', 'exist', (root) => root.createDirectoryAt('dir')],
    [
      'a file as a directory',
      'not-directory',
      (root) => root.openAt({}, 'file', { directory: true }, { read: true }),
    ],
    ['a path through a file', 'not-directory', (root) => root.statAt({}, 'file/x')],
    ['a directory to write', 'is-directory', (root) => root.openAt({}, 'dir', {}, READ_WRITE)],
    ['removing a full directory', 'not-empty', (root) => root.removeDirectoryAt('dir')],
    ['removing a file as a directory', 'not-directory', (root) => root.removeDirectoryAt('file')],
    ['unlinking a directory', 'is-directory', (root) => root.unlinkFileAt('dir')],
    ['linking a directory', 'not-permitted', (root) => root.linkAt({}, 'dir', root, 'alias')],
    ['linking over a file', 'exist', (root) => root.linkAt({}, 'file', root, 'dir')],
    ['linking what is missing', 'no-entry', (root) => root.linkAt({}, 'none', root, 'alias')],
    ['moving into itself', 'invalid', (root) => root.renameAt('dir', root, 'dir/below')],
    ['reading no link', 'invalid', (root) => root.readlinkAt('file')],
    ['a name too long', 'name-too-long', (root) => root.createDirectoryAt('x'.repeat(256))],
    ['an absolute path', 'not-permitted', (root) => root.statAt({}, '/file')],
    ['a path out', 'not-permitted', (root) => root.statAt({}, '../file')],
    ['a way out', 'not-permitted', (root) => root.openAt({}, 'dir/../../file', {}, READ_WRITE)],
    ['an absolute link', 'not-permitted', (root) => root.symlinkAt('/file', 'absolute')],
    ['an old path out', 'not-permitted', (root) => root.renameAt('../a', root, 'b')],
    ['a new path out', 'not-permitted', (root) => root.renameAt('file', root, '../b')],
  ];
  for (const [what, code, step] of failures) {
    test(`${what} gives ${code}, and changes nothing`, () => {
      const { guest, root } = populated();
      const before = guest.tree.image();
      assert.equal(
        errorOf(() => step(root)),
        code,
      );
      assert.deepEqual(guest.tree.image(), before);
    });
  }

  test('that lead out through a link are refused', () => {
    const { guest, root } = populated();
    root.symlinkAt('../file', 'dir/out');
    const dir = root.openAt({}, 'dir', { directory: true }, { read: true });
    assert.equal(root.statAt(FOLLOW, 'dir/out').type, 'regular-file');
    assert.equal(
      errorOf(() => dir.statAt(FOLLOW, 'out')),
      'not-permitted',
    );
    guest.tree.symlink('/file', guest.tree.root, 'absolute');
    assert.equal(
      errorOf(() => root.statAt(FOLLOW, 'absolute')),
      'not-permitted',
    );
    assert.equal(
      errorOf(() => root.readlinkAt('absolute')),
      'not-permitted',
    );
  });

  test('start at directories, not at files', () => {
    const { guest, root } = populated();
    const file = guest.open('file');
    const now = { tag: 'now' } as const;
    for (const step of [
      () => file.openAt({}, 'x', {}, READ_WRITE),
      () => file.statAt({}, 'x'),
      () => file.setTimesAt({}, 'x', now, now),
      () => file.createDirectoryAt('x'),
      () => file.removeDirectoryAt('x'),
      () => file.unlinkFileAt('x'),
      () => file.symlinkAt('x', 'y'),
      () => file.readlinkAt('x'),
      () => file.renameAt('x', root, 'y'),
      () => root.renameAt('file', file, 'y'),
      () => file.linkAt({}, 'x', root, 'y'),
      () => root.linkAt({}, 'file', file, 'y'),
      () => file.metadataHashAt({}, 'x'),
      () => file.readDirectory(),
    ]) {
      assert.equal(errorOf(step), 'not-directory');
    }
  });

  test('between two mounts can be neither renamed nor linked', () => {
    const guest = new Harness({
      preopens: (store) => [
        { path: '/', store },
        { path: '/read', store, readOnly: true },
      ],
    });
    guest.writeFile('file', '');
    const [one, other] = [guest.directory(0), guest.directory(1)];
    assert.equal(
      errorOf(() => one.renameAt('file', other, 'moved')),
      'cross-device',
    );
    assert.equal(
      errorOf(() => one.linkAt({}, 'file', other, 'alias')),
      'cross-device',
    );
  });

  test('are listed as they were when the listing began', () => {
    const { root } = populated();
    const stream = root.readDirectory();
    assert.equal(stream.readDirectoryEntry()?.name, 'file');
    root.unlinkFileAt('link');
    root.createDirectoryAt('new');
    const rest = [1, 2, 3, 4].map(() => stream.readDirectoryEntry()?.name);
    assert.deepEqual(rest, ['dir', 'link', 'way', undefined]);
  });
});

describe('a preopened directory', () => {
  test('may be any directory of a store, and nothing above it can be reached', () => {
    const guest = new Harness({
      preopens: (store) => {
        store.createDirectory(store.root, 'below');
        const root = store.statPath(store.root, 'below', false).inode;
        return [{ path: '/data', store, root }];
      },
    });
    guest.writeFile('file', 'text');
    assert.equal(guest.tree.statPath(guest.tree.root, 'below/file', false).size, 4n);
    assert.equal(
      errorOf(() => guest.directory().statAt({}, '..')),
      'not-permitted',
    );
  });

  test('that is read-only gives read-only for everything that would change', () => {
    const guest = new Harness({
      preopens: (store) => {
        store.createDirectory(store.root, 'dir');
        store.symlink('dir', store.root, 'link');
        return [
          { path: '/', store },
          { path: '/read', store, readOnly: true },
        ];
      },
    });
    guest.writeFile('file', 'text');
    const root = guest.directory(1);
    const file = root.openAt({}, 'file', {}, { read: true });
    const dir = root.openAt({}, 'dir', { directory: true }, { read: true });
    const now = { tag: 'now' } as const;
    assert.equal(root.getFlags().mutateDirectory, false);
    assert.equal(dir.getFlags().mutateDirectory, false);
    const before = guest.tree.image();
    for (const step of [
      () => root.openAt({}, 'new', { create: true }, { read: true }),
      () => root.openAt({}, 'file', { create: true }, { read: true }),
      () => root.openAt({}, 'file', { truncate: true }, { read: true }),
      () => root.openAt({}, 'file', {}, { write: true }),
      () => root.openAt({}, 'dir', { directory: true }, { mutateDirectory: true }),
      () => root.createDirectoryAt('new'),
      () => root.removeDirectoryAt('dir'),
      () => root.unlinkFileAt('file'),
      () => root.renameAt('file', root, 'new'),
      () => root.linkAt({}, 'file', root, 'new'),
      () => root.symlinkAt('file', 'new'),
      () => root.setTimesAt({}, 'file', now, now),
      () => file.setTimes(now, now),
      () => dir.setTimes(now, now),
      () => dir.createDirectoryAt('new'),
    ]) {
      assert.equal(errorOf(step), 'read-only');
    }
    assert.deepEqual(guest.tree.image(), before);
    assert.equal(
      errorOf(() => root.openAt({}, 'none', {}, READ_WRITE)),
      'no-entry',
    );
    assert.equal(root.readlinkAt('link'), 'dir');
  });

  test('refuses no open that failed as read-only while holding the file', () => {
    const guest = new Harness({ preopens: (store) => [{ path: '/', store, readOnly: true }] });
    const { tree } = guest;
    const how = { followLast: false, create: true, exclusive: false, directory: false };
    const { inode } = tree.open(tree.root, 'file', { ...how, truncate: false });
    tree.close(inode);
    const root = guest.directory();
    assert.equal(
      errorOf(() => root.openAt({}, 'file', { create: true }, { read: true })),
      'read-only',
    );
    tree.unlink(tree.root, 'file');
    assert.throws(() => tree.stat(inode), { code: 'stale' });
  });
});
