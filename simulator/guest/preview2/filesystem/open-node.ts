import { FileError, type FileStore, type InodeId } from '../../../world/files/file-store.ts';

/** Files and directories that one program holds open at a time; more is `insufficient-memory`. */
export const OPEN_NODES_MAX = 4096;

/** Counts what one program holds open. */
export class OpenNodes {
  private count = 0;

  constructor(private readonly countMax: number = OPEN_NODES_MAX) {}

  /** To be asked before anything is opened: failing later would leave a new file behind. */
  mustHaveRoom(): void {
    if (this.count >= this.countMax) {
      throw new FileError('mfile', `${this.countMax} descriptors are open already`);
    }
  }

  added(): void {
    this.count++;
  }

  removed(): void {
    this.count--;
  }
}

/**
 * An inode that is held open by a descriptor and by the streams made from it, whichever of them the
 * program drops last.
 */
export class OpenNode {
  private holders = 1;

  /** @param nodes counts it; undefined for a directory that was open from the start */
  constructor(
    readonly store: FileStore,
    readonly inode: InodeId,
    private readonly nodes: OpenNodes | undefined,
  ) {
    nodes?.added();
  }

  hold(): this {
    this.holders++;
    return this;
  }

  release(): void {
    this.holders--;
    if (this.holders > 0 || this.nodes === undefined) return;
    this.nodes.removed();
    this.store.close(this.inode);
  }
}
