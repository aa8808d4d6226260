import type { ByteRange } from './byte-reader.ts';
import type { FunctionType } from './function-type.ts';
import type { Limits } from './limits.ts';
import type { Section } from './section.ts';
import type { ValueType } from './value-type.ts';

export type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

export interface GlobalType {
  readonly type: ValueType;
  readonly mutable: boolean;
}

export interface TableType {
  readonly type: ValueType;
  readonly limits: Limits;
}

/** What an import is; a function's type is undefined when its index names no function type. */
export type ImportType =
  | { readonly kind: 'function'; readonly type: FunctionType | undefined }
  | { readonly kind: 'table'; readonly type: TableType }
  | { readonly kind: 'memory'; readonly type: Limits }
  | { readonly kind: 'global'; readonly type: GlobalType }
  | { readonly kind: 'tag'; readonly type: FunctionType | undefined };

export type Import = ImportType & { readonly module: string; readonly name: string };

export interface Export {
  readonly name: string;
  readonly kind: ExternalKind;
  /** In the index space of its kind, imports included. */
  readonly index: number;
}

/**
 * The functions that the module defines, in order. Function `imported + n` has its size at
 * `heads[n]`, and its locals and instructions from `starts[n]` up to `ends[n]`.
 */
export interface FunctionBodies {
  readonly heads: Uint32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Something that this engine refuses, at the first place where the module has it. */
export interface Finding {
  readonly feature: 'threads' | 'relaxed-simd' | 'gc' | 'object-file';
  /** What the module has or is: `has the instruction memory.atomic.notify`. */
  readonly what: string;
  readonly offset: number;
  /** The function that holds the instruction. */
  readonly functionIndex?: number;
}

/** A core module. Every offset counts from the start of the file. */
export interface CoreModule {
  readonly kind: 'module';
  readonly byteLength: number;
  readonly sections: readonly Section[];
  readonly customSections: readonly string[];
  /** By type index; undefined for structs and arrays. */
  readonly types: readonly (FunctionType | undefined)[];
  readonly imports: readonly Import[];
  readonly exports: readonly Export[];
  /** In index order, imports first; so are the tables and globals. */
  readonly memories: readonly Limits[];
  readonly tables: readonly TableType[];
  readonly globals: readonly GlobalType[];
  /** The index into `types` of every function, imports first. */
  readonly functionTypes: readonly number[];
  readonly functionsImported: number;
  /** The code section's content, from which DWARF counts its addresses. */
  readonly code: ByteRange | undefined;
  readonly bodies: FunctionBodies;
  readonly startFunction: number | undefined;
  /** At most one for each feature, in file order. */
  readonly findings: readonly Finding[];
}

/** A component; nothing of it is read yet. */
export interface Component {
  readonly kind: 'component';
  readonly byteLength: number;
}

export type ModuleInfo = CoreModule | Component;

/** The locals and instructions of a function; undefined for an import. */
export function functionBody(module: CoreModule, functionIndex: number): ByteRange | undefined {
  const start = module.bodies.starts[functionIndex - module.functionsImported];
  const end = module.bodies.ends[functionIndex - module.functionsImported];
  return start === undefined || end === undefined ? undefined : { start, end };
}

/** The index of the function whose body holds the byte at `offset` from the start of the file. */
export function functionAt(module: CoreModule, offset: number): number | undefined {
  const { heads, ends } = module.bodies;
  let low = 0;
  let high = heads.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ends[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  const head = heads[low];
  return head === undefined || offset < head ? undefined : module.functionsImported + low;
}
