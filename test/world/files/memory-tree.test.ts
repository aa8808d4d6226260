import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type InodeId, ROOT_INODE } from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import type { TreeLimits } from '../../../simulator/world/files/node-table.ts';
import { ImageError } from '../../../simulator/world/files/tree-image.ts';
import { assertErrno, names, openFile, readText, writeText } from './tree-helpers.ts';

function newTree(limits: Partial<TreeLimits> = {}): MemoryTree {
  return new MemoryTree({ now: () => 1n, limits });
}

function newFile(tree: MemoryTree, path: string): InodeId {
  writeText(tree, path, '');
  return inodeAt(tree, path);
}

function inodeAt(tree: MemoryTree, path: string): InodeId {
  return tree.statPath(ROOT_INODE, path, false).inode;
}

describe('the sandbox of a tree', () => {
  test('absolute paths and paths above the starting directory are not capable', () => {
    const tree = newTree();
    tree.createDirectory(ROOT_INODE, 'sub');
    writeText(tree, 'secret', 'x');
    for (const path of ['/secret', '..', 'sub/../..', 'sub/../../secret', '../sub']) {
      assertErrno('notcapable', () => tree.statPath(ROOT_INODE, path, true));
    }
    assertErrno('notcapable', () => tree.statPath(inodeAt(tree, 'sub'), '../secret', true));
    assert.equal(tree.statPath(ROOT_INODE, 'sub/../secret', true).size, 1n);
  });

  test('symbolic links are followed up to the starting directory and not above it', () => {
    const tree = newTree();
    tree.createDirectory(ROOT_INODE, 'sub');
    writeText(tree, 'secret', 'x');
    tree.symlink('../secret', ROOT_INODE, 'sub/up');
    tree.symlink('/secret', ROOT_INODE, 'absolute');
    tree.symlink('../../secret', ROOT_INODE, 'sub/out');
    assert.equal(readText(tree, 'sub/up'), 'x');
    assertErrno('notcapable', () => tree.statPath(inodeAt(tree, 'sub'), 'up', true));
    assertErrno('notcapable', () => openFile(tree, 'absolute'));
    assertErrno('notcapable', () => openFile(tree, 'sub/out'));
    assert.equal(tree.readLink(ROOT_INODE, 'absolute'), '/secret');
  });

  test('symbolic links that lead in circles are a loop', () => {
    const tree = newTree({ symlinksMax: 3 });
    tree.symlink('b', ROOT_INODE, 'a');
    tree.symlink('a', ROOT_INODE, 'b');
    assertErrno('loop', () => tree.statPath(ROOT_INODE, 'a', true));
    assert.equal(tree.statPath(ROOT_INODE, 'a', false).type, 'symlink');
  });

  test('as many links as the limit are followed, and not one more', () => {
    const tree = newTree({ symlinksMax: 3 });
    writeText(tree, 'end', 'x');
    tree.symlink('end', ROOT_INODE, 'l1');
    for (const depth of [2, 3, 4]) tree.symlink(`l${depth - 1}`, ROOT_INODE, `l${depth}`);
    assert.equal(readText(tree, 'l3'), 'x');
    assertErrno('loop', () => openFile(tree, 'l4'));
  });
});

describe('a file without a name', () => {
  test('stays readable and writable until it is closed', () => {
    const tree = newTree();
    writeText(tree, 'file', 'hello');
    const inode = openFile(tree, 'file');
    tree.unlink(ROOT_INODE, 'file');
    assert.equal(tree.stat(inode).links, 0);
    tree.write(inode, 'append', new Uint8Array([33]));
    assert.equal(tree.read(inode, 0n, 100).length, 6);
    tree.close(inode);
    assertErrno('stale', () => tree.read(inode, 0n, 1));
  });

  test('gives its room back when it is closed', () => {
    const tree = newTree({ bytesMax: 1024, orphanBytesMax: 1024 });
    for (let round = 0; round < 10; round++) {
      const inode = openFile(tree, 'file', { create: true });
      tree.write(inode, 0n, new Uint8Array(1000));
      tree.unlink(ROOT_INODE, 'file');
      tree.close(inode);
    }
    assert.deepEqual(names(tree), []);
  });

  test('goes stale when newer ones without a name need its room', () => {
    const tree = newTree({ orphanBytesMax: 2048 });
    const removed = ['a', 'b', 'c'].map((name) => {
      const inode = openFile(tree, name, { create: true });
      tree.write(inode, 0n, new Uint8Array(1024));
      tree.unlink(ROOT_INODE, name);
      return inode;
    });
    const [oldest, ...newer] = removed as [InodeId, InodeId, InodeId];
    assertErrno('stale', () => tree.stat(oldest));
    for (const inode of newer) assert.equal(tree.stat(inode).size, 1024n);
  });

  test('goes stale when there are more of them than the limit', () => {
    const tree = newTree({ orphansMax: 2 });
    const removed = ['a', 'b', 'c'].map((name) => {
      const inode = openFile(tree, name, { create: true });
      tree.unlink(ROOT_INODE, name);
      return inode;
    });
    assertErrno('stale', () => tree.stat(removed[0] as InodeId));
    assert.equal(tree.stat(removed[1] as InodeId).links, 0);
  });

  test('a removed directory lists nothing and takes no new files', () => {
    const tree = newTree();
    tree.createDirectory(ROOT_INODE, 'gone');
    const inode = openFile(tree, 'gone', { directory: true });
    tree.removeDirectory(ROOT_INODE, 'gone');
    assert.deepEqual(names(tree, inode), []);
    assertErrno('noent', () => tree.createDirectory(inode, 'sub'));
    assertErrno('noent', () => tree.symlink('x', inode, 'sub'));
    writeText(tree, 'file', 'x');
    assertErrno('noent', () => tree.rename(ROOT_INODE, 'file', inode, 'file'));
    assertErrno('noent', () => tree.link(ROOT_INODE, 'file', false, inode, 'file'));
    assert.equal(readText(tree, 'file'), 'x');
  });
});

describe('limits of a tree', () => {
  test('bytes up to the limit fit, and a write over it changes nothing', () => {
    const tree = newTree({ bytesMax: 4096 });
    const inode = openFile(tree, 'file', { create: true });
    tree.write(inode, 0n, new Uint8Array(4096).fill(1));
    assertErrno('nospc', () => tree.write(inode, 4096n, new Uint8Array(1)));
    assertErrno('nospc', () => writeText(tree, 'other', 'x'));
    assert.equal(tree.stat(inode).size, 4096n);
    tree.setSize(inode, 100n);
    writeText(tree, 'other', 'x');
    assert.equal(readText(tree, 'other'), 'x');
  });

  test('holes take no room', () => {
    const tree = newTree({ bytesMax: 256 * 1024 });
    const inode = openFile(tree, 'sparse', { create: true });
    tree.write(inode, 2n ** 39n, new Uint8Array([7]));
    assert.equal(tree.stat(inode).size, 2n ** 39n + 1n);
    assert.deepEqual(tree.read(inode, 2n ** 39n - 1n, 10), new Uint8Array([0, 7]));
    tree.setSize(inode, 2n ** 40n);
    assertErrno('fbig', () => tree.setSize(inode, 2n ** 40n + 1n));
    assertErrno('fbig', () => tree.write(inode, 2n ** 40n, new Uint8Array(1)));
    assertErrno('fbig', () => tree.write(inode, 2n ** 63n, new Uint8Array(1)));
  });

  test('allocating takes the room at once', () => {
    const tree = newTree({ bytesMax: 128 * 1024 });
    const inode = openFile(tree, 'file', { create: true });
    tree.allocate(inode, 0n, 100_000n);
    assert.equal(tree.stat(inode).size, 100_000n);
    assertErrno('nospc', () => writeText(tree, 'other', 'x'.repeat(60_000)));
    assertErrno('nospc', () => tree.allocate(inode, 0n, 2n ** 39n));
    assertErrno('fbig', () => tree.allocate(inode, 1n, 2n ** 40n));
    assertErrno('inval', () => tree.allocate(inode, 0n, 0n));
  });

  test('inodes up to the limit can be made', () => {
    const tree = newTree({ inodesMax: 3 });
    writeText(tree, 'a', '');
    tree.createDirectory(ROOT_INODE, 'b');
    assertErrno('nospc', () => writeText(tree, 'c', ''));
    assertErrno('nospc', () => tree.symlink('a', ROOT_INODE, 'c'));
    tree.unlink(ROOT_INODE, 'a');
    writeText(tree, 'c', '');
    assert.deepEqual(names(tree), ['b', 'c']);
  });

  test('names of 255 bytes fit, in UTF-8, and paths of 4096', () => {
    const tree = newTree();
    writeText(tree, 'n'.repeat(255), 'x');
    writeText(tree, `${'é'.repeat(127)}x`, 'x');
    writeText(tree, `${'🙂'.repeat(63)}xyz`, 'x');
    for (const name of ['n'.repeat(256), 'é'.repeat(128), '🙂'.repeat(64), '€'.repeat(86)]) {
      assertErrno('nametoolong', () => writeText(tree, name, 'x'));
      assertErrno('nametoolong', () => tree.statPath(ROOT_INODE, name, true));
    }
    assert.equal(tree.statPath(ROOT_INODE, './'.repeat(2048), true).type, 'directory');
    assertErrno('nametoolong', () => tree.statPath(ROOT_INODE, `${'./'.repeat(2048)}.`, true));
  });

  test('a file has as many names as the limit', () => {
    const tree = newTree({ linksMax: 2 });
    writeText(tree, 'a', 'x');
    tree.link(ROOT_INODE, 'a', false, ROOT_INODE, 'b');
    assertErrno('mlink', () => tree.link(ROOT_INODE, 'a', false, ROOT_INODE, 'c'));
    assert.equal(tree.statPath(ROOT_INODE, 'b', false).links, 2);
  });
});

describe('what a tree reports', () => {
  test('changes move the times that POSIX names, and reading moves none', () => {
    let now = 10n;
    const tree = new MemoryTree({ now: () => now });
    const times = (path: string) => {
      const { accessedNanos, modifiedNanos, changedNanos } = tree.statPath(ROOT_INODE, path, false);
      return [accessedNanos, modifiedNanos, changedNanos];
    };
    const inode = writeText(tree, 'file', 'x');
    now = 20n;
    readText(tree, 'file');
    tree.write(inode, 0n, new Uint8Array(0));
    assert.deepEqual(times('file'), [10n, 10n, 10n]);
    tree.write(inode, 0n, new Uint8Array(1));
    assert.deepEqual(times('file'), [10n, 20n, 20n]);
    assert.deepEqual(times('.'), [10n, 10n, 10n]);
    now = 30n;
    tree.link(ROOT_INODE, 'file', false, ROOT_INODE, 'again');
    assert.deepEqual(times('file'), [10n, 20n, 30n]);
    assert.deepEqual(times('.'), [10n, 30n, 30n]);
    now = 40n;
    tree.setTimes(inode, 5n, 'keep');
    assert.deepEqual(times('file'), [5n, 20n, 40n]);
    tree.setTimesPath(ROOT_INODE, 'file', true, 'keep', 'now');
    assert.deepEqual(times('file'), [5n, 40n, 40n]);
    now = 50n;
    tree.setTimes(inode, 'keep', 'keep');
    assert.deepEqual(times('file'), [5n, 40n, 40n]);
  });

  test('inode numbers grow and are not used again', () => {
    const tree = newTree();
    const first = newFile(tree, 'a');
    tree.unlink(ROOT_INODE, 'a');
    const second = newFile(tree, 'b');
    assert.ok(second > first);
    assertErrno('exist', () => openFile(tree, 'b', { create: true, exclusive: true }));
    const third = newFile(tree, 'c');
    assert.equal(third, second + 1);
  });

  test('directories count themselves, their name and their subdirectories', () => {
    const tree = newTree();
    tree.createDirectory(ROOT_INODE, 'a');
    tree.createDirectory(ROOT_INODE, 'a/b');
    tree.createDirectory(ROOT_INODE, 'c');
    const links = (path: string) => tree.statPath(ROOT_INODE, path, false).links;
    assert.deepEqual([links('.'), links('a'), links('c')], [4, 3, 2]);
    tree.rename(ROOT_INODE, 'a/b', ROOT_INODE, 'c/b');
    assert.deepEqual([links('.'), links('a'), links('c')], [4, 2, 3]);
    assert.equal(tree.parent(inodeAt(tree, 'c/b')), inodeAt(tree, 'c'));
    tree.removeDirectory(ROOT_INODE, 'c/b');
    assert.deepEqual([links('.'), links('c')], [4, 2]);
    assert.equal(tree.parent(ROOT_INODE), ROOT_INODE);
  });

  test('entries come in the order in which they were made', () => {
    const tree = newTree();
    for (const name of ['z', 'a', 'm']) writeText(tree, name, '');
    assert.deepEqual(names(tree), ['z', 'a', 'm']);
    tree.unlink(ROOT_INODE, 'a');
    assert.deepEqual(names(tree), ['z', 'm']);
  });
});

describe('a read-only tree', () => {
  const image = [
    { path: 'dir/file', type: 'file', bytes: new TextEncoder().encode('data') },
    { path: 'link', type: 'symlink', target: 'dir/file' },
  ] as const;

  test('is read and refuses every change', () => {
    const tree = new MemoryTree({ now: () => 1n, readOnly: true, image });
    assert.equal(readText(tree, 'link'), 'data');
    const file = inodeAt(tree, 'dir/file');
    const changes: (() => unknown)[] = [
      () => tree.write(file, 0n, new Uint8Array(1)),
      () => tree.setSize(file, 0n),
      () => tree.allocate(file, 0n, 1n),
      () => tree.setTimes(file, 'now', 'now'),
      () => tree.createDirectory(ROOT_INODE, 'new'),
      () => tree.removeDirectory(ROOT_INODE, 'dir'),
      () => tree.unlink(ROOT_INODE, 'link'),
      () => tree.rename(ROOT_INODE, 'link', ROOT_INODE, 'new'),
      () => tree.link(ROOT_INODE, 'dir/file', false, ROOT_INODE, 'new'),
      () => tree.symlink('x', ROOT_INODE, 'new'),
      () => openFile(tree, 'new', { create: true }),
      () => openFile(tree, 'dir/file', { truncate: true }),
    ];
    for (const change of changes) assertErrno('rofs', change);
    assert.deepEqual(tree.image(), [{ path: 'dir', type: 'directory' }, ...image]);
    openFile(tree, 'dir/file', { create: true });
  });
});

describe('images and clones', () => {
  test('an image is fetched on first use, once, and is never written to', () => {
    let fetched = 0;
    const bytes = new TextEncoder().encode('original');
    const fetch = () => {
      fetched++;
      return bytes;
    };
    const image = [{ path: 'lazy', type: 'file', bytes: fetch }] as const;
    const tree = new MemoryTree({ now: () => 1n, image });
    assert.deepEqual(names(tree), ['lazy']);
    assert.equal(fetched, 0);
    const inode = openFile(tree, 'lazy');
    assert.equal(tree.stat(inode).size, 8n);
    tree.write(inode, 0n, new TextEncoder().encode('O'));
    tree.setSize(inode, 4n);
    tree.setSize(inode, 6n);
    assert.equal(readText(tree, 'lazy'), 'Orig\0\0');
    assert.equal(new TextDecoder().decode(bytes), 'original');
    assert.equal(fetched, 1);
  });

  test('a clone and its original do not see each other’s changes', () => {
    const tree = newTree();
    writeText(tree, 'a', 'one');
    tree.createDirectory(ROOT_INODE, 'd');
    const copy = tree.clone({ now: () => 2n });
    writeText(tree, 'a', 'two');
    copy.write(inodeAt(copy, 'a'), 'append', new TextEncoder().encode('!'));
    copy.removeDirectory(ROOT_INODE, 'd');
    assert.equal(readText(tree, 'a'), 'two');
    assert.equal(readText(copy, 'a'), 'one!');
    assert.deepEqual(names(tree), ['a', 'd']);
    assert.deepEqual(names(copy), ['a']);
    assert.equal(newFile(tree, 'n'), 4);
    assert.equal(newFile(copy, 'n'), 4);
  });

  test('a file with too large a hole is named when an image is asked for', () => {
    const tree = newTree();
    tree.setSize(newFile(tree, 'sparse'), 2n ** 39n);
    assert.throws(() => tree.image(), /sparse is too large for an image: 549755813888 bytes/);
  });

  test('a bad image is refused with its path', () => {
    const plant = (paths: readonly string[]) => () =>
      new MemoryTree({
        now: () => 1n,
        image: paths.map((path) => ({ path, type: 'file', bytes: new Uint8Array(0) })),
      });
    assert.throws(plant(['a/../b']), /path a\/\.\.\/b must not/);
    assert.throws(plant(['a', 'a']), /has a twice/);
    assert.throws(plant(['']), ImageError);
    assert.throws(plant(['a', 'a/b']), /path a\/b: a is not a directory/);
    assert.deepEqual(names(plant(['/a//b', 'a/c'])()), ['a']);
  });
});
