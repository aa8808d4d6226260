import assert from 'node:assert/strict';
import type { ErrnoName } from '../../../simulator/world/files/errno.ts';
import {
  FileError,
  type FileStore,
  type InodeId,
  type OpenHow,
  ROOT_INODE,
} from '../../../simulator/world/files/file-store.ts';

const HOW: OpenHow = {
  followLast: true,
  create: false,
  exclusive: false,
  directory: false,
  truncate: false,
};

export function openFile(store: FileStore, path: string, how: Partial<OpenHow> = {}): InodeId {
  return store.open(ROOT_INODE, path, { ...HOW, ...how }).inode;
}

export function writeText(store: FileStore, path: string, text: string): InodeId {
  const inode = openFile(store, path, { create: true, truncate: true });
  store.write(inode, 0n, new TextEncoder().encode(text));
  store.close(inode);
  return inode;
}

export function readText(store: FileStore, path: string): string {
  const inode = openFile(store, path);
  const { size } = store.stat(inode);
  const bytes = store.read(inode, 0n, Number(size));
  store.close(inode);
  return new TextDecoder().decode(bytes);
}

export function names(store: FileStore, directory: InodeId = ROOT_INODE): string[] {
  return store.readDirectory(directory).map(({ name }) => name);
}

export function assertErrno(code: ErrnoName, step: () => unknown): void {
  assert.throws(step, (error) => {
    assert.ok(error instanceof FileError, `expected FileError ${code}, found ${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}
