import type { EffectValue } from '../../effects/operation.ts';
import type { FileStore } from './file-store.ts';
import { mutatesStore, performOnStore } from './volume-operations.ts';

/** Results that a volume remembers; a call sent again after that many others is done anew. */
export const REMEMBERED_RESULTS_MAX = 1024;

/** The part of an operation that names it. */
interface Named {
  readonly name: string;
}

/**
 * A disk that is shared by whatever mounts it. It outlives attempts and nodes.
 *
 * V1: a change that is sent again with the same key is not made again; it gets its first result,
 * as from the duplicate request cache of an NFS server (RFC 1813, section 4.6).
 */
export class Volume {
  private readonly results = new Map<string, EffectValue>();

  constructor(
    readonly name: string,
    readonly store: FileStore,
  ) {}

  /**
   * Does an operation of effects/files.ts. Its own failures are part of the result; throws only
   * InvariantError, for an operation that volumes do not have.
   */
  perform(operation: Named, args: EffectValue, key: string | undefined): EffectValue {
    if (key === undefined || !this.mutates(operation, args)) {
      return performOnStore(this.store, operation.name, args);
    }
    const remembered = this.results.get(key);
    if (remembered !== undefined) return remembered;
    const result = performOnStore(this.store, operation.name, args);
    this.results.set(key, result);
    for (const oldest of this.results.keys()) {
      if (this.results.size <= REMEMBERED_RESULTS_MAX) break;
      this.results.delete(oldest);
    }
    return result;
  }

  /** Whether the operation could change the volume; without arguments, whether it ever could. */
  mutates(operation: Named, args?: EffectValue): boolean {
    return mutatesStore(operation.name, args);
  }
}
