import { hex, Unavailable } from './unavailable.ts';

/** What holds a value that is not in memory, and can be written as a whole. */
export interface Holder {
  readonly kind: 'local' | 'global' | 'operand';
  readonly index: number;
}

/** Where bytes can be changed. */
export type WritePlace =
  | { readonly kind: 'memory'; readonly address: number }
  | { readonly kind: 'holder'; readonly holder: Holder; readonly byteLength: number };

/** Where a value is. What cannot be read throws Unavailable. */
export interface Storage {
  /** In the program's memory; undefined when it is elsewhere. */
  readonly address: number | undefined;
  /** A view of bytes of the value, or a copy; nobody changes it. */
  read(offset: number, length: number): Uint8Array;
  /** Where a part of the value is. */
  part(offset: number): Storage;
  /** Undefined when it cannot be changed. */
  writePlace(length: number): WritePlace | undefined;
}

export class MemoryStorage implements Storage {
  constructor(
    private readonly memory: Uint8Array,
    readonly address: number,
  ) {}

  read(offset: number, length: number): Uint8Array {
    const start = this.address + offset;
    if (this.address === 0) throw new Unavailable('the pointer is null');
    if (!(start >= 0 && length >= 0 && start + length <= this.memory.length)) {
      throw new Unavailable(`address ${hex(start)} is outside of memory`);
    }
    return this.memory.subarray(start, start + length);
  }

  part(offset: number): Storage {
    return new MemoryStorage(this.memory, this.address + offset);
  }

  writePlace(length: number): WritePlace | undefined {
    const inside = this.address >= 0 && this.address + length <= this.memory.length;
    return inside ? { kind: 'memory', address: this.address } : undefined;
  }
}

/** Bytes that are in no memory: of a local of WebAssembly, or computed. */
export class BytesStorage implements Storage {
  readonly address = undefined;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly holder?: Holder,
  ) {}

  read(offset: number, length: number): Uint8Array {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.bytes.length)) {
      throw new Unavailable('only part of it is known');
    }
    return this.bytes.subarray(offset, offset + length);
  }

  part(offset: number): Storage {
    if (offset === 0) return this;
    return new BytesStorage(this.bytes.subarray(Math.max(0, offset)));
  }

  writePlace(length: number): WritePlace | undefined {
    const { holder } = this;
    return holder === undefined ? undefined : { kind: 'holder', holder, byteLength: length };
  }
}

/** A value that cannot be had; `why` is for people. */
export class MissingStorage implements Storage {
  readonly address = undefined;

  constructor(readonly why: string) {}

  read(): Uint8Array {
    throw new Unavailable(this.why);
  }

  part(): Storage {
    return this;
  }

  writePlace(): undefined {
    return undefined;
  }
}

/** So many bytes of a value, and where they are. */
export interface Piece {
  readonly byteLength: number;
  readonly storage: Storage;
}

/** A value in pieces, as optimisers leave it. */
export class PiecesStorage implements Storage {
  readonly address = undefined;

  constructor(
    private readonly pieces: readonly Piece[],
    private readonly start = 0,
  ) {}

  read(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    const from = this.start + offset;
    let at = 0;
    let copied = 0;
    for (const { byteLength, storage } of this.pieces) {
      const first = Math.max(from, at);
      const last = Math.min(from + length, at + byteLength);
      if (first < last) {
        bytes.set(storage.read(first - at, last - first), first - from);
        copied += last - first;
      }
      at += byteLength;
    }
    if (copied < length) throw new Unavailable('only part of it is known');
    return bytes;
  }

  part(offset: number): Storage {
    return new PiecesStorage(this.pieces, this.start + offset);
  }

  writePlace(length: number): WritePlace | undefined {
    let at = 0;
    for (const { byteLength, storage } of this.pieces) {
      const offset = this.start - at;
      if (offset >= 0 && offset + length <= byteLength) {
        return storage.part(offset).writePlace(length);
      }
      at += byteLength;
    }
    return undefined;
  }
}
