import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { WASM_PAGE_BYTES } from '../kernel/limits.ts';
import { MemoryPool } from './memory-pool.ts';
import { unknownImports } from './preview1/unknown-imports.ts';
import { ProgramError } from './program-error.ts';
import { importMemory } from './wasm/import-memory.ts';
import {
  type CoreModule,
  checkModule,
  inspectModule,
  type LimitedModule,
  limitMemory,
} from './wasm/index.ts';

/** How the compiled module imports its memory from us; no program can use these names. */
export const MEMORY_MODULE = 'backstitch:memory';
export const MEMORY_NAME = 'memory';

/** Unknown imports that an error names one by one. */
const UNKNOWN_IMPORTS_NAMED_MAX = 5;

/** A Wasm program, checked and compiled: shared by all its executions and replays. */
export interface GuestProgram {
  /** As it was given. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, in hex. */
  readonly hash: string;
  readonly info: CoreModule;
  readonly module: WebAssembly.Module;
  /** An offset that V8 reports minus this is an offset into `bytes`. */
  readonly codeShift: number;
  readonly memoryPagesMax: number;
  /** Gives instances their memory, which `module` imports; undefined when it has its own. */
  readonly memories: MemoryPool | undefined;
  /** `command` runs `_start`; `reactor` runs `_initialize` and then an export that is named. */
  readonly kind: 'command' | 'reactor';
}

export function contentHash(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/**
 * Checks and compiles a module. Throws ModuleError when it is not a module or needs what the engine
 * refuses, and ProgramError when it imports what nothing provides or has no entry.
 *
 * @param memoryMiB the most memory that its instances may have
 */
export function loadProgram(bytes: Uint8Array, memoryMiB: number): GuestProgram {
  const info = inspectModule(bytes);
  checkModule(info);
  checkImports(info);
  const kind = entryKind(info);
  const memoryPagesMax = Math.floor((memoryMiB * 1024 * 1024) / WASM_PAGE_BYTES);
  // The module as it was given is what people have: its own faults are reported first.
  const own = limitMemory(bytes, info, memoryPagesMax);
  const pooled = poolMemory(own);
  const module = compile(pooled?.bytes ?? own.bytes);
  return {
    bytes,
    hash: contentHash(bytes),
    info,
    module,
    codeShift: own.codeShift + (pooled?.codeShift ?? 0),
    memoryPagesMax,
    memories: pooled?.memories,
    kind,
  };
}

/** The module with its memory imported; undefined where that cannot be done. */
function poolMemory(own: LimitedModule): (LimitedModule & { memories: MemoryPool }) | undefined {
  const info = inspectModule(own.bytes);
  checkModule(info);
  const [memory] = info.memories;
  const imported = importMemory(own.bytes, info, MEMORY_MODULE, MEMORY_NAME);
  if (imported === undefined || memory?.max === undefined || memory.address !== 'i32') {
    return undefined;
  }
  return { ...imported, memories: new MemoryPool(memory.min, memory.max) };
}

function checkImports(info: CoreModule): void {
  const unknown = unknownImports(
    info.imports.map((item) =>
      item.kind === 'function'
        ? { module: item.module, name: item.name, kind: item.kind, type: item.type }
        : { module: item.module, name: item.name, kind: item.kind },
    ),
  );
  if (unknown.length === 0) return;
  const list = unknown.slice(0, UNKNOWN_IMPORTS_NAMED_MAX).map(({ reason }) => reason);
  const more = unknown.length - list.length;
  if (more > 0) list.push(`imports ${more} more that nothing provides`);
  throw new ProgramError(
    'unknown-import',
    `the module ${list.join(';\n  and it ')}`,
    'Programs may import wasi_snapshot_preview1 and backstitch (docs/backstitch-http.md).',
  );
}

function entryKind(info: CoreModule): 'command' | 'reactor' {
  const functions = info.exports.filter(({ kind }) => kind === 'function');
  if (functions.some(({ name }) => name === '_start')) return 'command';
  if (functions.some(({ name }) => name === '_initialize')) return 'reactor';
  throw new ProgramError(
    'no-entry',
    'the module exports neither _start nor _initialize, so it is not a WASI program',
    'Build it as a command (with a main function) or as a reactor (clang: -mexec-model=reactor).',
  );
}

function compile(bytes: Uint8Array): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^WebAssembly\.Module\(\): /, '');
    throw new ProgramError('invalid', `the module is not valid: ${reason}`, 'Build it again.', {
      cause,
    });
  }
}
