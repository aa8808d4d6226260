import { readFileSync, statSync } from 'node:fs';
import { SOURCE_BYTES_MAX } from '../../host/kept-sources.ts';

/**
 * Reads a file of source code. Undefined for one that is not there, may not be read, is too large
 * or no file at all: a copy that is missing is no failure.
 */
export function readSource(path: string): Uint8Array | undefined {
  try {
    const stat = statSync(path);
    return stat.isFile() && stat.size <= SOURCE_BYTES_MAX ? readFileSync(path) : undefined;
  } catch {
    return undefined;
  }
}
