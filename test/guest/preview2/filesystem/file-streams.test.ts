import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { filesystemErrorCode } from '../../../../simulator/guest/preview2/filesystem/error-code.ts';
import { IoError } from '../../../../simulator/guest/preview2/streams.ts';
import { FileError } from '../../../../simulator/world/files/file-store.ts';
import { decode, encode, errorOf, Harness } from '../component-harness.ts';

const CLOSED = { tag: 'closed' };

/** The error that a stream's failed operation carries. */
function lastError(step: () => unknown): IoError {
  const error = errorOf(step) as { tag: string; val: IoError };
  assert.equal(error.tag, 'last-operation-failed');
  assert.ok(error.val instanceof IoError);
  return error.val;
}

describe('a stream from a file', () => {
  test('reads on from its offset, and is closed at the end until the file grows', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const file = guest.open('file');
    const stream = file.readViaStream(1n);
    assert.equal(decode(stream.read(2n)), 'el');
    assert.equal(stream.read(0n).length, 0);
    assert.equal(stream.skip(1n), 1n);
    assert.equal(decode(stream.blockingRead(100n)), 'o');
    assert.deepEqual(
      errorOf(() => stream.read(1n)),
      CLOSED,
    );
    assert.deepEqual(
      errorOf(() => stream.blockingRead(1n)),
      CLOSED,
    );
    file.write(encode('!'), 5n);
    assert.equal(decode(stream.read(9n)), '!');
    assert.deepEqual(guest.port.names, []);
  });

  test('is ready at once', () => {
    const guest = new Harness();
    const file = guest.open('file', { create: true });
    for (const stream of [file.readViaStream(0n), file.writeViaStream(0n)]) {
      const pollable = stream.subscribe();
      assert.equal(pollable.ready(), true);
      pollable.block();
    }
    assert.deepEqual(guest.port.names, []);
  });

  test('outlives its descriptor and the name of the file', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const file = guest.open('file');
    const { inode } = guest.tree.statPath(guest.tree.root, 'file', false);
    const stream = file.readViaStream(0n);
    const writer = file.appendViaStream();
    file[Symbol.dispose]();
    guest.directory().unlinkFileAt('file');
    assert.equal(decode(stream.read(9n)), 'hello');
    stream[Symbol.dispose]();
    writer.checkWrite();
    writer.write(encode('x'));
    writer[Symbol.dispose]();
    assert.throws(() => guest.tree.stat(inode), { code: 'stale' });
  });
});

describe('a stream into a file', () => {
  test('writes on from its offset', () => {
    const guest = new Harness();
    guest.writeFile('file', 'hello');
    const file = guest.open('file');
    const stream = file.writeViaStream(1n);
    stream.blockingWriteAndFlush(encode('EL'));
    assert.ok(stream.checkWrite() >= 4096n);
    stream.write(encode('LO'));
    stream.writeZeroes(1n);
    stream.flush();
    stream.blockingFlush();
    assert.equal(decode(file.read(99n, 0n)[0]), 'hELLO\0');
  });

  test('writes at the end, wherever that is by now', () => {
    const guest = new Harness();
    const file = guest.open('file', { create: true });
    const [one, other] = [file.appendViaStream(), file.appendViaStream()];
    one.blockingWriteAndFlush(encode('one '));
    other.blockingWriteAndFlush(encode('other '));
    one.blockingWriteAndFlush(encode('again'));
    assert.equal(decode(file.read(99n, 0n)[0]), 'one other again');
  });

  test('takes what another stream gives', () => {
    const guest = new Harness();
    guest.writeFile('from', 'x'.repeat(100_000));
    const to = guest.open('to', { create: true });
    const [source, sink] = [guest.open('from').readViaStream(0n), to.writeViaStream(0n)];
    let moved = 0n;
    while (moved < 100_000n) moved += sink.blockingSplice(source, 2n ** 40n);
    assert.equal(to.stat().size, 100_000n);
    assert.deepEqual(
      errorOf(() => sink.splice(source, 1n)),
      CLOSED,
    );
  });

  test('tells why it failed, once, and is closed from then on', () => {
    const guest = new Harness();
    const file = guest.open('file', { create: true });
    const stream = file.writeViaStream(2n ** 60n);
    stream.checkWrite();
    const error = lastError(() => stream.write(encode('x')));
    assert.equal(filesystemErrorCode(error), 'file-too-large');
    assert.match(error.toDebugString(), /holds at most/);
    for (const step of [
      () => stream.checkWrite(),
      () => stream.flush(),
      () => stream.blockingFlush(),
      () => stream.blockingWriteAndFlush(encode('x')),
    ]) {
      assert.deepEqual(errorOf(step), CLOSED);
    }
    assert.equal(file.stat().size, 0n);
  });
});

describe('the error code of a stream error', () => {
  test('is there for files only', () => {
    assert.equal(filesystemErrorCode(new IoError('pipe')), undefined);
    assert.equal(
      filesystemErrorCode(new IoError('x', new FileError('nospc', 'full'))),
      'insufficient-space',
    );
    assert.equal(filesystemErrorCode(new IoError('x', new Error('other'))), undefined);
  });

  test('is io where WASI has no name for the failure', () => {
    assert.equal(filesystemErrorCode(new IoError('x', new FileError('timedout', 'late'))), 'io');
  });
});
