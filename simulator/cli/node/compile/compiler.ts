export interface CompileJob {
  /** The C or C++ source, absolute. */
  readonly source: string;
  /** The source and every local file that it includes, by absolute path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Where `#include` looks after the folder of the file; absolute. */
  readonly includeFolders: readonly string[];
  readonly flags: readonly string[];
}

export interface CompileResult {
  readonly wasm: Uint8Array;
  /** Warnings, as the compiler prints them; empty when there are none. */
  readonly output: string;
}

/** Turns one C or C++ source into a WASI preview 1 command with DWARF. */
export interface Compiler {
  /** Changes whenever the same job could give other bytes; a part of the cache's key. */
  readonly identity: string;
  /** Throws a BuildError `compile-failed` with the compiler's own messages. */
  compile(job: CompileJob): Promise<CompileResult>;
  /** Ends what the compiler keeps running; it starts again when it is used again. */
  close(): Promise<void>;
}

const CPP_EXTENSION = /\.(cc|cpp|cxx)$/;

/** The name that makes clang compile and link the language of this source. */
export function driverFor(source: string): 'clang' | 'clang++' {
  return CPP_EXTENSION.test(source) ? 'clang++' : 'clang';
}

/** WASI libraries are built without exceptions; with this flag `throw` is refused by line. */
export function languageFlags(source: string): readonly string[] {
  return driverFor(source) === 'clang++' ? ['-fno-exceptions'] : [];
}
