/** What wasi:filesystem tells about files, and how it gives times. */
import { Hash53 } from '../../../kernel/hash.ts';
import {
  FileError,
  type FileStat,
  type FileType,
  type TimeChange,
} from '../../../world/files/file-store.ts';
import { type Datetime, datetimeOf } from '../clocks.ts';

export type DescriptorType = 'directory' | 'regular-file' | 'symbolic-link';

export const DESCRIPTOR_TYPE: Readonly<Record<FileType, DescriptorType>> = {
  file: 'regular-file',
  directory: 'directory',
  symlink: 'symbolic-link',
};

export interface DescriptorStat {
  readonly type: DescriptorType;
  readonly linkCount: bigint;
  readonly size: bigint;
  readonly dataAccessTimestamp: Datetime;
  readonly dataModificationTimestamp: Datetime;
  readonly statusChangeTimestamp: Datetime;
}

export function descriptorStat(stat: FileStat): DescriptorStat {
  return {
    type: DESCRIPTOR_TYPE[stat.type],
    linkCount: BigInt(stat.links),
    size: stat.size,
    dataAccessTimestamp: datetimeOf(stat.accessedNanos),
    dataModificationTimestamp: datetimeOf(stat.modifiedNanos),
    statusChangeTimestamp: datetimeOf(stat.changedNanos),
  };
}

export type NewTimestamp =
  | { readonly tag: 'no-change' }
  | { readonly tag: 'now' }
  | { readonly tag: 'timestamp'; readonly val: Datetime };

const NANOS_PER_SECOND = 1_000_000_000n;

/** Throws `overflow` for a time after the year 2554, which files cannot hold. */
export function timeChange(time: NewTimestamp): TimeChange {
  if (time.tag === 'no-change') return 'keep';
  if (time.tag === 'now') return 'now';
  const { seconds, nanoseconds } = time.val;
  const nanos = seconds * NANOS_PER_SECOND + BigInt(nanoseconds);
  if (BigInt.asUintN(64, nanos) === nanos) return nanos;
  throw new FileError('overflow', `${seconds} seconds after 1970 is too late for a file`);
}

export interface MetadataHash {
  readonly lower: bigint;
  readonly upper: bigint;
}

const INODE_BITS = 48n;

/**
 * The lower half says which file it is and stays for as long as it exists: the adapter for preview
 * 1 and wasi-libc show it as the inode number. The upper half changes when the content does.
 */
export function metadataHash(device: number, stat: FileStat): MetadataHash {
  const upper = new Hash53().text(`${stat.modifiedNanos} ${stat.size}`).digest();
  const lower = (BigInt(device - 1) << INODE_BITS) | BigInt(stat.inode);
  return { lower, upper: BigInt(upper) };
}
