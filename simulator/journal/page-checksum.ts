/**
 * Checksums for SQLite pages, in the format of SQLite's checksum VFS (sqlite.org/cksumvfs.html):
 * the file reserves eight bytes at the end of each page, and they hold two sums over the page's
 * 32-bit words. Every SQLite tool reads such a file, and a tool with that VFS checks it too.
 * A single flipped bit anywhere in a page is always found.
 */

export const PAGE_BYTES = 4096;
/** Bytes that SQLite leaves alone at the end of each page; offset 20 of the file's header. */
export const PAGE_RESERVED_BYTES = 8;

/** The pair of sums of `bytes[start, end)`, whose length must be a multiple of eight. */
function wordSums(view: DataView, start: number, end: number): [first: number, second: number] {
  let first = 0;
  let second = 0;
  for (let offset = start; offset < end; offset += 8) {
    first = (first + view.getUint32(offset, true) + second) >>> 0;
    second = (second + view.getUint32(offset + 4, true) + first) >>> 0;
  }
  return [first, second];
}

/** Writes the checksum into each page of a whole database file, in place. */
export function stampPages(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let start = 0; start + PAGE_BYTES <= file.length; start += PAGE_BYTES) {
    const end = start + PAGE_BYTES - PAGE_RESERVED_BYTES;
    const [first, second] = wordSums(view, start, end);
    view.setUint32(end, first, true);
    view.setUint32(end + 4, second, true);
  }
}

/** The numbers, from 1, of the pages that do not match their checksum; at most `limit` of them. */
export function mismatchedPages(file: Uint8Array, limit: number): number[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const mismatched: number[] = [];
  for (let start = 0; start + PAGE_BYTES <= file.length; start += PAGE_BYTES) {
    const end = start + PAGE_BYTES - PAGE_RESERVED_BYTES;
    const [first, second] = wordSums(view, start, end);
    if (view.getUint32(end, true) === first && view.getUint32(end + 4, true) === second) continue;
    mismatched.push(start / PAGE_BYTES + 1);
    if (mismatched.length === limit) break;
  }
  return mismatched;
}

/** 16 hexadecimal digits that tell one file's content from another's. */
export function fingerprint(file: Uint8Array): string {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const whole = file.length - (file.length % 8);
  let [first, second] = wordSums(view, 0, whole);
  for (let offset = whole; offset < file.length; offset++) {
    first = (first + (file[offset] as number) + second) >>> 0;
    second = (second + first) >>> 0;
  }
  // The length matters: zeros at the beginning add nothing to the sums.
  first = (first + file.length) >>> 0;
  return hex8(first) + hex8(second);
}

function hex8(value: number): string {
  return value.toString(16).padStart(8, '0');
}
