import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EffectPort, EffectValue, Operation } from '../../../simulator/effects/operation.ts';
import { VolumeProxy } from '../../../simulator/guest/files/volume-proxy.ts';
import { type FileStore, ROOT_INODE } from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { Volume } from '../../../simulator/world/files/volume.ts';
import { assertErrno, openFile, readText, writeText } from '../../world/files/tree-helpers.ts';

/** Performs operations on a volume, through JSON as a journal would, and keeps their names. */
class VolumePort implements EffectPort {
  readonly latestWallNanos = 0n;
  readonly asked: string[] = [];

  constructor(private readonly volume: Volume) {}

  effect<A extends EffectValue, R extends EffectValue>(operation: Operation<A, R>, args: A): R {
    const key = `run-1/${this.asked.length}`;
    this.asked.push(operation.name);
    const kept = operation.parseArgs(operation.argsJson(args), args.body);
    const result = this.volume.perform(operation, kept, key) as R;
    return operation.parseResult(operation.resultJson(result), result.body);
  }
}

function mounted(): { proxy: VolumeProxy; store: MemoryTree; port: VolumePort } {
  const store = new MemoryTree({ now: () => 123n });
  const port = new VolumePort(new Volume('shared', store));
  return { proxy: new VolumeProxy(port, 'shared'), store, port };
}

/** Uses every method of a store and tells what came of it. */
function exercise(store: FileStore): unknown[] {
  const seen: unknown[] = [];
  const see = (value: unknown) => seen.push(value);
  store.createDirectory(ROOT_INODE, 'dir');
  const file = writeText(store, 'dir/file', 'hello');
  see(store.write(file, 'append', new TextEncoder().encode('!')));
  see(store.write(file, 10n, new Uint8Array([1, 2])));
  see(store.read(file, 4n, 100));
  see(store.stat(file));
  store.setSize(file, 3n);
  store.allocate(file, 0n, 4n);
  store.setTimes(file, 55n, 'keep');
  store.setTimesPath(ROOT_INODE, 'dir', true, 'now', 66n);
  store.symlink('dir/file', ROOT_INODE, 'link');
  see(store.readLink(ROOT_INODE, 'link'));
  see(store.statPath(ROOT_INODE, 'link', false));
  store.setTimesPath(ROOT_INODE, 'link', true, 'keep', 77n);
  see(store.statPath(ROOT_INODE, 'link', true));
  store.link(ROOT_INODE, 'link', true, ROOT_INODE, 'hard');
  store.rename(ROOT_INODE, 'dir/file', ROOT_INODE, 'dir/renamed');
  store.unlink(ROOT_INODE, 'link');
  const directory = openFile(store, 'dir', { directory: true });
  see(store.readDirectory(directory));
  see(store.parent(directory));
  see(store.readDirectory(ROOT_INODE));
  store.unlink(ROOT_INODE, 'dir/renamed');
  store.removeDirectory(ROOT_INODE, 'dir');
  store.sync(file);
  see(readText(store, 'hard'));
  store.close(directory);
  return seen;
}

test('a volume through effects does what the store does', () => {
  const { proxy, store, port } = mounted();
  const plain = new MemoryTree({ now: () => 123n });
  assert.deepEqual(exercise(proxy), exercise(plain));
  assert.deepEqual(store.image(), plain.image());
  assert.equal(new Set(port.asked).size, 19);
});

test('failures of the volume are thrown with their errno and message', () => {
  const { proxy } = mounted();
  assertErrno('noent', () => proxy.statPath(ROOT_INODE, 'missing', true));
  assert.throws(
    () => openFile(proxy, 'missing'),
    (error) => String(error) === 'FileError noent: missing does not exist',
  );
});

test('an unlinked file stays readable although nobody closes it', () => {
  const { proxy } = mounted();
  writeText(proxy, 'file', 'text');
  const inode = openFile(proxy, 'file');
  proxy.unlink(ROOT_INODE, 'file');
  proxy.close(inode);
  assert.equal(proxy.stat(inode).links, 0);
  assert.equal(proxy.read(inode, 0n, 9).length, 4);
});
