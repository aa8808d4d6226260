import assert from 'node:assert/strict';
import type { Preview1Imports } from '../../../simulator/guest/preview1/imports.ts';
import {
  createPreview1,
  type Preview1Options,
} from '../../../simulator/guest/preview1/preview1.ts';
import type { BackstitchName, WasiName } from '../../../simulator/guest/preview1/signatures.ts';
import { ERRNO_NAMES, type ErrnoName } from '../../../simulator/world/files/errno.ts';
import { MemoryTree } from '../../../simulator/world/files/memory-tree.ts';
import { type Answer, FakePort } from './fake-port.ts';

/** The first preopened directory. */
export const ROOT_FD = 3;

/** Every right of the specification. */
export const ALL = (1n << 30n) - 1n;

export interface HarnessOptions extends Partial<Omit<Preview1Options, 'port' | 'memory'>> {
  readonly answers?: Readonly<Record<string, Answer>>;
}

/**
 * Plays the guest: calls imports over a real memory. `text` and `bytes` put arguments into the
 * lower part of the memory; `out` is room for results.
 */
export class Harness {
  readonly memory = new WebAssembly.Memory({ initial: 2 });
  readonly port: FakePort;
  readonly tree: MemoryTree;
  readonly imports: Preview1Imports;
  /** Results go here; 16 KiB are free behind it. */
  readonly out = 0x10000;
  private next = 1024;

  constructor(options: HarnessOptions = {}) {
    const { answers = {}, ...rest } = options;
    this.port = new FakePort(answers);
    this.tree = new MemoryTree({ now: () => this.port.latestWallNanos });
    this.imports = createPreview1({
      port: this.port,
      memory: () => this.memory,
      args: ['program'],
      env: {},
      preopens: [{ path: '/', store: this.tree }],
      ...rest,
    });
  }

  call(name: WasiName | BackstitchName, ...args: (number | bigint)[]): ErrnoName {
    const { wasi_snapshot_preview1: wasi, backstitch } = this.imports;
    const run = name in wasi ? wasi[name as WasiName] : backstitch[name as BackstitchName];
    const errno = ERRNO_NAMES[run(...args)];
    assert.ok(errno !== undefined, `${name} returned an unknown errno`);
    return errno;
  }

  /** Calls and expects success. */
  ok(name: WasiName | BackstitchName, ...args: (number | bigint)[]): void {
    assert.equal(this.call(name, ...args), 'success', `${name}(${args.join(', ')})`);
  }

  bytes(bytes: Uint8Array): readonly [pointer: number, length: number] {
    const pointer = this.reserve(bytes.length);
    new Uint8Array(this.memory.buffer).set(bytes, pointer);
    return [pointer, bytes.length];
  }

  text(text: string): readonly [pointer: number, length: number] {
    return this.bytes(new TextEncoder().encode(text));
  }

  /** An iovec array over new buffers of these lengths, or with these bytes. */
  iovecs(...buffers: (number | string)[]): readonly [pointer: number, count: number] {
    const parts = buffers.map((buffer) =>
      typeof buffer === 'string' ? this.text(buffer) : ([this.reserve(buffer), buffer] as const),
    );
    const pointer = this.reserve(parts.length * 8);
    parts.forEach(([at, length], index) => {
      this.view().setUint32(pointer + index * 8, at, true);
      this.view().setUint32(pointer + index * 8 + 4, length, true);
    });
    return [pointer, parts.length];
  }

  /** What the buffers of an iovec array hold, up to `length` bytes of each. */
  filled([pointer, count]: readonly [number, number]): string {
    let text = '';
    for (let index = 0; index < count; index++) {
      const at = this.u32(pointer + index * 8);
      text += this.read(at, this.u32(pointer + index * 8 + 4));
    }
    return text;
  }

  u8(pointer = this.out): number {
    return this.view().getUint8(pointer);
  }

  u16(pointer = this.out): number {
    return this.view().getUint16(pointer, true);
  }

  u32(pointer = this.out): number {
    return this.view().getUint32(pointer, true);
  }

  u64(pointer = this.out): bigint {
    return this.view().getBigUint64(pointer, true);
  }

  read(pointer: number, length: number): string {
    return new TextDecoder().decode(new Uint8Array(this.memory.buffer, pointer, length));
  }

  view(): DataView {
    return new DataView(this.memory.buffer);
  }

  /** Opens below `directory` with all rights and returns the descriptor. */
  open(path: string, options: OpenOptions = {}): number {
    this.ok('path_open', ...this.openArgs(path, options));
    return this.u32();
  }

  openArgs(path: string, options: OpenOptions = {}): (number | bigint)[] {
    const { directory = ROOT_FD, oflags = 0, rights = ALL, fdflags = 0, follow = true } = options;
    const inheriting = options.inheriting ?? rights;
    const lookup = follow ? 1 : 0;
    return [directory, lookup, ...this.text(path), oflags, rights, inheriting, fdflags, this.out];
  }

  writeFile(path: string, content: string): void {
    const fd = this.open(path, { oflags: OFLAG.creat | OFLAG.trunc });
    this.ok('fd_write', fd, ...this.iovecs(content), this.out);
    this.ok('fd_close', fd);
  }

  readFile(path: string): string {
    const fd = this.open(path, { rights: 0x2n });
    const buffers = this.iovecs(4096);
    this.ok('fd_read', fd, ...buffers, this.out);
    const text = this.read(this.u32(buffers[0]), this.u32());
    this.ok('fd_close', fd);
    return text;
  }

  private reserve(length: number): number {
    const pointer = this.next;
    this.next += (length + 7) & ~7;
    // Old arguments are never read again, so their room is used again.
    if (this.next > this.out) {
      this.next = 1024;
      return this.reserve(length);
    }
    return pointer;
  }
}

export interface OpenOptions {
  readonly directory?: number;
  readonly oflags?: number;
  readonly rights?: bigint;
  readonly inheriting?: bigint;
  readonly fdflags?: number;
  readonly follow?: boolean;
}

export const OFLAG = { creat: 1, directory: 2, excl: 4, trunc: 8 } as const;
