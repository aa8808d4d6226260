import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { volumeWrite } from '../../../simulator/effects/files.ts';
import { type InodeId, ROOT_INODE } from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import type { Landing, Misdirection } from '../../../simulator/world/files/misdirected-write.ts';
import { Volume } from '../../../simulator/world/files/volume.ts';
import { readText, writeText } from './tree-helpers.ts';

class Disk {
  now = 1n;
  readonly store = new MemoryTree({ now: () => this.now });
  readonly volume = new Volume('shared', this.store);
  landing: Landing | undefined;

  write(inode: InodeId, offset: string, text: string, where: Partial<Misdirection>): object {
    const misdirected = {
      ...{ file: undefined, offset: undefined, draw: () => 0, ...where },
      onLanding: (landing: Landing | undefined) => {
        this.landing = landing;
      },
    };
    const args = { volume: 'shared', inode, offset, body: new TextEncoder().encode(text) };
    return this.volume.perform(volumeWrite, args, undefined, { misdirected });
  }
}

describe('a misdirected write', () => {
  test('leaves the time of a file alone that nobody meant, and not of the one that was', () => {
    const disk = new Disk();
    const meant = writeText(disk.store, 'meant', 'abc');
    const other = writeText(disk.store, 'other', '12345');
    disk.now = 9n;
    assert.deepEqual(disk.write(meant, 'append', 'XY', { file: '*', offset: 3 }), { end: '5' });
    assert.equal(readText(disk.store, 'other'), '123XY');
    assert.equal(readText(disk.store, 'meant'), 'abc\0\0');
    assert.equal(disk.store.stat(other).modifiedNanos, 1n);
    assert.equal(disk.store.stat(meant).modifiedNanos, 9n);
    assert.equal(disk.landing?.path, 'other');
  });

  test('draws among the files that fit, in all folders, but not the one that was meant', () => {
    const disk = new Disk();
    disk.store.createDirectory(ROOT_INODE, 'data');
    const meant = writeText(disk.store, 'data/a', '....');
    writeText(disk.store, 'data/b', '....');
    writeText(disk.store, 'data/c', '....');
    writeText(disk.store, 'data/empty', '');
    writeText(disk.store, 'd', '....');
    const bounds: number[] = [];
    const draw = (bound: number): number => {
      bounds.push(bound);
      return bound - 1;
    };
    disk.write(meant, '0', 'XY', { file: 'data/*', draw });
    // Among two files, and then among the four bytes of one.
    assert.deepEqual(bounds, [2, 4]);
    assert.equal(readText(disk.store, 'data/c'), '...X');
  });

  test('can be undone by nobody but a read that sees less', () => {
    const disk = new Disk();
    const inode = writeText(disk.store, 'log', 'abcdef');
    disk.write(inode, '0', 'XY', { offset: 4 });
    assert.equal(readText(disk.store, 'log'), 'abcdXY');
    const read = { volume: 'shared', inode, offset: '0', length: 9 };
    const stale = disk.volume.readBefore(1, read) as { body?: Uint8Array };
    assert.equal(Buffer.from(stale.body ?? []).toString(), 'abcdef');
  });

  test('of a first byte lands nowhere, and the file is as long as it would be', () => {
    const disk = new Disk();
    const inode = writeText(disk.store, 'log', '');
    assert.deepEqual(disk.write(inode, '0', 'X', {}), { end: '1' });
    assert.equal(disk.landing, undefined);
    assert.equal(readText(disk.store, 'log'), '\0');
  });

  test('fails as the write would where the disk is too small', () => {
    const store = new MemoryTree({ now: () => 0n, limits: { fileBytesMax: 8 } });
    const inode = writeText(store, 'log', 'abc');
    const misdirected = {
      ...{ file: undefined, offset: 0, draw: () => 0 },
      onLanding: () => assert.fail('nothing landed'),
    };
    const volume = new Volume('shared', store);
    const body = new Uint8Array(9);
    const args = { volume: 'shared', inode, offset: '0', body };
    const result = volume.perform(volumeWrite, args, undefined, { misdirected });
    assert.equal((result as { errno?: string }).errno, 'fbig');
    assert.equal(readText(store, 'log'), 'abc');
  });
});
