import type { MemoryPool } from './memory-pool.ts';
import { poolMemory } from './pooled-module.ts';
import { unknownImports } from './preview1/unknown-imports.ts';
import { ProgramError } from './program-error.ts';
import type { ProgramModule } from './program-module.ts';
import { type CoreModule, checkModule, inspectModule, limitMemory } from './wasm/index.ts';

/** Unknown imports that an error names one by one. */
const UNKNOWN_IMPORTS_NAMED_MAX = 5;

/** A core module, checked and compiled: shared by all its executions and replays. */
export interface CoreProgram {
  readonly kind: 'core';
  /** As it was given. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, in hex. */
  readonly hash: string;
  readonly memoryPagesMax: number;
  /** The program itself is its only module. */
  readonly modules: readonly [ProgramModule];
  readonly main: ProgramModule;
  readonly compiled: WebAssembly.Module;
  /** Gives instances their memory, which `compiled` imports; undefined when it has its own. */
  readonly memories: MemoryPool | undefined;
  /** `command` runs `_start`; `reactor` runs `_initialize` and then an export that is named. */
  readonly entry: 'command' | 'reactor';
}

/** Throws ModuleError and ProgramError. */
export function loadCoreProgram(
  bytes: Uint8Array,
  hash: string,
  memoryPagesMax: number,
): CoreProgram {
  const info = inspectModule(bytes);
  checkModule(info);
  checkImports(info);
  const entry = entryKind(info);
  // The module as it was given is what people have: its own faults are reported first.
  const own = limitMemory(bytes, info, memoryPagesMax);
  const pooled = poolMemory(own);
  const codeShift = own.codeShift + (pooled?.codeShift ?? 0);
  const main: ProgramModule = { bytes, info, codeShift, tag: undefined };
  return {
    kind: 'core',
    bytes,
    hash,
    memoryPagesMax,
    modules: [main],
    main,
    compiled: compile(pooled?.bytes ?? own.bytes),
    memories: pooled?.memories,
    entry,
  };
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
