import type { MemoryPool } from '../memory-pool.ts';
import { poolMemory } from '../pooled-module.ts';
import { ProgramError } from '../program-error.ts';
import type { ProgramModule } from '../program-module.ts';
import {
  type CoreModule,
  checkModule,
  findCustomSection,
  inspectModule,
  ModuleError,
  readNames,
} from '../wasm/index.ts';
import { type LimitedModule, limitMemory } from '../wasm/limit-memory.ts';
import { tagModule } from './tag-module.ts';

/** Enough of a program's hash to tell it from others. */
const HASH_DIGITS = 12;

/** A core module of a component, ready to be instantiated. */
export interface ComponentModule extends ProgramModule {
  readonly compiled: WebAssembly.Module;
  /** Gives instances their memory, which `compiled` imports; undefined where it does not. */
  readonly memories: MemoryPool | undefined;
}

/**
 * Checks and compiles the core modules of a component. Each memory gets the limit of the program,
 * so that all of them together can have that many times the number of memories. Throws ModuleError
 * and ProgramError.
 */
export function compileModules(
  coreModules: ReadonlyMap<string, Uint8Array>,
  hash: string,
  memoryPagesMax: number,
): Map<string, ComponentModule> {
  const limited = [...coreModules].map(([name, bytes], index) => {
    const place = `core module ${index + 1} of the component`;
    return { name, bytes, place, ...limit(bytes, place, memoryPagesMax) };
  });
  // Two programs in one component grow apart, and one of them may be long-lived.
  const isAlone = limited.filter(({ info }) => definesMemory(info)).length === 1;
  const compiled = new Map<string, ComponentModule>();
  for (const { name, bytes, place, info, own } of limited) {
    const tag = `backstitch-${hash.slice(0, HASH_DIGITS)}-${compiled.size + 1}`;
    const pooled = isAlone && definesMemory(info) ? poolMemory(own) : undefined;
    const ready = pooled?.bytes ?? own.bytes;
    const tagged = tagModule(ready, inspectModule(ready) as CoreModule, tag);
    const codeShift = own.codeShift + (pooled?.codeShift ?? 0) + tagged.codeShift;
    const memories = pooled?.memories;
    compiled.set(name, {
      ...{ bytes, info, codeShift, tag, memories },
      compiled: compile(tagged.bytes, place),
    });
  }
  return compiled;
}

/** Adapters and shims work in the memory of the program; another program has its own. */
export function definesMemory({ imports, memories }: CoreModule): boolean {
  return memories.length > imports.filter(({ kind }) => kind === 'memory').length;
}

function limit(
  bytes: Uint8Array,
  place: string,
  memoryPagesMax: number,
): { readonly info: CoreModule; readonly own: LimitedModule } {
  try {
    const info = inspectModule(bytes) as CoreModule;
    // Unlike a program, a component may bring shared libraries along, and link them itself.
    const findings = info.findings.filter(({ feature }) => feature !== 'object-file');
    checkModule({ ...info, findings });
    return { info, own: limitMemory(bytes, info, memoryPagesMax) };
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    const what = `${place}: ${error.what}`;
    throw new ModuleError(error.code, what, error.offset, error.next, { cause: error });
  }
}

function compile(bytes: Uint8Array, place: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    const reason = (cause as Error).message.replace(/^WebAssembly\.Module\(\): /, '');
    throw new ProgramError('invalid', `${place} is not valid: ${reason}`, 'Build it again.', {
      cause,
    });
  }
}

/**
 * The module with the user's own code: one with source lines; else one that was not made by the
 * tool that put the component together; else the largest.
 */
export function userModule<T extends ProgramModule>(modules: readonly T[]): T | undefined {
  const ranked = [...modules].sort((one, other) => {
    const lines = Number(hasLines(other)) - Number(hasLines(one));
    const made = Number(isMadeByTool(one)) - Number(isMadeByTool(other));
    return lines || made || codeLength(other) - codeLength(one);
  });
  return ranked[0];
}

function hasLines({ info }: ProgramModule): boolean {
  return findCustomSection(info.sections, '.debug_line') !== undefined;
}

/** Adapters, shims and fix-ups are named so by wit-component, which every toolchain uses. */
function isMadeByTool({ bytes, info }: ProgramModule): boolean {
  return readNames(bytes, info.sections).module?.startsWith('wit-component:') === true;
}

function codeLength({ info: { code } }: ProgramModule): number {
  return code === undefined ? 0 : code.end - code.start;
}
