import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ByteReader, MalformedCellError } from '../../simulator/journal/byte-reader.ts';
import { ByteWriter } from '../../simulator/journal/byte-writer.ts';
import type { SqlCell } from '../../simulator/journal/sql-engine.ts';

function cellOf(write: (writer: ByteWriter) => void): SqlCell {
  const writer = new ByteWriter();
  write(writer);
  const reader = new ByteReader(writer.view());
  const cell = reader.cell();
  assert.ok(reader.atEnd);
  return cell;
}

test('integers come back exactly, at every width', () => {
  const edges = [0, 239, 240, 255, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 53) + 1];
  for (const value of edges)
    assert.equal(
      cellOf((writer) => writer.integer(value)),
      value,
    );
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(
        cellOf((writer) => writer.integer(value)),
        value === 0 ? 0 : value,
      );
    }),
  );
});

test('numbers that are no safe integers are a programmer’s error', () => {
  for (const value of [2 ** 53, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => cellOf((writer) => writer.integer(value)), /not below 2\^53/);
  }
});

test('nanoseconds come back exactly, wide ones as decimals', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 63n - 1n), (value) => {
      assert.equal(BigInt(cellOf((writer) => writer.nanos(value)) as number), value);
    }),
  );
  assert.equal(
    cellOf((writer) => writer.nanos(undefined)),
    null,
  );
});

test('an instant beyond 292 years is written as the last one that fits', () => {
  assert.equal(
    cellOf((writer) => writer.nanos(2n ** 64n)),
    (2n ** 63n - 1n).toString(),
  );
});

test('text and bytes come back, however long', () => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      assert.equal(decoder.decode(cellOf((writer) => writer.text(text)) as Uint8Array), text);
    }),
  );
  const long = new Uint8Array(100_000).fill(7);
  assert.deepEqual(
    cellOf((writer) => writer.blob(long)),
    long,
  );
  assert.equal(
    cellOf((writer) => writer.text('a'.repeat(100_000)))?.valueOf() instanceof Uint8Array,
    true,
  );
});

test('any bytes are read as cells or refused as malformed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const reader = new ByteReader(bytes);
      try {
        while (!reader.atEnd) reader.cell();
      } catch (thrown) {
        assert.ok(thrown instanceof MalformedCellError, String(thrown));
      }
    }),
    { numRuns: 2000 },
  );
});
