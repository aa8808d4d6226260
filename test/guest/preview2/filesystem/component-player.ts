import { ComponentError } from '../../../../simulator/guest/preview2/component-error.ts';
import type { Descriptor } from '../../../../simulator/guest/preview2/filesystem/descriptor.ts';
import type { DescriptorStat } from '../../../../simulator/guest/preview2/filesystem/file-stat.ts';
import type { InputStream, OutputStream } from '../../../../simulator/guest/preview2/streams.ts';
import { unreachable } from '../../../../simulator/kernel/assert.ts';
import { decode, encode, Harness } from '../component-harness.ts';
import type { Outcome, Step } from './steps.ts';

interface Open {
  readonly descriptor: Descriptor;
  reader?: InputStream;
  writer?: OutputStream;
}

const NOW = { tag: 'now' } as const;

/** Plays steps through wasi:filesystem. */
export class ComponentPlayer {
  readonly guest = new Harness();
  private readonly open: Open[] = [{ descriptor: this.guest.directory() }];

  play(step: Step): Outcome {
    this.guest.port.latestWallNanos += 1_000_000_001n;
    try {
      return { shown: this.perform(step) };
    } catch (error) {
      if (!(error instanceof ComponentError)) throw error;
      const { payload } = error;
      if (typeof payload === 'string') return { error: payload };
      if ((payload as { tag: string }).tag === 'closed') return { shown: '' };
      throw error;
    }
  }

  private perform(step: Step): unknown {
    const index = step.slot % this.open.length;
    const open = this.open[index] as Open;
    const { descriptor } = open;
    switch (step.kind) {
      case 'open': {
        const { create, directory, exclusive, truncate, read, write } = step;
        const flags = { create, directory, exclusive, truncate };
        const at = { symlinkFollow: step.follow };
        const opened = descriptor.openAt(at, step.path, flags, { read, write });
        this.open.push({ descriptor: opened });
        return opened.getType();
      }
      case 'close':
        if (index === 0) return '';
        this.open.splice(index, 1);
        for (const resource of [open.reader, open.writer, descriptor]) {
          resource?.[Symbol.dispose]();
        }
        return '';
      case 'read':
        return decode(descriptor.read(BigInt(step.length), BigInt(step.at))[0]);
      case 'write':
        return Number(descriptor.write(encode(step.text), BigInt(step.at)));
      case 'read on':
        open.reader ??= descriptor.readViaStream(0n);
        return decode(open.reader.read(BigInt(step.length)));
      case 'write on':
        open.writer ??= descriptor.writeViaStream(0n);
        return written(open.writer, step.text);
      case 'append': {
        const stream = descriptor.appendViaStream();
        const count = written(stream, step.text);
        stream[Symbol.dispose]();
        return count;
      }
      case 'resize':
        return descriptor.setSize(BigInt(step.size));
      case 'list':
        return entries(descriptor);
      case 'stat':
        return shownStat(descriptor.stat(), descriptor.metadataHash().lower);
      case 'sync':
        return descriptor.sync();
      case 'set times': {
        const val = { seconds: BigInt(step.seconds), nanoseconds: 5 };
        return descriptor.setTimes({ tag: 'timestamp', val }, NOW);
      }
      case 'make directory':
        return descriptor.createDirectoryAt(step.path);
      case 'remove directory':
        return descriptor.removeDirectoryAt(step.path);
      case 'unlink':
        return descriptor.unlinkFileAt(step.path);
      case 'read link':
        return descriptor.readlinkAt(step.path);
      case 'stat path': {
        const at = { symlinkFollow: step.follow };
        const stat = descriptor.statAt(at, step.path);
        return shownStat(stat, descriptor.metadataHashAt(at, step.path).lower);
      }
      case 'set times of path':
        return descriptor.setTimesAt({ symlinkFollow: step.follow }, step.path, NOW, {
          tag: 'no-change',
        });
      case 'symlink':
        return descriptor.symlinkAt(step.to, step.path);
      case 'rename':
        return descriptor.renameAt(step.path, this.target(step.toSlot), step.toPath);
      case 'link': {
        const at = { symlinkFollow: step.follow };
        return descriptor.linkAt(at, step.path, this.target(step.toSlot), step.toPath);
      }
      default:
        return unreachable(step);
    }
  }

  private target(slot: number): Descriptor {
    return (this.open[slot % this.open.length] as Open).descriptor;
  }
}

function written(stream: OutputStream, text: string): number {
  const bytes = encode(text);
  stream.checkWrite();
  stream.write(bytes);
  return bytes.length;
}

function entries(directory: Descriptor): string[] {
  const stream = directory.readDirectory();
  const names: string[] = [];
  for (;;) {
    const entry = stream.readDirectoryEntry();
    if (entry === undefined) return names;
    names.push(`${entry.name} ${entry.type}`);
  }
}

function shownStat(stat: DescriptorStat, inode: bigint): string {
  const times = [
    stat.dataAccessTimestamp,
    stat.dataModificationTimestamp,
    stat.statusChangeTimestamp,
  ].map(({ seconds, nanoseconds }) => seconds * 1_000_000_000n + BigInt(nanoseconds));
  return [inode, stat.type, stat.linkCount, stat.size, ...times].join(' ');
}
