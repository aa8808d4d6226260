import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { crc32 } from '../../simulator/journal/crc32.ts';
import {
  fingerprint,
  mismatchedPages,
  PAGE_BYTES,
  stampPages,
} from '../../simulator/journal/page-checksum.ts';

test('crc32 is that of the standard', () => {
  assert.equal(crc32(new TextEncoder().encode('123456789')), 0xcbf43926);
  assert.equal(crc32(new Uint8Array()), 0);
  assert.equal(crc32(Uint8Array.of(9, 49, 50, 51), 1, 3), crc32(Uint8Array.of(49, 50)));
  // Node got its own late in version 20.
  if (typeof zlibCrc32 !== 'function') return;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      assert.equal(crc32(bytes), zlibCrc32(bytes));
    }),
  );
});

function stamped(pages: number): Uint8Array {
  const file = new Uint8Array(pages * PAGE_BYTES);
  for (let index = 0; index < file.length; index++) file[index] = (index * 31) & 0xff;
  stampPages(file);
  return file;
}

test('page checksums are those of SQLite’s checksum VFS', () => {
  // Two words, then zeros: s1 and s2 grow as the Fibonacci numbers, worked out by hand.
  const page = new Uint8Array(PAGE_BYTES);
  new DataView(page.buffer).setUint32(0, 5, true);
  new DataView(page.buffer).setUint32(4, 7, true);
  stampPages(page);
  let [first, second] = [5, 12];
  for (let pair = 1; pair < (PAGE_BYTES - 8) / 8; pair++) {
    first = (first + second) >>> 0;
    second = (second + first) >>> 0;
  }
  const view = new DataView(page.buffer);
  assert.equal(view.getUint32(PAGE_BYTES - 8, true), first);
  assert.equal(view.getUint32(PAGE_BYTES - 4, true), second);
});

test('every single flipped bit is found, in the right page', () => {
  const file = stamped(2);
  assert.deepEqual(mismatchedPages(file, 9), []);
  for (let bit = 0; bit < file.length * 8; bit += 7) {
    file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.deepEqual(mismatchedPages(file, 9), [bit >> 3 < PAGE_BYTES ? 1 : 2], `bit ${bit}`);
    file[bit >> 3] = (file[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  }
});

test('no more pages are named than asked for', () => {
  assert.deepEqual(mismatchedPages(new Uint8Array(5 * PAGE_BYTES).fill(1), 3), [1, 2, 3]);
});

test('fingerprints tell files apart, also by leading zeros and odd ends', () => {
  const seen = new Set<string>();
  for (let length = 0; length < 40; length++) seen.add(fingerprint(new Uint8Array(length)));
  assert.equal(seen.size, 40);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 30 }), fc.nat(), (bytes, at) => {
      const changed = bytes.slice();
      changed[at % bytes.length] = (changed[at % bytes.length] ?? 0) ^ 1;
      assert.notEqual(fingerprint(bytes), fingerprint(changed));
      assert.match(fingerprint(bytes), /^[0-9a-f]{16}$/);
    }),
  );
});
