/**
 * One transpiled component as a file: a mark, the SHA-256 of the rest, the length of a JSON header,
 * the header, and then the source and the core modules one after the other.
 */
import { createHash } from 'node:crypto';
import type { TranspiledComponent } from '../../guest/component/transpiled-component.ts';

const MARK = Buffer.from('backstitch component 1\n');
const HASH_BYTES = 32;
const LENGTH_BYTES = 4;

interface Header {
  readonly sourceBytes: number;
  readonly modules: readonly (readonly [name: string, byteLength: number])[];
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

export function encodeEntry(component: TranspiledComponent): Uint8Array {
  const source = Buffer.from(component.source);
  const header: Header = {
    sourceBytes: source.length,
    modules: [...component.coreModules].map(([name, bytes]) => [name, bytes.length]),
    imports: component.imports,
    exports: component.exports,
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(headerBytes.length);
  const rest = Buffer.concat([length, headerBytes, source, ...component.coreModules.values()]);
  return Buffer.concat([MARK, hashOf(rest), rest]);
}

/** Undefined for anything but what `encodeEntry` made. */
export function decodeEntry(bytes: Uint8Array): TranspiledComponent | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const rest = file.subarray(MARK.length + HASH_BYTES);
  if (!file.subarray(0, MARK.length).equals(MARK)) return undefined;
  if (!hashOf(rest).equals(file.subarray(MARK.length, MARK.length + HASH_BYTES))) return undefined;
  // From here on it is known to be whole.
  let at = LENGTH_BYTES;
  const take = (length: number): Buffer => {
    at += length;
    return rest.subarray(at - length, at);
  };
  const header = JSON.parse(take(rest.readUInt32LE()).toString()) as Header;
  const source = take(header.sourceBytes).toString();
  const coreModules = new Map(
    header.modules.map(([name, length]) => [name, new Uint8Array(take(length))] as const),
  );
  return { source, coreModules, imports: header.imports, exports: header.exports };
}

function hashOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
