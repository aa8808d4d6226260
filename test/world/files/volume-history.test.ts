import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import * as files from '../../../simulator/effects/files.ts';
import {
  type FileStore,
  type InodeId,
  ROOT_INODE,
} from '../../../simulator/world/files/file-store.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import {
  RECENT_BYTES_MAX,
  RECENT_WRITES_MAX,
} from '../../../simulator/world/files/recent-writes.ts';
import { UNSYNCED_BYTES_MAX } from '../../../simulator/world/files/unsynced-writes.ts';
import { Volume } from '../../../simulator/world/files/volume.ts';
import { readText, writeText } from './tree-helpers.ts';

const RUNS = 300;
const HOW = {
  followLast: true,
  create: false,
  exclusive: false,
  directory: false,
  truncate: false,
};

/** A volume with one file, and what programs do to it. */
class OneFile {
  readonly store: FileStore = new MemoryTree({ now: () => 7n });
  readonly volume = new Volume('shared', this.store);
  readonly inode: InodeId;

  constructor(text: string) {
    this.inode = writeText(this.store, 'log', text);
  }

  private get named() {
    return { volume: 'shared', inode: this.inode } as const;
  }

  write(text: string, offset: number | 'append' = 'append'): void {
    const args = { ...this.named, offset: String(offset), body: Buffer.from(text) };
    this.volume.perform(files.volumeWrite, args, undefined);
  }

  cut(size: number): void {
    const args: files.VolumeSizeArgs = { ...this.named, size: String(size) };
    this.volume.perform(files.volumeSetSize, args, undefined);
  }

  truncateByOpen(): void {
    const where = { volume: 'shared', directory: ROOT_INODE, path: 'log' };
    const args: files.VolumeOpenArgs = { ...where, how: { ...HOW, truncate: true } };
    this.volume.perform(files.volumeOpen, args, undefined);
  }

  sync(): void {
    this.volume.perform(files.volumeSync, this.named, undefined);
  }

  before(changes: number): string {
    const args = { ...this.named, offset: '0', length: 100_000_000 };
    return Buffer.from(this.volume.readBefore(changes, args).body ?? []).toString();
  }

  get text(): string {
    return readText(this.store, 'log');
  }

  lose(): string {
    this.volume.loseUnsynced();
    return this.text;
  }
}

type Step =
  | readonly ['write', text: string, offset: number]
  | readonly ['cut', size: number]
  | readonly ['sync'];

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant('write' as const), fc.stringMatching(/^[a-z]{1,9}$/), fc.nat(9000)),
  fc.tuple(fc.constant('cut' as const), fc.nat(9000)),
  fc.tuple(fc.constant('sync' as const)),
);

function take(file: OneFile, [what, value, offset]: Step): void {
  if (what === 'write') file.write(String(value), Math.min(offset ?? 0, file.text.length));
  else if (what === 'cut') file.cut(Math.min(Number(value), file.text.length));
  else file.sync();
}

describe('what a volume knows of the past', () => {
  it('shows a file as it was any number of changes ago', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const file = new OneFile('0123456789'.repeat(500));
        const states = [file.text];
        for (const each of steps) {
          take(file, each);
          if (each[0] !== 'sync') states.push(file.text);
        }
        const [, ...earlier] = states.reverse();
        earlier.forEach((state, index) => {
          assert.equal(file.before(index + 1), state, `${index + 1} changes ago`);
        });
      }),
      { numRuns: RUNS },
    );
  });

  it('goes back to what was synced, and cut since', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const file = new OneFile('0123456789'.repeat(500));
        let durable = file.text;
        for (const each of steps) {
          take(file, each);
          if (each[0] === 'sync') durable = file.text;
          if (each[0] === 'cut') durable = durable.slice(0, file.text.length);
        }
        assert.equal(file.lose(), durable);
        assert.equal(file.lose(), durable, 'there is nothing left to lose');
      }),
      { numRuns: RUNS },
    );
  });

  it('keeps what a cut by an open has left, which is nothing', () => {
    const file = new OneFile('abc');
    file.truncateByOpen();
    file.write('new');
    assert.equal(file.before(1), '');
    assert.equal(file.before(2), 'abc');
    assert.equal(file.lose(), '');
  });

  it('loses nothing of other files, and nothing that is gone', () => {
    const file = new OneFile('abc');
    const other = writeText(file.store, 'other', 'x');
    file.write('d');
    file.store.close(file.inode);
    file.store.unlink(ROOT_INODE, 'log');
    file.volume.loseUnsynced();
    assert.equal(readText(file.store, 'other'), 'x');
    assert.ok(other);
  });

  it('ends with its limits', () => {
    const file = new OneFile('');
    for (let count = 0; count <= RECENT_WRITES_MAX; count++) file.write('x');
    assert.equal(file.before(RECENT_WRITES_MAX + 1), 'x');
    const half = 'y'.repeat(RECENT_BYTES_MAX / 2 + 1);
    const large = new OneFile(half);
    for (const text of ['a', 'b', 'c']) large.write(text.repeat(half.length), 0);
    assert.equal(large.before(9), 'b'.repeat(half.length));
    const huge = new OneFile('z'.repeat(RECENT_BYTES_MAX + 1));
    huge.cut(0);
    assert.equal(huge.before(1), '');
  });

  it('writes back by itself what is too much to keep', () => {
    const file = new OneFile('a'.repeat(UNSYNCED_BYTES_MAX));
    file.write('b', 0);
    assert.ok(file.lose().startsWith('a'));
    const large = new OneFile('a'.repeat(UNSYNCED_BYTES_MAX + 1));
    large.write('b'.repeat(UNSYNCED_BYTES_MAX + 1), 0);
    assert.ok(large.lose().startsWith('b'));
  });
});
