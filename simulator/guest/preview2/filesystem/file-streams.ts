/** Streams over files. A file is always ready, so nothing here waits. */
import { FileError } from '../../../world/files/file-store.ts';
import type { Interest } from '../../waiting.ts';
import { type ByteSink, type ByteSource, closed, failed, WRITE_BYTES_MAX } from '../streams.ts';
import type { OpenNode } from './open-node.ts';

const READY: Interest = { kind: 'ready' };
const NOTHING = new Uint8Array(0);

/** A failure is told once; from then on the stream is closed (wasi:io/streams, stream-error). */
abstract class FileStream {
  private hasFailed = false;

  constructor(protected readonly node: OpenNode) {}

  interest(): Interest {
    return READY;
  }

  close(): void {
    this.node.release();
  }

  protected mustBeOpen(): void {
    if (this.hasFailed) closed();
  }

  protected attempt<T>(step: () => T): T {
    this.mustBeOpen();
    try {
      return step();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.hasFailed = true;
      failed(error.message, error);
    }
  }
}

/** Reads on from an offset. At the end it is closed, until the file grows. */
export class FileSource extends FileStream implements ByteSource {
  constructor(
    node: OpenNode,
    private offset: bigint,
  ) {
    super(node);
  }

  read(length: number): Uint8Array {
    this.mustBeOpen();
    if (length === 0) return NOTHING;
    const { store, inode } = this.node;
    const bytes = this.attempt(() => store.read(inode, this.offset, length));
    if (bytes.length === 0) closed();
    this.offset += BigInt(bytes.length);
    return bytes;
  }
}

/** Writes on from an offset, or at the end of the file. Each write is done when it returns. */
export class FileSink extends FileStream implements ByteSink {
  constructor(
    node: OpenNode,
    private offset: bigint | 'append',
    /** Every write is also made to survive. */
    private readonly isSynchronised: boolean,
  ) {
    super(node);
  }

  room(): number {
    this.mustBeOpen();
    return WRITE_BYTES_MAX;
  }

  write(bytes: Uint8Array): void {
    const { store, inode } = this.node;
    this.attempt(() => {
      const end = store.write(inode, this.offset, bytes);
      if (this.offset !== 'append') this.offset = end;
      if (this.isSynchronised) store.sync(inode);
    });
  }

  flush(): void {
    this.mustBeOpen();
  }
}
