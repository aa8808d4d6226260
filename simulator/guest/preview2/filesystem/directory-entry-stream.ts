import type { DirectoryEntry } from '../../../world/files/file-store.ts';
import { DESCRIPTOR_TYPE, type DescriptorType } from './file-stat.ts';

/**
 * The entries of a directory as they were when the stream was made, so that removing files while
 * listing skips none. `.` and `..` are not among them.
 */
export class DirectoryEntryStream {
  private next = 0;

  constructor(private readonly entries: readonly DirectoryEntry[]) {}

  readDirectoryEntry(): { readonly type: DescriptorType; readonly name: string } | undefined {
    const entry = this.entries[this.next];
    if (entry === undefined) return undefined;
    this.next++;
    return { type: DESCRIPTOR_TYPE[entry.type], name: entry.name };
  }
}
