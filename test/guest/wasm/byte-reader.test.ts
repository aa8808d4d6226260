import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader } from '../../../simulator/guest/wasm/index.ts';
import { writeLeb } from '../../../simulator/guest/wasm/limits.ts';

class PlacedError extends Error {
  constructor(
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

function readerOf(bytes: readonly number[], start = 0): ByteReader {
  const all = Uint8Array.from(bytes);
  return new ByteReader(
    all,
    { start, end: all.length },
    (message, at) => new PlacedError(message, at),
  );
}

/** The signed LEB128 of a number, written in the slow and obvious way. */
function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    const byte = Number(rest & 0x7fn);
    if ((rest >> 7n === 0n && byte < 0x40) || (rest >> 7n === -1n && byte >= 0x40)) {
      return [...bytes, byte];
    }
    bytes.push(byte | 0x80);
  }
}

test('numbers of variable length are read as they were written', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), fc.maxSafeNat(), fc.maxSafeInteger(), (a, b, c) => {
      const reader = readerOf([...writeLeb(a), ...writeLeb(b), ...signedLeb(BigInt(c))]);
      assert.deepEqual([reader.leb32('a'), reader.leb64('b'), reader.signedLeb64('c')], [a, b, c]);
      assert.ok(reader.done);
    }),
  );
});

test('a number too large to be exact is Infinity, which no range holds', () => {
  const reader = readerOf([
    ...new Array<number>(8).fill(0xff),
    ...new Array<number>(9).fill(0xff),
    1,
  ]);
  assert.equal(reader.u64('a number'), Number.POSITIVE_INFINITY);
  assert.equal(reader.leb64('a number'), Number.POSITIVE_INFINITY);
  assert.throws(() => readerOf([1]).skip(Number.POSITIVE_INFINITY, 'a run'), /a run takes/);
  assert.throws(() => readerOf([1]).skip(-1, 'a run'), /a run takes/);
  assert.throws(() => readerOf([1]).skip(Number.NaN, 'a run'), /a run takes/);
});

test('numbers of fixed size are read from the least byte on', () => {
  const reader = readerOf([1, 0xff, 2, 1, 3, 2, 1, 4, 3, 2, 1, 8, 7, 6, 5, 4, 3, 2, 0]);
  assert.equal(reader.u8('a'), 1);
  assert.equal(reader.i8('b'), -1);
  assert.equal(reader.u16('c'), 0x0102);
  assert.equal(reader.u24('d'), 0x010203);
  assert.equal(reader.u32('e'), 0x01020304);
  assert.equal(reader.u64('f'), 0x02030405060708);
});

test('nothing is read outside the range, and the error tells where', () => {
  const actions: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.u8('it'),
    (reader) => reader.u16('it'),
    (reader) => reader.u64('it'),
    (reader) => reader.leb32('it'),
    (reader) => reader.signedLeb64('it'),
    (reader) => reader.slice(1, 'it'),
    (reader) => reader.sub(1, 'it'),
    (reader) => reader.cString('it', 10),
    (reader) => reader.name('it'),
  ];
  for (const action of actions) {
    assert.throws(
      () => action(readerOf([0x80, 0x80], 2)),
      (error) => error instanceof PlacedError && error.offset === 2 && /^it /.test(error.message),
    );
  }
});

test('a string is cut at its limit, and the reader goes on after its end', () => {
  const reader = readerOf([0x61, 0x62, 0x63, 0, 7]);
  assert.equal(reader.cString('a string', 2), 'ab');
  assert.equal(reader.u8('a number'), 7);
});
