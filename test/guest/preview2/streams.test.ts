import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Pollable } from '../../../simulator/guest/preview2/pollable.ts';
import {
  type ByteSink,
  type ByteSource,
  closed,
  failed,
  InputStream,
  IoError,
  OutputStream,
} from '../../../simulator/guest/preview2/streams.ts';
import { TimerPort } from '../../../simulator/guest/preview2/timer.ts';
import type { Interest } from '../../../simulator/guest/waiting.ts';
import { FakePort } from '../preview1/fake-port.ts';
import { decode, encode, errorOf } from './component-harness.ts';

const CLOSED = { tag: 'closed' };

/** Gives its pieces one by one; an empty piece is a moment with nothing to read. */
class Pieces implements ByteSource {
  isOpen = true;
  readonly asked: number[] = [];

  constructor(private readonly pieces: string[]) {}

  interest(): Interest {
    return { kind: 'inbox', inbox: 'stdin' };
  }

  read(length: number): Uint8Array {
    this.asked.push(length);
    const piece = this.pieces.shift();
    if (piece === undefined) closed();
    const taken = piece.slice(0, length);
    if (taken.length < piece.length) this.pieces.unshift(piece.slice(length));
    return encode(taken);
  }

  close(): void {
    this.isOpen = false;
  }
}

/** Takes what its room lets it; waiting for it makes room again. */
class Bucket implements ByteSink {
  text = '';
  flushes = 0;
  isOpen = true;

  constructor(
    private readonly size: number,
    private left = size,
  ) {}

  interest(): Interest {
    return { kind: 'inbox', inbox: 'bucket' };
  }

  room(): number {
    return this.left;
  }

  write(bytes: Uint8Array): void {
    assert.ok(bytes.length <= this.left, `${bytes.length} bytes into room for ${this.left}`);
    this.left -= bytes.length;
    this.text += decode(bytes);
  }

  flush(): void {
    this.flushes++;
  }

  empty(): void {
    this.left = this.size;
  }

  close(): void {
    this.isOpen = false;
  }
}

function streams(pieces: string[], size: number) {
  const source = new Pieces(pieces);
  const sink = new Bucket(size);
  const answer = () => {
    sink.empty();
    return { passed: [], readable: [{ inbox: 0, available: 1, ended: false }] };
  };
  const fake = new FakePort({ 'wait.poll': answer });
  const port = new TimerPort(fake);
  const input = new InputStream(port, source);
  const output = new OutputStream(port, sink);
  return { source, sink, fake, input, output };
}

const trapped = (message: RegExp) => (error: unknown) =>
  error instanceof WebAssembly.RuntimeError && message.test(error.message);

describe('an input stream', () => {
  test('reads what is there and does not wait', () => {
    const { input, fake } = streams(['abc', '', 'd'], 0);
    assert.equal(decode(input.read(2n)), 'ab');
    assert.equal(input.skip(9n), 1n);
    assert.equal(input.read(9n).length, 0);
    assert.equal(decode(input.read(9n)), 'd');
    assert.deepEqual(
      errorOf(() => input.read(9n)),
      CLOSED,
    );
    assert.deepEqual(fake.names, []);
  });

  test('waits for at least one byte when it is to block', () => {
    const { input, fake } = streams(['', '', 'abc', ''], 0);
    assert.equal(decode(input.blockingRead(2n)), 'ab');
    assert.deepEqual(fake.names, ['wait.poll', 'wait.poll']);
    assert.equal(input.blockingSkip(1n), 1n);
    assert.deepEqual(
      errorOf(() => input.blockingSkip(1n)),
      CLOSED,
    );
  });

  test('takes 64 KiB at most, however much is asked for', () => {
    const { input, source } = streams(['x'.repeat(100_000)], 0);
    assert.equal(input.read(2n ** 64n - 1n).length, 65_536);
    assert.deepEqual(source.asked, [65_536]);
  });

  test('waits for nothing when nothing is asked for', () => {
    const { input, fake } = streams(['', 'a'], 0);
    assert.equal(input.blockingRead(0n).length, 0);
    assert.deepEqual(fake.names, []);
  });

  test('closes its source when it is dropped', () => {
    const { input, source } = streams([], 0);
    input[Symbol.dispose]();
    assert.equal(source.isOpen, false);
  });
});

describe('an output stream', () => {
  test('takes what check-write permitted, and traps on more', () => {
    const { output, sink } = streams([], 5);
    assert.throws(() => output.write(encode('x')), trapped(/permitted 0/));
    assert.equal(output.checkWrite(), 5n);
    output.write(encode('abc'));
    output.writeZeroes(1n);
    assert.throws(() => output.write(encode('xy')), trapped(/permitted 1/));
    assert.throws(() => output.writeZeroes(2n ** 40n), trapped(/permitted 1/));
    output.write(encode('d'));
    assert.equal(sink.text, 'abc\0d');
  });

  test('waits for room as often as it must when it is to block', () => {
    const { output, sink, fake } = streams([], 3);
    output.blockingWriteAndFlush(encode('abcdefgh'));
    assert.equal(sink.text, 'abcdefgh');
    assert.deepEqual(fake.names, ['wait.poll', 'wait.poll']);
    assert.equal(sink.flushes, 1);
    output.blockingWriteZeroesAndFlush(2n);
    assert.equal(sink.text, 'abcdefgh\0\0');
    output.flush();
    assert.equal(sink.flushes, 3);
  });

  test('blocks for 4096 bytes at most, and traps on more', () => {
    const { output, sink } = streams([], 10_000);
    output.blockingWriteAndFlush(new Uint8Array(4096));
    assert.throws(() => output.blockingWriteAndFlush(new Uint8Array(4097)), trapped(/4096/));
    assert.throws(() => output.blockingWriteZeroesAndFlush(4097n), trapped(/4096/));
    assert.equal(sink.text.length, 4096);
  });

  test('splices no more than both sides have', () => {
    const { input, output, sink } = streams(['abcdef', 'g'], 4);
    assert.equal(output.splice(input, 3n), 3n);
    assert.equal(output.splice(input, 9n), 1n);
    assert.equal(output.splice(input, 9n), 0n);
    assert.equal(output.blockingSplice(input, 9n), 2n);
    assert.equal(output.blockingSplice(input, 9n), 1n);
    assert.equal(sink.text, 'abcdefg');
    assert.deepEqual(
      errorOf(() => output.splice(input, 9n)),
      CLOSED,
    );
  });

  test('closes its sink when it is dropped', () => {
    const { output, sink } = streams([], 1);
    output[Symbol.dispose]();
    assert.equal(sink.isOpen, false);
  });

  test('is subscribed to by what its sink waits for', () => {
    const { output, fake } = streams([], 1);
    const pollable: Pollable = output.subscribe();
    assert.equal(pollable.ready(), true);
    pollable.block();
    const now = { clock: 'monotonic', nanos: '0', absolute: false };
    assert.deepEqual(
      fake.asked.map(({ args }) => args),
      [
        { deadlines: [now], inboxes: ['bucket'] },
        { deadlines: [], inboxes: ['bucket'] },
      ],
    );
  });
});

test('a failed operation carries an error that people can read', () => {
  const error = errorOf(() => failed('the disk is gone', 7)) as { tag: string; val: IoError };
  assert.equal(error.tag, 'last-operation-failed');
  assert.ok(error.val instanceof IoError);
  assert.equal(error.val.toDebugString(), 'the disk is gone');
  assert.equal(error.val.cause, 7);
});
