import type { FileStat, TimeChange } from '../../world/files/file-store.ts';
import type { Descriptor } from './descriptor-table.ts';
import { GuestError } from './guest-error.ts';
import type { GuestMemory } from './guest-memory.ts';

/** filetype of the ABI. */
export const FILE_TYPE = {
  unknown: 0,
  characterDevice: 2,
  directory: 3,
  file: 4,
  socketStream: 6,
  symlink: 7,
} as const;

/**
 * What descriptors report. Standard streams are character devices that cannot seek, which is how
 * wasi-libc knows a terminal: it then writes line by line, so output keeps its place among the
 * program's effects.
 */
export const FILE_TYPE_OF: Readonly<Record<Descriptor['kind'], number>> = {
  stdin: FILE_TYPE.characterDevice,
  output: FILE_TYPE.characterDevice,
  file: FILE_TYPE.file,
  directory: FILE_TYPE.directory,
  listener: FILE_TYPE.socketStream,
  connection: FILE_TYPE.socketStream,
};

/** fstflags of the ABI. */
const TIME_FLAG = { accessed: 1, accessedNow: 2, modified: 4, modifiedNow: 8 } as const;
const TIME_FLAGS_ALL = 15;

/** The structure `filestat`, in bytes. */
export const FILESTAT_BYTES = 64;

export function putFileStat(
  memory: GuestMemory,
  pointer: number,
  device: number,
  stat: FileStat,
): void {
  const at = memory.check(pointer, FILESTAT_BYTES);
  memory.setU64(at, BigInt(device));
  memory.setU64(at + 8, BigInt(stat.inode));
  // The type is one byte, and the seven after it are padding.
  memory.setU64(at + 16, BigInt(FILE_TYPE[stat.type]));
  memory.setU64(at + 24, BigInt(stat.links));
  memory.setU64(at + 32, stat.size);
  memory.setU64(at + 40, stat.accessedNanos);
  memory.setU64(at + 48, stat.modifiedNanos);
  memory.setU64(at + 56, stat.changedNanos);
}

/** A stream has a type, and nothing else that a file has. */
export function putStreamStat(memory: GuestMemory, pointer: number, type: number): void {
  const at = memory.check(pointer, FILESTAT_BYTES);
  memory.range(at, FILESTAT_BYTES).fill(0);
  memory.setU8(at + 16, type);
  memory.setU64(at + 24, 1n);
}

/** What `*_set_times` asks for. Throws `inval` for unknown flags and for contradictions. */
export function timeChanges(
  accessed: bigint,
  modified: bigint,
  flags: number,
): { accessed: TimeChange; modified: TimeChange } {
  if ((flags & ~TIME_FLAGS_ALL) !== 0) throw new GuestError('inval', `unknown fstflags ${flags}`);
  return {
    accessed: timeChange(accessed, flags, TIME_FLAG.accessed, TIME_FLAG.accessedNow),
    modified: timeChange(modified, flags, TIME_FLAG.modified, TIME_FLAG.modifiedNow),
  };
}

function timeChange(nanos: bigint, flags: number, given: number, now: number): TimeChange {
  const isGiven = (flags & given) !== 0;
  const isNow = (flags & now) !== 0;
  if (isGiven && isNow) throw new GuestError('inval', 'a time is both given and now');
  if (isNow) return 'now';
  return isGiven ? BigInt.asUintN(64, nanos) : 'keep';
}
