import type { FileStore } from '../../world/files/file-store.ts';

/** Numbers for `dev`: stores count from 1 in the order in which they are first asked about. */
export class Devices {
  private readonly stores: FileStore[] = [];

  constructor(stores: readonly FileStore[]) {
    for (const store of stores) this.numberOf(store);
  }

  numberOf(store: FileStore): number {
    const index = this.stores.indexOf(store);
    return index >= 0 ? index + 1 : this.stores.push(store);
  }
}
