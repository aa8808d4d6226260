/**
 * Our own standard input, as the input of a program: what has come when the run begins, and what
 * comes later.
 */
import { fstatSync, readFileSync } from 'node:fs';
import { isatty } from 'node:tty';

/** How long a pipe is waited for before the run begins; a pipe may also stay open for ever. */
const PIPE_GRACE_MS = 100;
const BYTES_MAX = 64 * 1024 * 1024;

export type InputKind = 'terminal' | 'file' | 'pipe' | 'none';

export class LiveInput {
  readonly kind: InputKind = kindOfInput();
  private chunks: Uint8Array[] = [];
  private length = 0;
  private ended = false;
  private receiver: ((bytes: Uint8Array, ends: boolean) => void) | undefined;
  private reading = false;

  /** What is there, after a moment for pipes; `ends` says that nothing will follow. */
  async early(): Promise<{ readonly bytes: Uint8Array; readonly ends: boolean }> {
    if (this.kind === 'none') return { bytes: new Uint8Array(0), ends: true };
    if (this.kind === 'file') return { bytes: readFileSync(0), ends: true };
    if (this.kind === 'terminal') return { bytes: new Uint8Array(0), ends: false };
    this.read();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, PIPE_GRACE_MS);
      process.stdin.once('end', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return { bytes: this.take(), ends: this.ended };
  }

  /** From now on, everything goes to the receiver; the last call says that it ends. */
  follow(receiver: (bytes: Uint8Array, ends: boolean) => void): void {
    this.receiver = receiver;
    this.read();
    if (this.length > 0 || this.ended) receiver(this.take(), this.ended);
  }

  /** Lets the process end. */
  stop(): void {
    this.receiver = undefined;
    if (this.reading) process.stdin.destroy();
  }

  private read(): void {
    if (this.reading) return;
    this.reading = true;
    process.stdin.on('data', (chunk: Buffer) => this.receive(chunk));
    process.stdin.once('end', () => this.end());
    // A terminal that goes away is the end of its input.
    process.stdin.once('error', () => this.end());
  }

  private receive(chunk: Uint8Array): void {
    if (this.receiver !== undefined) {
      this.receiver(chunk, false);
      return;
    }
    this.chunks.push(chunk);
    this.length += chunk.length;
    if (this.length >= BYTES_MAX) process.stdin.pause();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    this.receiver?.(new Uint8Array(0), true);
  }

  private take(): Uint8Array {
    const bytes = new Uint8Array(Buffer.concat(this.chunks));
    this.chunks = [];
    this.length = 0;
    return bytes;
  }
}

function kindOfInput(): InputKind {
  if (isatty(0)) return 'terminal';
  try {
    const stat = fstatSync(0);
    if (stat.isFile()) return 'file';
    return stat.isFIFO() || stat.isSocket() ? 'pipe' : 'none';
  } catch {
    // It is closed.
    return 'none';
  }
}
