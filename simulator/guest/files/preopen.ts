import type { FileStore, InodeId } from '../../world/files/file-store.ts';
import { ReadOnlyView } from '../../world/files/read-only-view.ts';

/** A directory that is open from the start. */
export interface Preopen {
  /** The guest's name for it, such as `/` or `/data`. */
  readonly path: string;
  readonly store: FileStore;
  /** A directory of the store; its root when left out. */
  readonly root?: InodeId;
  /** Refuses changes through this directory, whatever the store itself allows. */
  readonly readOnly?: boolean;
}

/** The same with a store that refuses changes itself where the directory is read-only. */
export function guarded(preopen: Preopen): Preopen {
  return preopen.readOnly ? { ...preopen, store: new ReadOnlyView(preopen.store) } : preopen;
}
