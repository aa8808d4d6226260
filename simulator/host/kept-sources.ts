/**
 * Copies of the sources that programs were built from, which a recording keeps so that it can be
 * read on a machine that does not have them.
 */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { contentHash } from '../guest/content-hash.ts';
import type { GuestProgram } from '../guest/program.ts';
import { joinPath, type SourceFile, sourceFiles } from '../guest/symbols/index.ts';
import type { RecordingSink } from '../journal/records.ts';

/** A larger file is left out: nobody wrote it by hand. */
export const SOURCE_BYTES_MAX = 1024 * 1024;
/** All sources of a recording; what does not fit is left out. */
export const SOURCES_BYTES_MAX = 16 * 1024 * 1024;
/** Files that are looked for; debug information may name any number. */
export const SOURCES_MAX = 5000;

/**
 * Names of source files. A program says by itself which files it came from, and a recording is
 * passed on: nothing else of this machine must get into it.
 */
const SOURCE_NAME =
  /\.(c|h|cc|cpp|cxx|c\+\+|hh|hpp|hxx|inl|ipp|inc|m|mm|rs|zig|go|swift|d|nim|odin|v|c3|kt|kts|java|scala|cs|fs|hs|ml|mli|f|f90|f95|f03|f08|for|adb|ads|pas|s|wat|ts|mts|cts|tsx|js|mjs|cjs|jsx|py|rb|lua|php|pl|mbt|gr|grain|wit)$/i;

/** Begins the keys of `meta` that name a source; its value is the hash of a blob. */
const SOURCE_KEY = 'source ';

/** A file of the machine; undefined when it is not there, or larger than SOURCE_BYTES_MAX. */
export type SourceReader = (path: string) => Uint8Array | undefined;

/** The bytes of sources by their absolute paths on the machine that built them. */
export type KeptSources = ReadonlyMap<string, Uint8Array>;

/** A program, and the absolute path of the source or module that it came from. */
export interface ProgramOrigin {
  readonly program: GuestProgram;
  readonly origin: string;
}

/** Where a file of debug information was: a relative one lay beside the program's origin. */
export function sourcePlace(file: string, origin: string): string {
  return joinPath(folderOf(origin), file);
}

/** The folder of a path, without its last separator. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))));
}

/** Reads the sources of programs as far as they are on this machine and are what was compiled. */
export function gatherSources(
  programs: readonly ProgramOrigin[],
  read: SourceReader,
): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  let room = SOURCES_BYTES_MAX;
  for (const [path, file] of placesOf(programs)) {
    const bytes = SOURCE_NAME.test(path) ? read(path) : undefined;
    if (bytes === undefined || bytes.length > Math.min(room, SOURCE_BYTES_MAX)) continue;
    if (!isText(bytes) || !isAsCompiled(bytes, file)) continue;
    room -= bytes.length;
    found.set(path, bytes);
  }
  return found;
}

/** Whether these bytes are what the compiler read, as far as it noted that. */
export function isAsCompiled(
  bytes: Uint8Array,
  file: Pick<SourceFile, 'md5'> | undefined,
): boolean {
  return file?.md5 === undefined || file.md5 === bytesToHex(md5(bytes));
}

function placesOf(programs: readonly ProgramOrigin[]): Map<string, SourceFile | undefined> {
  const places = new Map<string, SourceFile | undefined>();
  for (const { program, origin } of programs) {
    // The source that a program without debug information was made of, such as a script.
    places.set(origin, undefined);
    for (const { bytes, info, sourceMap } of program.modules) {
      for (const file of sourceFiles(bytes, info, sourceMap)) {
        if (places.size >= SOURCES_MAX) return places;
        places.set(sourcePlace(file.path, origin), file);
      }
    }
  }
  return places;
}

function isText(bytes: Uint8Array): boolean {
  return !bytes.includes(0);
}

export function keepSources(sources: KeptSources, sink: RecordingSink): void {
  for (const [path, bytes] of sources) {
    const hash = contentHash(bytes);
    sink.blob(hash, `source ${path}`, bytes);
    sink.meta(SOURCE_KEY + path, hash);
  }
}

/** What a recording offers for reading its sources back. */
export interface SourcesHolder {
  meta(): ReadonlyMap<string, string>;
  blob(hash: string): { readonly bytes: Uint8Array } | undefined;
}

export function readKeptSources(holder: SourcesHolder): KeptSources {
  const found = new Map<string, Uint8Array>();
  for (const [key, hash] of holder.meta()) {
    if (!key.startsWith(SOURCE_KEY)) continue;
    const blob = holder.blob(hash);
    if (blob !== undefined) found.set(key.slice(SOURCE_KEY.length), blob.bytes);
  }
  return found;
}
