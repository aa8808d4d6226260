import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as files from '../../../simulator/effects/files.ts';
import type { EffectValue, Operation } from '../../../simulator/effects/operation.ts';
import { type FileStore, ROOT_INODE } from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { REMEMBERED_RESULTS_MAX, Volume } from '../../../simulator/world/files/volume.ts';
import { names, readText, writeText } from './tree-helpers.ts';

const HOW = {
  followLast: true,
  create: true,
  exclusive: true,
  directory: false,
  truncate: false,
};

function newVolume(): { volume: Volume; store: FileStore } {
  const store = new MemoryTree({ now: () => 7n });
  return { volume: new Volume('shared', store), store };
}

const root = { volume: 'shared', directory: ROOT_INODE } as const;

describe('a volume that gets a call again with its key', () => {
  test('does not append twice', () => {
    const { volume, store } = newVolume();
    const inode = writeText(store, 'log', 'a');
    const body = new TextEncoder().encode('b');
    const args = { volume: 'shared', inode, offset: 'append', body };
    const first = volume.perform(files.volumeWrite, args, 'run-1/4');
    assert.deepEqual(volume.perform(files.volumeWrite, args, 'run-1/4'), first);
    assert.equal(readText(store, 'log'), 'ab');
    volume.perform(files.volumeWrite, args, 'run-1/5');
    assert.equal(readText(store, 'log'), 'abb');
  });

  test('answers an exclusive create, a rename and an unlink as the first time', () => {
    const { volume, store } = newVolume();
    const steps: [Operation<never, never>, object][] = [
      [files.volumeOpen as Operation<never, never>, { ...root, path: 'a', how: HOW }],
      [
        files.volumeRename as Operation<never, never>,
        { volume: 'shared', from: ROOT_INODE, fromPath: 'a', to: ROOT_INODE, toPath: 'b' },
      ],
      [files.volumeUnlink as Operation<never, never>, { ...root, path: 'b' }],
      [files.volumeCreateDirectory as Operation<never, never>, { ...root, path: 'd' }],
    ];
    steps.forEach(([operation, args], index) => {
      const first = volume.perform(operation, args, `k${index}`);
      assert.ok(!('errno' in first), JSON.stringify(first));
      assert.deepEqual(volume.perform(operation, args, `k${index}`), first);
      const anew = volume.perform(operation, args, undefined);
      assert.ok('errno' in anew, `${operation.name} was expected to fail without its key`);
    });
    assert.deepEqual(names(store), ['d']);
  });

  test('repeats a failure even when the cause is gone', () => {
    const { volume, store } = newVolume();
    const args = { ...root, path: 'missing' };
    const failure = volume.perform(files.volumeUnlink, args, 'k');
    assert.equal((failure as files.VolumeFailure).errno, 'noent');
    writeText(store, 'missing', 'x');
    assert.deepEqual(volume.perform(files.volumeUnlink, args, 'k'), failure);
    assert.deepEqual(names(store), ['missing']);
  });

  test('remembers the latest results up to its limit', () => {
    const { volume, store } = newVolume();
    const inode = writeText(store, 'log', '');
    const append = (key: string) => {
      const args = { volume: 'shared', inode, offset: 'append', body: new Uint8Array([65]) };
      volume.perform(files.volumeWrite, args, key);
      return store.stat(inode).size;
    };
    for (let index = 0; index < REMEMBERED_RESULTS_MAX; index++) append(`k${index}`);
    assert.equal(append('k0'), BigInt(REMEMBERED_RESULTS_MAX));
    append('one more');
    assert.equal(append('k1'), BigInt(REMEMBERED_RESULTS_MAX + 1));
    assert.equal(append('k0'), BigInt(REMEMBERED_RESULTS_MAX + 2));
  });

  test('looks anew, since looking does no harm', () => {
    const { volume, store } = newVolume();
    const inode = writeText(store, 'file', 'a');
    const args = { volume: 'shared', inode };
    assert.equal((volume.perform(files.volumeStat, args, 'k') as files.StatResult).size, '1');
    writeText(store, 'file', 'longer');
    assert.equal((volume.perform(files.volumeStat, args, 'k') as files.StatResult).size, '6');
  });
});

describe('operations of a volume', () => {
  test('say which of them change it', () => {
    const { volume } = newVolume();
    const looking = ['read', 'stat', 'stat-path', 'read-directory', 'parent', 'read-link', 'sync'];
    for (const operation of Object.values(files)) {
      const isLooking = looking.includes(operation.name.slice('volume.'.length));
      assert.equal(volume.mutates(operation), !isLooking, operation.name);
    }
    const plain = { ...HOW, create: false };
    const opens = [plain, HOW].map((how): files.VolumeOpenArgs => ({ ...root, path: 'a', how }));
    assert.deepEqual(
      opens.map((args) => volume.mutates(files.volumeOpen, args)),
      [false, true],
    );
  });

  test('survive the journal: arguments and results are the same after JSON', () => {
    const { volume, store } = newVolume();
    const inode = writeText(store, 'file', 'bytes');
    const calls: [Operation<EffectValue, EffectValue>, EffectValue][] = [
      [files.volumeRead, { volume: 'shared', inode, offset: '1', length: 3 }],
      [files.volumeStat, { volume: 'shared', inode }],
      [files.volumeReadDirectory, { volume: 'shared', inode: ROOT_INODE }],
      [files.volumeUnlink, { ...root, path: 'missing' }],
    ] as unknown as [Operation<EffectValue, EffectValue>, EffectValue][];
    for (const [operation, args] of calls) {
      const kept = operation.parseArgs(operation.argsJson(args), args.body);
      assert.deepEqual(kept, args);
      assert.equal(operation.hash(kept), operation.hash(args));
      const result = volume.perform(operation, kept, undefined);
      const journaled = operation.parseResult(operation.resultJson(result), result.body);
      assert.deepEqual(journaled, result, operation.name);
    }
  });

  test('a name that is no operation is a programmer’s error', () => {
    const { volume } = newVolume();
    assert.throws(() => volume.perform({ name: 'volume.melt' }, {}, 'k'), /volume\.melt/);
  });
});
