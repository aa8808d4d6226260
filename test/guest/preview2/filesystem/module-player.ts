import type { WasiName } from '../../../../simulator/guest/preview1/signatures.ts';
import { errorCodeOf } from '../../../../simulator/guest/preview2/filesystem/error-code.ts';
import { unreachable } from '../../../../simulator/kernel/assert.ts';
import type { ErrnoName } from '../../../../simulator/world/files/errno.ts';
import { FileError } from '../../../../simulator/world/files/file-store.ts';
import { ALL, Harness, OFLAG, ROOT_FD } from '../../preview1/guest-harness.ts';
import type { Outcome, Step } from './steps.ts';

interface Open {
  readonly fd: number;
  readAt: bigint;
  writeAt: bigint;
}

class Failure {
  constructor(readonly errno: ErrnoName) {}
}

const FD_READ = 1n << 1n;
const FD_WRITE = 1n << 6n;
const FD_SET_SIZE = 1n << 22n;
const APPEND = 1;
const ACCESSED = 1;
const ACCESSED_NOW = 2;
const MODIFIED_NOW = 8;
const FILE_TYPES = ['', '', '', 'directory', 'regular-file', '', '', 'symbolic-link'];
/** What a file refuses to do in these ways has another name in each ABI. */
const NEEDS_MODE: readonly Step['kind'][] = [
  'read',
  'write',
  'read on',
  'write on',
  'append',
  'resize',
];

/** Plays the same steps through wasi_snapshot_preview1. */
export class ModulePlayer {
  readonly guest = new Harness();
  private readonly open: Open[] = [{ fd: ROOT_FD, readAt: 0n, writeAt: 0n }];

  play(step: Step): Outcome {
    this.guest.port.latestWallNanos += 1_000_000_001n;
    try {
      return { shown: this.perform(step) };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      const isMode = error.errno === 'notcapable' && NEEDS_MODE.includes(step.kind);
      return { error: errorCodeOf(new FileError(isMode ? 'badf' : error.errno, '')) };
    }
  }

  private perform(step: Step): unknown {
    const { guest } = this;
    const index = step.slot % this.open.length;
    const open = this.open[index] as Open;
    const { fd } = open;
    switch (step.kind) {
      case 'open':
        return this.openPath(fd, step);
      case 'close':
        if (index === 0) return '';
        this.open.splice(index, 1);
        this.call('fd_close', fd);
        return '';
      case 'read': {
        const buffers = guest.iovecs(step.length);
        this.call('fd_pread', fd, ...buffers, BigInt(step.at), guest.out);
        return guest.read(guest.u32(buffers[0]), guest.u32());
      }
      case 'write':
        this.call('fd_pwrite', fd, ...guest.iovecs(step.text), BigInt(step.at), guest.out);
        return guest.u32();
      case 'read on': {
        const buffers = guest.iovecs(step.length);
        this.seek(open, open.readAt);
        this.call('fd_read', fd, ...buffers, guest.out);
        const count = guest.u32();
        open.readAt += BigInt(count);
        return guest.read(guest.u32(buffers[0]), count);
      }
      case 'write on': {
        this.seek(open, open.writeAt);
        this.call('fd_write', fd, ...guest.iovecs(step.text), guest.out);
        const count = guest.u32();
        open.writeAt += BigInt(count);
        return count;
      }
      case 'append': {
        this.call('fd_fdstat_set_flags', fd, APPEND);
        try {
          this.call('fd_write', fd, ...guest.iovecs(step.text), guest.out);
          return guest.u32();
        } finally {
          this.call('fd_fdstat_set_flags', fd, 0);
        }
      }
      case 'resize':
        return this.call('fd_filestat_set_size', fd, BigInt(step.size));
      case 'list':
        return this.entries(fd);
      case 'stat':
        this.call('fd_filestat_get', fd, guest.out);
        return this.stat();
      case 'sync':
        return this.call('fd_sync', fd);
      case 'set times': {
        const nanos = BigInt(step.seconds) * 1_000_000_000n + 5n;
        return this.call('fd_filestat_set_times', fd, nanos, 0n, ACCESSED | MODIFIED_NOW);
      }
      case 'make directory':
        return this.call('path_create_directory', fd, ...guest.text(step.path));
      case 'remove directory':
        return this.call('path_remove_directory', fd, ...guest.text(step.path));
      case 'unlink':
        return this.call('path_unlink_file', fd, ...guest.text(step.path));
      case 'read link': {
        const room = 8192;
        const path = guest.text(step.path);
        this.call('path_readlink', fd, ...path, guest.out + 8, room, guest.out);
        return guest.read(guest.out + 8, guest.u32());
      }
      case 'stat path': {
        const path = guest.text(step.path);
        this.call('path_filestat_get', fd, Number(step.follow), ...path, guest.out);
        return this.stat();
      }
      case 'set times of path': {
        const at = [Number(step.follow), ...guest.text(step.path)];
        return this.call('path_filestat_set_times', fd, ...at, 0n, 0n, ACCESSED_NOW);
      }
      case 'symlink':
        return this.call('path_symlink', ...guest.text(step.to), fd, ...guest.text(step.path));
      case 'rename': {
        const to = [this.target(step.toSlot), ...guest.text(step.toPath)];
        return this.call('path_rename', fd, ...guest.text(step.path), ...to);
      }
      case 'link': {
        const to = [this.target(step.toSlot), ...guest.text(step.toPath)];
        return this.call('path_link', fd, Number(step.follow), ...guest.text(step.path), ...to);
      }
      default:
        return unreachable(step);
    }
  }

  private call(name: WasiName, ...args: (number | bigint)[]): undefined {
    const errno = this.guest.call(name, ...args);
    if (errno !== 'success') throw new Failure(errno);
  }

  /** Where the other ABI has a stream with an offset of its own. */
  private seek({ fd }: Open, offset: bigint): void {
    this.call('fd_seek', fd, offset, 0, this.guest.out);
  }

  private openPath(directory: number, step: Extract<Step, { kind: 'open' }>): string {
    let rights = ALL;
    if (!step.read) rights &= ~FD_READ;
    if (!step.write) rights &= ~(FD_WRITE | FD_SET_SIZE);
    const oflags =
      (step.create ? OFLAG.creat : 0) |
      (step.directory ? OFLAG.directory : 0) |
      (step.exclusive ? OFLAG.excl : 0) |
      (step.truncate ? OFLAG.trunc : 0);
    const { follow } = step;
    const options = { directory, follow, oflags, rights, inheriting: ALL };
    this.call('path_open', ...this.guest.openArgs(step.path, options));
    const fd = this.guest.u32();
    this.open.push({ fd, readAt: 0n, writeAt: 0n });
    this.call('fd_fdstat_get', fd, this.guest.out);
    return FILE_TYPES[this.guest.u8()] ?? '';
  }

  private target(slot: number): number {
    return (this.open[slot % this.open.length] as Open).fd;
  }

  private entries(fd: number): string[] {
    const { guest } = this;
    const start = guest.out + 8;
    this.call('fd_readdir', fd, start, 8192, 0n, guest.out);
    const names: string[] = [];
    for (let at = start; at < start + guest.u32(); ) {
      const length = guest.u32(at + 16);
      const name = guest.read(at + 24, length);
      if (name !== '.' && name !== '..') names.push(`${name} ${FILE_TYPES[guest.u8(at + 20)]}`);
      at += 24 + length;
    }
    return names;
  }

  private stat(): string {
    const { guest } = this;
    const { out } = guest;
    const numbers = [24, 32, 40, 48, 56].map((offset) => guest.u64(out + offset));
    return [guest.u64(out + 8), FILE_TYPES[guest.u8(out + 16)], ...numbers].join(' ');
  }
}
