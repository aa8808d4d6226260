import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Descriptor } from '../../../../simulator/guest/preview2/filesystem/descriptor.ts';
import { decode, encode, errorOf, Harness, READ_WRITE } from '../component-harness.ts';

function text(file: Descriptor): string {
  return decode(file.read(1000n, 0n)[0]);
}

describe('reading and writing a descriptor', () => {
  test('happens at the given offset; a gap is filled with zeroes', () => {
    const guest = new Harness();
    const file = guest.open('file', { create: true });
    assert.equal(file.write(encode('hello'), 2n), 5n);
    assert.equal(text(file), '\0\0hello');
    assert.equal(file.write(encode('J'), 2n), 1n);
    assert.equal(decode(file.read(3n, 2n)[0]), 'Jel');
  });

  test('says whether the file ended', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const file = guest.open('file');
    assert.equal(file.read(4n, 0n)[1], false);
    assert.equal(file.read(6n, 0n)[1], true);
    assert.deepEqual(file.read(4n, 5n), [new Uint8Array(0), true]);
    assert.deepEqual(file.read(0n, 9n), [new Uint8Array(0), false]);
    assert.equal(decode(file.read(2n ** 64n - 1n, 0n)[0]), 'hello');
  });

  test('gives a part of what is asked for when that is more than a program holds', () => {
    const file = new Harness().open('file', { create: true });
    file.setSize(2n ** 40n);
    const [bytes, hasEnded] = file.read(2n ** 40n, 5n);
    assert.equal(bytes.length, 16 * 1024 * 1024);
    assert.equal(hasEnded, false);
  });

  test('is refused as the flags say, and for directories', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const reader = guest.open('file', {}, { read: true });
    const writer = guest.open('file', {}, { write: true });
    const directory = guest.directory();
    assert.equal(
      errorOf(() => reader.write(encode('x'), 0n)),
      'bad-descriptor',
    );
    assert.equal(
      errorOf(() => reader.setSize(0n)),
      'bad-descriptor',
    );
    assert.equal(
      errorOf(() => reader.writeViaStream(0n)),
      'bad-descriptor',
    );
    assert.equal(
      errorOf(() => reader.appendViaStream()),
      'bad-descriptor',
    );
    assert.equal(
      errorOf(() => writer.read(1n, 0n)),
      'bad-descriptor',
    );
    assert.equal(
      errorOf(() => writer.readViaStream(0n)),
      'bad-descriptor',
    );
    for (const step of [
      () => directory.read(1n, 0n),
      () => directory.write(encode('x'), 0n),
      () => directory.readViaStream(0n),
      () => directory.setSize(0n),
      () => directory.advise(),
    ]) {
      assert.equal(errorOf(step), 'is-directory');
    }
    assert.equal(text(reader), 'hello');
  });

  test('knows no offset past the largest signed one', () => {
    const file = new Harness().open('file', { create: true });
    for (const step of [
      () => file.read(1n, 2n ** 63n),
      () => file.write(encode('x'), 2n ** 64n - 1n),
      () => file.readViaStream(2n ** 63n),
      () => file.writeViaStream(2n ** 63n),
    ]) {
      assert.equal(errorOf(step), 'invalid');
    }
    assert.equal(
      errorOf(() => file.write(encode('x'), 2n ** 62n)),
      'file-too-large',
    );
  });

  test('goes on after the file has lost its name', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const file = guest.open('file');
    guest.directory().unlinkFileAt('file');
    assert.equal(text(file), 'hello');
    assert.equal(file.stat().linkCount, 0n);
    file[Symbol.dispose]();
  });

  test('synchronises every write where the flags ask for it', () => {
    for (const flag of ['fileIntegritySync', 'dataIntegritySync', 'requestedWriteSync']) {
      const guest = new Harness();
      const synced: unknown[] = [];
      guest.tree.sync = (inode) => void synced.push(inode);
      const file = guest.open('file', { create: true }, { ...READ_WRITE, [flag]: true });
      file.write(encode('one'), 0n);
      assert.equal(synced.length, 1);
      const stream = file.appendViaStream();
      stream.checkWrite();
      stream.write(encode('two'));
      assert.equal(synced.length, 2);
      assert.equal(Reflect.get(file.getFlags(), flag), true);
    }
  });
});

describe('a descriptor', () => {
  test('tells its type and flags', () => {
    const guest = new Harness();
    const file = guest.open('file', { create: true }, { write: true, mutateDirectory: true });
    assert.equal(file.getType(), 'regular-file');
    assert.deepEqual(file.getFlags(), { write: true, mutateDirectory: false });
    const root = guest.directory();
    assert.equal(root.getType(), 'directory');
    assert.deepEqual(root.getFlags(), { read: true, write: false, mutateDirectory: true });
  });

  test('changes size and times, and shows both', () => {
    const guest = new Harness();
    guest.port.latestWallNanos = 5_000_000_007n;
    const file = guest.open('file', { create: true });
    file.setSize(9n);
    const val = { seconds: 77n, nanoseconds: 5 };
    guest.port.latestWallNanos = 6_000_000_000n;
    file.setTimes({ tag: 'timestamp', val }, { tag: 'no-change' });
    assert.deepEqual(file.stat(), {
      type: 'regular-file',
      linkCount: 1n,
      size: 9n,
      dataAccessTimestamp: val,
      dataModificationTimestamp: { seconds: 5n, nanoseconds: 7 },
      statusChangeTimestamp: { seconds: 6n, nanoseconds: 0 },
    });
    file.setTimes({ tag: 'no-change' }, { tag: 'now' });
    assert.equal(file.stat().dataModificationTimestamp.seconds, 6n);
    const late = { tag: 'timestamp', val: { seconds: 2n ** 63n, nanoseconds: 0 } } as const;
    assert.equal(
      errorOf(() => file.setTimes(late, late)),
      'overflow',
    );
  });

  test('is the same object as another of the same file, and of no other', () => {
    const guest = new Harness();
    guest.writeFile('one', '');
    guest.directory().linkAt({}, 'one', guest.directory(), 'alias');
    guest.writeFile('other', '');
    const one = guest.open('one');
    assert.equal(one.isSameObject(guest.open('alias')), true);
    assert.equal(one.isSameObject(guest.open('other')), false);
    assert.equal(guest.directory().isSameObject(guest.directory()), true);
  });

  test('is refused past the limit, without a new file left behind', () => {
    const guest = new Harness();
    const open = () => guest.open('file', { create: true });
    const descriptors = Array.from({ length: 4096 }, open);
    assert.equal(
      errorOf(() => guest.open('new', { create: true })),
      'insufficient-memory',
    );
    assert.equal(
      errorOf(() => guest.directory().statAt({}, 'new')),
      'no-entry',
    );
    descriptors[17]?.[Symbol.dispose]();
    assert.equal(text(open()), '');
  });
});

describe('the hash of metadata', () => {
  test('names the file in its lower half and its content in the upper', () => {
    const guest = new Harness();
    guest.writeFile('file', 'one');
    const root = guest.directory();
    const before = root.metadataHashAt({}, 'file');
    root.renameAt('file', root, 'renamed');
    assert.deepEqual(root.metadataHashAt({}, 'renamed'), before);
    guest.port.latestWallNanos += 1n;
    const file = guest.open('renamed');
    file.write(encode('two'), 0n);
    const after = file.metadataHash();
    assert.equal(after.lower, before.lower);
    assert.notEqual(after.upper, before.upper);
    guest.writeFile('other', 'one');
    assert.notEqual(root.metadataHashAt({}, 'other').lower, before.lower);
    // It is the same for ever, also on other machines.
    assert.deepEqual(before, { lower: 2n, upper: 2066035641803016n });
  });

  test('differs between the files of two mounts', () => {
    const guest = new Harness({
      preopens: (store) => [
        { path: '/', store },
        { path: '/read', store, readOnly: true },
      ],
    });
    const [one, other] = [guest.directory(0), guest.directory(1)].map((d) => d.metadataHash());
    assert.notEqual(one?.lower, other?.lower);
  });
});
