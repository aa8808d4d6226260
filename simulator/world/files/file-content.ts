/** Chunks are this long at most; shorter ones grow by doubling. What no chunk holds is zero. */
const CHUNK_BYTES = 64 * 1024;
const CHUNK_BYTES_MIN = 256;

interface Chunk {
  bytes: Uint8Array;
  /** Somebody else reads these bytes too (an image, a clone): copy before writing. */
  shared: boolean;
  /** How much of this chunk counts against the store's limit; bytes of an image do not. */
  counted: number;
}

/**
 * The bytes of one file. It owns its chunks and nothing else: limits are the store's.
 *
 * F1: every byte at or past `size` is zero, so that growing shows zeros.
 * F2: a shared chunk is never written; it is copied first.
 */
export class FileContent {
  private readonly chunks = new Map<number, Chunk>();
  private sizeBytes = 0;
  private countedBytes = 0;

  /** The content of an image, which is not copied. The caller must not change `bytes` later. */
  static of(bytes: Uint8Array): FileContent {
    const content = new FileContent();
    for (let index = 0; index * CHUNK_BYTES < bytes.length; index++) {
      const start = index * CHUNK_BYTES;
      const part = bytes.subarray(start, start + CHUNK_BYTES);
      content.chunks.set(index, { bytes: part, shared: true, counted: 0 });
    }
    content.sizeBytes = bytes.length;
    return content;
  }

  get size(): number {
    return this.sizeBytes;
  }

  /** Bytes that count against the store's limit. */
  get counted(): number {
    return this.countedBytes;
  }

  /** A copy that shares all chunks with this one until either writes. */
  clone(): FileContent {
    const copy = new FileContent();
    for (const [index, chunk] of this.chunks) {
      chunk.shared = true;
      copy.chunks.set(index, { ...chunk });
    }
    copy.sizeBytes = this.sizeBytes;
    copy.countedBytes = this.countedBytes;
    return copy;
  }

  /** At most `length` bytes from `offset`, as a fresh array; empty at or past the end. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.sizeBytes);
    if (end <= offset) return new Uint8Array(0);
    const result = new Uint8Array(end - offset);
    for (let at = offset; at < end; ) {
      const index = Math.floor(at / CHUNK_BYTES);
      const from = at - index * CHUNK_BYTES;
      const to = Math.min(CHUNK_BYTES, end - index * CHUNK_BYTES);
      const chunk = this.chunks.get(index);
      if (chunk !== undefined) result.set(chunk.bytes.subarray(from, to), at - offset);
      at = index * CHUNK_BYTES + to;
    }
    return result;
  }

  /** How many more bytes will be counted once `length` bytes at `offset` are written. */
  growth(offset: number, length: number): number {
    let total = 0;
    for (const { index, to } of spans(offset, length)) {
      const chunk = this.chunks.get(index);
      if (chunk !== undefined && isReady(chunk, to)) continue;
      total += wantedLength(chunk, to) - (chunk?.counted ?? 0);
    }
    return total;
  }

  write(offset: number, bytes: Uint8Array): void {
    for (const { index, from, to, at } of spans(offset, bytes.length)) {
      this.writable(index, to).set(bytes.subarray(at, at + to - from), from);
    }
    if (bytes.length > 0) this.sizeBytes = Math.max(this.sizeBytes, offset + bytes.length);
  }

  /** Gives the range storage of its own, and grows the file to hold it. */
  reserve(offset: number, length: number): void {
    for (const { index, to } of spans(offset, length)) this.writable(index, to);
    this.sizeBytes = Math.max(this.sizeBytes, offset + length);
  }

  resize(size: number): void {
    if (size < this.sizeBytes) this.cut(size);
    this.sizeBytes = size;
  }

  private cut(size: number): void {
    const last = Math.floor(size / CHUNK_BYTES);
    for (const [index, chunk] of this.chunks) {
      const kept = index < last ? CHUNK_BYTES : index === last ? size - last * CHUNK_BYTES : 0;
      if (chunk.bytes.length <= kept) continue;
      this.countedBytes -= chunk.counted;
      this.chunks.delete(index);
      if (kept === 0) continue;
      // A copy, not a view: the cut bytes are freed, and can never be seen again (F1).
      // What was an image's is not counted now either: cutting must never need room.
      const counted = Math.min(chunk.counted, kept);
      this.chunks.set(index, { bytes: chunk.bytes.slice(0, kept), shared: false, counted });
      this.countedBytes += counted;
    }
  }

  /** The chunk's own bytes, with room for at least `to` of them. */
  private writable(index: number, to: number): Uint8Array {
    const chunk = this.chunks.get(index);
    if (chunk !== undefined && isReady(chunk, to)) return chunk.bytes;
    const bytes = new Uint8Array(wantedLength(chunk, to));
    if (chunk !== undefined) bytes.set(chunk.bytes);
    this.chunks.set(index, { bytes, shared: false, counted: bytes.length });
    this.countedBytes += bytes.length - (chunk?.counted ?? 0);
    return bytes;
  }
}

/** Whether a chunk can be written up to `to` as it is. */
function isReady(chunk: Chunk, to: number): boolean {
  return !chunk.shared && chunk.bytes.length >= to;
}

function wantedLength(chunk: Chunk | undefined, to: number): number {
  const held = chunk?.bytes.length ?? 0;
  if (held >= to) return held;
  let length = CHUNK_BYTES_MIN;
  while (length < to) length *= 2;
  return length;
}

interface Span {
  readonly index: number;
  /** Within the chunk. */
  readonly from: number;
  readonly to: number;
  /** Within the range. */
  readonly at: number;
}

function* spans(offset: number, length: number): Generator<Span> {
  const end = offset + length;
  for (let position = offset; position < end; ) {
    const index = Math.floor(position / CHUNK_BYTES);
    const start = index * CHUNK_BYTES;
    const to = Math.min(CHUNK_BYTES, end - start);
    yield { index, from: position - start, to, at: position - offset };
    position = start + to;
  }
}
