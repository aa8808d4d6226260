import type {
  InodeArgs,
  LinkedPathArgs,
  OpenedResult,
  PathArgs,
  ReadDirectoryResult,
  StatResult,
  TwoPathsArgs,
  VolumeAllocateArgs,
  VolumeFailure,
  VolumeOpenArgs,
  VolumeReadArgs,
  VolumeSizeArgs,
  VolumeSymlinkArgs,
  VolumeWriteArgs,
} from '../../effects/files.ts';
import { ROOT_INODE } from '../../world/files/file-store.ts';
import { countText, quoteBytes, visibleText } from './bytes-text.ts';
import type { OperationText } from './operation-text.ts';
import type { InodeNames } from './volume-names.ts';

const QUOTE_LENGTH_MAX = 60;
const NAMES_SHOWN_MAX = 6;
const EMPTY = new Uint8Array(0);

/** What an operation on a volume asks, and what it gets when it does not fail. */
function row<A, R>(
  asked: (args: A, names: InodeNames) => string,
  got: (result: R, args: A) => string,
) {
  return {
    asked,
    got: (result: R | VolumeFailure, args: A) =>
      isFailure(result) ? `${result.errno}: ${result.message}` : got(result, args),
    failed: (result: R | VolumeFailure) => isFailure(result),
  } satisfies OperationText<A, R | VolumeFailure>;
}

function isFailure(result: unknown): result is VolumeFailure {
  return typeof result === 'object' && result !== null && 'errno' in result;
}

const done = (): string => '';

/** `shared:/log`, or a path from a directory that only its number names. */
function path(volume: string, directory: number, name: string, names: InodeNames): string {
  const folder = directory === ROOT_INODE ? '' : names(volume, directory);
  const shown = visibleText(name.replace(/^\/+|^\.$/, ''));
  if (folder === undefined) return `${volume}:(inode ${directory})/${shown}`;
  return `${volume}:/${folder === '' ? '' : `${visibleText(folder)}/`}${shown}`;
}

function inode({ volume, inode: number }: InodeArgs, names: InodeNames): string {
  const name = number === ROOT_INODE ? '' : names(volume, number);
  return name === undefined ? `${volume}:(inode ${number})` : `${volume}:/${visibleText(name)}`;
}

function pathOf({ volume, directory, path: name }: PathArgs, names: InodeNames): string {
  return path(volume, directory, name, names);
}

function openFlags({ how }: VolumeOpenArgs): string {
  const flags = [
    how.create ? 'create' : '',
    how.exclusive ? 'exclusive' : '',
    how.truncate ? 'truncate' : '',
    how.directory ? 'directory' : '',
  ].filter(Boolean);
  return flags.length === 0 ? '' : ` (${flags.join(', ')})`;
}

function twoPaths({ volume, from, fromPath, to, toPath }: TwoPathsArgs, names: InodeNames): string {
  return `${path(volume, from, fromPath, names)} to ${path(volume, to, toPath, names)}`;
}

function stat({ type, size, links }: StatResult): string {
  const names = links === 1 ? '' : `, ${countText(links, 'link')}`;
  return `${type}, ${countText(BigInt(size), 'byte')}${names}`;
}

function listing({ entries }: ReadDirectoryResult): string {
  const shown = entries.slice(0, NAMES_SHOWN_MAX).map(({ name }) => visibleText(name));
  const more = entries.length - shown.length;
  if (shown.length === 0) return 'empty';
  return `${shown.join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}

export const VOLUME_TEXTS = {
  'volume.open': row<VolumeOpenArgs, OpenedResult>(
    (args, names) => pathOf(args, names) + openFlags(args),
    ({ type, inode: number }) => `${type}, inode ${number}`,
  ),
  'volume.read': row<VolumeReadArgs, { body?: Uint8Array }>(
    (args, names) => `${inode(args, names)} ${countText(args.length, 'byte')} at ${args.offset}`,
    ({ body = EMPTY }) => (body.length === 0 ? 'end of file' : quoteBytes(body, QUOTE_LENGTH_MAX)),
  ),
  'volume.write': row<VolumeWriteArgs, { end: string }>(
    (args, names) =>
      `${inode(args, names)} ${args.offset === 'append' ? 'at its end' : `at ${args.offset}`} ` +
      quoteBytes(args.body, QUOTE_LENGTH_MAX),
    ({ end }) => `up to ${end}`,
  ),
  'volume.stat': row<InodeArgs, StatResult>(inode, stat),
  'volume.stat-path': row<LinkedPathArgs, StatResult>(pathOf, stat),
  'volume.set-size': row<VolumeSizeArgs, object>(
    (args, names) => `${inode(args, names)} ${countText(BigInt(args.size), 'byte')}`,
    done,
  ),
  'volume.allocate': row<VolumeAllocateArgs, object>(
    (args, names) =>
      `${inode(args, names)} ${countText(BigInt(args.length), 'byte')} at ${args.offset}`,
    done,
  ),
  'volume.set-times': row<InodeArgs, object>(inode, done),
  'volume.set-times-path': row<PathArgs, object>(pathOf, done),
  'volume.read-directory': row<InodeArgs, ReadDirectoryResult>(inode, listing),
  'volume.parent': row<InodeArgs, { inode: number }>(inode, (result) => `inode ${result.inode}`),
  'volume.create-directory': row<PathArgs, object>(pathOf, done),
  'volume.remove-directory': row<PathArgs, object>(pathOf, done),
  'volume.unlink': row<PathArgs, object>(pathOf, done),
  'volume.rename': row<TwoPathsArgs, object>(twoPaths, done),
  'volume.link': row<TwoPathsArgs, object>(twoPaths, done),
  'volume.symlink': row<VolumeSymlinkArgs, object>(
    (args, names) => `${pathOf(args, names)} to ${visibleText(args.target)}`,
    done,
  ),
  'volume.read-link': row<PathArgs, { target: string }>(pathOf, ({ target }) =>
    visibleText(target),
  ),
  'volume.sync': row<InodeArgs, object>(inode, done),
} as const;
