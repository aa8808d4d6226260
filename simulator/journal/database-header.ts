/** The first page of an SQLite file, as its file format documents it (sqlite.org/fileformat2). */
import { PAGE_BYTES, PAGE_RESERVED_BYTES } from './page-checksum.ts';
import { APPLICATION_ID } from './recording-schema.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const OFFSET = {
  pageBytes: 16,
  writeVersion: 18,
  readVersion: 19,
  reservedBytes: 20,
  fractions: 21,
  changeCounter: 24,
  pages: 28,
  schemaFormat: 44,
  textEncoding: 56,
  userVersion: 60,
  applicationId: 68,
  versionValidFor: 92,
} as const;
const LEAF_TABLE_PAGE = 13;

export type FileHeader =
  | { readonly kind: 'other'; readonly found: string }
  | {
      readonly kind: 'recording';
      readonly version: number;
      readonly pageBytes: number;
      readonly pages: number;
      readonly hasChecksums: boolean;
    };

/** Tells a recording from any other file by its first hundred bytes. */
export function inspectFileHeader(file: Uint8Array): FileHeader {
  if (file.length === 0) return { kind: 'other', found: 'an empty file' };
  for (let index = 0; index < MAGIC.length; index++) {
    if (file[index] !== MAGIC.charCodeAt(index)) return { kind: 'other', found: describe(file) };
  }
  if (file.length < HEADER_BYTES) return { kind: 'other', found: 'a cut-off SQLite database' };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(OFFSET.applicationId) !== APPLICATION_ID) {
    return { kind: 'other', found: 'an SQLite database of another program' };
  }
  const size = view.getUint16(OFFSET.pageBytes);
  const pageBytes = size === 1 ? 65536 : size;
  return {
    kind: 'recording',
    version: view.getUint32(OFFSET.userVersion),
    pageBytes,
    pages: view.getUint32(OFFSET.pages),
    hasChecksums:
      pageBytes === PAGE_BYTES && view.getUint8(OFFSET.reservedBytes) === PAGE_RESERVED_BYTES,
  };
}

const PRINTABLE_SAMPLE_BYTES = 512;

function describe(file: Uint8Array): string {
  const sample = file.subarray(0, PRINTABLE_SAMPLE_BYTES);
  const isText = sample.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
  return isText ? 'a text file' : 'a file of another kind';
}

/** An empty database whose pages have room for checksums, which no SQL statement can ask for. */
export function emptyDatabase(): Uint8Array {
  const page = new Uint8Array(PAGE_BYTES);
  const view = new DataView(page.buffer);
  for (let index = 0; index < MAGIC.length; index++) page[index] = MAGIC.charCodeAt(index);
  view.setUint16(OFFSET.pageBytes, PAGE_BYTES);
  page[OFFSET.writeVersion] = 1;
  page[OFFSET.readVersion] = 1;
  page[OFFSET.reservedBytes] = PAGE_RESERVED_BYTES;
  page.set([64, 32, 32], OFFSET.fractions);
  view.setUint32(OFFSET.changeCounter, 1);
  view.setUint32(OFFSET.pages, 1);
  view.setUint32(OFFSET.schemaFormat, 4);
  view.setUint32(OFFSET.textEncoding, 1);
  view.setUint32(OFFSET.versionValidFor, 1);
  page[HEADER_BYTES] = LEAF_TABLE_PAGE;
  // Its cells would begin where the reserved bytes do; there are none yet.
  view.setUint16(HEADER_BYTES + 5, PAGE_BYTES - PAGE_RESERVED_BYTES);
  return page;
}
