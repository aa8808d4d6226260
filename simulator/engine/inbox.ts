import { INBOX_BYTES_MAX } from '../kernel/limits.ts';

/** An inbox cannot take what it is given. */
export class InboxError extends Error {
  override readonly name = 'InboxError';
  constructor(
    readonly code: 'inbox-full' | 'inbox-ended',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Bytes from outside that wait to be read, kept for as long as the execution lives: what was read
 * is known from the journal, so reading takes nothing away.
 */
export class Inbox {
  private bytes = new Uint8Array(0);
  private size = 0;
  ended = false;

  constructor(readonly name: string) {}

  get length(): number {
    return this.size;
  }

  /** Throws InboxError unless `append` would take that many bytes. */
  check(added: number): void {
    const needed = this.size + added;
    if (needed > INBOX_BYTES_MAX) {
      const message = `${this.name} would hold ${needed} bytes; the limit is ${INBOX_BYTES_MAX}`;
      throw new InboxError('inbox-full', message);
    }
    if (this.ended && added > 0) {
      throw new InboxError('inbox-ended', `${this.name} has ended and takes no more bytes`);
    }
  }

  append(added: Uint8Array): void {
    this.check(added.length);
    const needed = this.size + added.length;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      grown.set(this.bytes.subarray(0, this.size));
      this.bytes = grown;
    }
    this.bytes.set(added, this.size);
    this.size = needed;
  }

  /** A copy of up to `length` bytes from `offset` on. */
  read(offset: number, length: number): Uint8Array {
    return this.bytes.slice(offset, Math.min(this.size, offset + length));
  }

  /** Whether a reader at `offset` would not have to wait. */
  readable(offset: number): boolean {
    return this.ended || offset < this.size;
  }
}
