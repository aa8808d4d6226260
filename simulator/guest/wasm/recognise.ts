import { ModuleError } from './module-error.ts';
import { HEADER_BYTES } from './section.ts';

export type ModuleKind = 'module' | 'component';

const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const MODULE_VERSION = 1;
const LAYER_MODULE = 0;
const LAYER_COMPONENT = 1;
/** The version of components since WASI 0.2; those before it were drafts. */
const COMPONENT_VERSION = 0x0d;

const TEXT_LENGTH_MAX = 512;

/** What people run by mistake: how the file begins, what it is, and what to do instead. */
interface OtherFormat {
  readonly begins: readonly number[] | RegExp;
  readonly what: string;
  readonly next: string;
}

const NEXT_NATIVE = 'Compile the program for wasm32-wasip1 instead of for this machine.';
const NEXT_UNPACK = 'Unpack it and run the .wasm file inside.';
const NEXT_LINK = 'Link it into a .wasm program first.';
const NEXT_BUILD = 'Compile the program to a .wasm file and run that.';

const OTHER_FORMATS: readonly OtherFormat[] = [
  { begins: [0x7f, 0x45, 0x4c, 0x46], what: 'a native Linux program (ELF)', next: NEXT_NATIVE },
  { begins: [0xcf, 0xfa, 0xed, 0xfe], what: 'a native macOS program', next: NEXT_NATIVE },
  { begins: [0xce, 0xfa, 0xed, 0xfe], what: 'a native macOS program', next: NEXT_NATIVE },
  { begins: [0xca, 0xfe, 0xba, 0xbe], what: 'a native macOS or Java file', next: NEXT_NATIVE },
  { begins: [0x4d, 0x5a], what: 'a native Windows program', next: NEXT_NATIVE },
  { begins: [0x1f, 0x8b], what: 'a gzip archive', next: NEXT_UNPACK },
  { begins: [0x50, 0x4b, 0x03, 0x04], what: 'a zip archive', next: NEXT_UNPACK },
  { begins: [0x28, 0xb5, 0x2f, 0xfd], what: 'a zstd archive', next: NEXT_UNPACK },
  { begins: [0x42, 0x43, 0xc0, 0xde], what: 'LLVM bitcode', next: NEXT_LINK },
  { begins: /^!<arch>/, what: 'a library archive', next: NEXT_LINK },
  {
    begins: /^SQLite format 3/,
    what: 'an SQLite database, perhaps a recording',
    next: 'Replay or inspect a recording instead of running it.',
  },
  {
    begins: /^version https:\/\/git-lfs/,
    what: 'a Git LFS pointer, not the file itself',
    next: 'Fetch the file with `git lfs pull`.',
  },
  {
    begins: /^(?:\s|;;.*\n)*\((?:\s*(?:module|component)\b|;)/,
    what: 'WebAssembly text',
    next: 'Convert it with `wat2wasm` or `wasm-tools parse` and run the result.',
  },
  {
    begins: /^\s*(<!doctype|<html|<\?xml)/i,
    what: 'an HTML or XML page',
    next: 'A download probably failed: download the file again.',
  },
  { begins: /^#!/, what: 'a script', next: NEXT_BUILD },
];

/**
 * Tells a core module from a component by the header's version and layer. Throws ModuleError for
 * everything else, naming what the file seems to be.
 */
export function recognise(bytes: Uint8Array): ModuleKind {
  if (bytes.length === 0) {
    const next = 'The build may have failed: look at its output and build again.';
    throw new ModuleError('empty', 'the file is empty', 0, next);
  }
  const wrong = MAGIC.findIndex((byte, index) => bytes[index] !== byte);
  if (wrong >= 0 && wrong < bytes.length) throw notWasm(bytes);
  if (bytes.length < HEADER_BYTES) {
    const next = 'The file was cut short: build it again or copy it again.';
    throw new ModuleError('truncated', 'the file ends inside its header', bytes.length, next);
  }
  const version = (bytes[4] as number) | ((bytes[5] as number) << 8);
  const layer = (bytes[6] as number) | ((bytes[7] as number) << 8);
  if (layer === LAYER_COMPONENT && version === COMPONENT_VERSION) return 'component';
  if (layer === LAYER_COMPONENT) throw otherComponent(version);
  if (layer === LAYER_MODULE && version === MODULE_VERSION) return 'module';
  throw new ModuleError(
    'version',
    `the file is WebAssembly of an unknown version (version ${version}, layer ${layer})`,
    MAGIC.length,
    'Build it with a toolchain that writes version 1 of the binary format.',
  );
}

/** Whether it begins as a component that can be read; false for anything else. */
export function isComponent(bytes: Uint8Array): boolean {
  const header = [...MAGIC, COMPONENT_VERSION, 0, LAYER_COMPONENT, 0];
  return header.every((byte, index) => bytes[index] === byte);
}

function otherComponent(version: number): ModuleError {
  const age = version < COMPONENT_VERSION ? 'an old draft' : 'a newer version';
  return new ModuleError(
    'version',
    `the file is a component of ${age} of the format (version ${version})`,
    MAGIC.length,
    `Build it with tools that write version ${COMPONENT_VERSION}, that of WASI 0.2.`,
  );
}

function notWasm(bytes: Uint8Array): ModuleError {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, TEXT_LENGTH_MAX));
  const other = OTHER_FORMATS.find(({ begins }) =>
    begins instanceof RegExp
      ? begins.test(text)
      : begins.every((byte, index) => bytes[index] === byte),
  );
  if (other !== undefined) {
    return new ModuleError('not-wasm', `the file is ${other.what}, not WebAssembly`, 0, other.next);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters tell binary files.
  const binary = /[\x00-\x08\x0e-\x1a\x7f]/.test(text);
  const what = `the file is not WebAssembly: it looks like ${binary ? 'unknown data' : 'text'}`;
  return new ModuleError('not-wasm', what, 0, NEXT_BUILD);
}
