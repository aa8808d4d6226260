import { MemoryPool } from './memory-pool.ts';
import { importMemory } from './wasm/import-memory.ts';
import { checkModule, inspectModule, type LimitedModule } from './wasm/index.ts';

/** How a compiled module imports its memory from us; no program can use these names. */
export const MEMORY_MODULE = 'backstitch:memory';
export const MEMORY_NAME = 'memory';

/** A module that is given its memory. */
export interface PooledModule extends LimitedModule {
  readonly memories: MemoryPool;
}

/**
 * A module whose memory has its limit, with the memory imported. Undefined where that cannot be
 * done. Throws ModuleError.
 */
export function poolMemory(own: Pick<LimitedModule, 'bytes'>): PooledModule | undefined {
  const info = inspectModule(own.bytes);
  checkModule(info);
  const [memory] = info.memories;
  const imported = importMemory(own.bytes, info, MEMORY_MODULE, MEMORY_NAME);
  if (imported === undefined || memory?.max === undefined || memory.address !== 'i32') {
    return undefined;
  }
  return { ...imported, memories: new MemoryPool(memory.min, memory.max) };
}

/** What a module imports besides when it is given `memory`. */
export function memoryImport(memory: WebAssembly.Memory): WebAssembly.Imports {
  return { [MEMORY_MODULE]: { [MEMORY_NAME]: memory } };
}
