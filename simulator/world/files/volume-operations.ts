import {
  type OpenedResult,
  type StatResult,
  type VolumeFailure,
  volumeAllocate,
  volumeCreateDirectory,
  volumeLink,
  volumeOpen,
  volumeParent,
  volumeRead,
  volumeReadDirectory,
  volumeReadLink,
  volumeRemoveDirectory,
  volumeRename,
  volumeSetSize,
  volumeSetTimes,
  volumeSetTimesPath,
  volumeStat,
  volumeStatPath,
  volumeSymlink,
  volumeSync,
  volumeUnlink,
  volumeWrite,
} from '../../effects/files.ts';
import type { EffectValue, Operation } from '../../effects/operation.ts';
import { assert } from '../../kernel/assert.ts';
import {
  FileError,
  type FileStat,
  type FileStore,
  type InodeId,
  type TimeChange,
} from './file-store.ts';

/** How a volume does one operation. */
interface Row {
  readonly mutates: (args: EffectValue) => boolean;
  readonly perform: (store: FileStore, args: EffectValue) => EffectValue;
}

type NamedRow = readonly [name: string, row: Row];

/** An operation that changes nothing; doing it again is harmless. */
function looks<A extends EffectValue, R extends EffectValue>(
  operation: Operation<A, R | VolumeFailure>,
  perform: (store: FileStore, args: A) => R,
): NamedRow {
  return row(operation, () => false, perform);
}

/** An operation whose second performance could do something else than the first. */
function changes<A extends EffectValue, R extends EffectValue>(
  operation: Operation<A, R | VolumeFailure>,
  perform: (store: FileStore, args: A) => R | undefined,
): NamedRow {
  return row(operation, () => true, perform);
}

function row<A extends EffectValue, R extends EffectValue>(
  operation: Operation<A, R | VolumeFailure>,
  mutates: (args: A) => boolean,
  perform: (store: FileStore, args: A) => R | undefined,
): NamedRow {
  // The name of an operation decides the shape of its arguments.
  return [
    operation.name,
    {
      mutates: (args) => mutates(args as A),
      perform: (store, args) => perform(store, args as A) ?? {},
    },
  ];
}

const ROWS: ReadonlyMap<string, Row> = new Map([
  row(
    volumeOpen,
    ({ how }) => how.create || how.truncate,
    (store, args): OpenedResult => store.open(inode(args.directory), args.path, args.how),
  ),
  looks(volumeRead, (store, args) => ({
    body: store.read(inode(args.inode), BigInt(args.offset), args.length),
  })),
  changes(volumeWrite, (store, args) => {
    const offset = args.offset === 'append' ? 'append' : BigInt(args.offset);
    return { end: store.write(inode(args.inode), offset, args.body).toString() };
  }),
  looks(volumeStat, (store, args) => statResult(store.stat(inode(args.inode)))),
  looks(volumeStatPath, (store, args) =>
    statResult(store.statPath(inode(args.directory), args.path, args.followLast)),
  ),
  changes(volumeSetSize, (store, args) => {
    store.setSize(inode(args.inode), BigInt(args.size));
    return undefined;
  }),
  changes(volumeAllocate, (store, args) => {
    store.allocate(inode(args.inode), BigInt(args.offset), BigInt(args.length));
    return undefined;
  }),
  changes(volumeSetTimes, (store, args) => {
    store.setTimes(inode(args.inode), timeChange(args.accessed), timeChange(args.modified));
    return undefined;
  }),
  changes(volumeSetTimesPath, (store, args) => {
    const { directory, path, followLast, accessed, modified } = args;
    const times = [timeChange(accessed), timeChange(modified)] as const;
    store.setTimesPath(inode(directory), path, followLast, ...times);
    return undefined;
  }),
  looks(volumeReadDirectory, (store, args) => ({
    entries: store.readDirectory(inode(args.inode)),
  })),
  looks(volumeParent, (store, args) => ({ inode: store.parent(inode(args.inode)) })),
  changes(volumeCreateDirectory, (store, args) => {
    store.createDirectory(inode(args.directory), args.path);
    return undefined;
  }),
  changes(volumeRemoveDirectory, (store, args) => {
    store.removeDirectory(inode(args.directory), args.path);
    return undefined;
  }),
  changes(volumeUnlink, (store, args) => {
    store.unlink(inode(args.directory), args.path);
    return undefined;
  }),
  changes(volumeRename, (store, args) => {
    store.rename(inode(args.from), args.fromPath, inode(args.to), args.toPath);
    return undefined;
  }),
  changes(volumeLink, (store, args) => {
    const { from, fromPath, followLast, to, toPath } = args;
    store.link(inode(from), fromPath, followLast, inode(to), toPath);
    return undefined;
  }),
  changes(volumeSymlink, (store, args) => {
    store.symlink(args.target, inode(args.directory), args.path);
    return undefined;
  }),
  looks(volumeReadLink, (store, args) => ({
    target: store.readLink(inode(args.directory), args.path),
  })),
  // Once more does no harm, so nothing needs to be remembered.
  looks(volumeSync, (store, args) => {
    store.sync(inode(args.inode));
    return {};
  }),
]);

/** Does an operation on a store. A FileError becomes its result; nothing else is caught. */
export function performOnStore(store: FileStore, name: string, args: EffectValue): EffectValue {
  const { perform } = rowOf(name);
  try {
    return perform(store, args);
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    const failure: VolumeFailure = { errno: error.code, message: error.message };
    return failure;
  }
}

/** Whether an operation could change the store; without arguments, whether it ever could. */
export function mutatesStore(name: string, args?: EffectValue): boolean {
  const { mutates } = rowOf(name);
  return args === undefined ? mutates(ANY_CHANGE) : mutates(args);
}

const ANY_CHANGE = { how: { create: true } };

function rowOf(name: string): Row {
  const found = ROWS.get(name);
  assert(found !== undefined, `${name} is not an operation on a volume`);
  return found;
}

function inode(number: number): InodeId {
  return number as InodeId;
}

function timeChange(text: string): TimeChange {
  return text === 'now' || text === 'keep' ? text : BigInt(text);
}

function statResult(stat: FileStat): StatResult {
  return {
    inode: stat.inode,
    type: stat.type,
    links: stat.links,
    size: stat.size.toString(),
    accessedNanos: stat.accessedNanos.toString(),
    modifiedNanos: stat.modifiedNanos.toString(),
    changedNanos: stat.changedNanos.toString(),
  };
}
