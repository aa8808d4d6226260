import type { OpenedResult, VolumeOpenArgs } from '../../effects/files.ts';
import type { Entry } from '../../journal/entry.ts';
import { ROOT_INODE } from '../../world/files/file-store.ts';

/** The path of an inode in its volume, without the first `/`; undefined when it is not known. */
export type InodeNames = (volume: string, inode: number) => string | undefined;

export const NO_NAMES: InodeNames = () => undefined;

/** The names under which an execution has opened files; read from its journal when asked first. */
export function namesFrom(entries: readonly Entry[]): InodeNames {
  let names: Map<string, string> | undefined;
  return (volume, inode) => {
    if (inode === ROOT_INODE) return '';
    names ??= readNames(entries);
    return names.get(`${volume}:${inode}`);
  };
}

function readNames(entries: readonly Entry[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { operation, args, result } of entries) {
    if (operation.name !== 'volume.open' || result === undefined || !('inode' in result)) continue;
    const { volume, directory, path } = args as VolumeOpenArgs;
    const { inode } = result as OpenedResult;
    const parent = directory === ROOT_INODE ? '' : names.get(`${volume}:${directory}`);
    if (parent === undefined || inode === ROOT_INODE) continue;
    const name = path.replace(/^\/+/, '');
    names.set(`${volume}:${inode}`, parent === '' ? name : `${parent}/${name}`);
  }
  return names;
}
