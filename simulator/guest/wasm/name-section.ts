import { ByteReader } from './byte-reader.ts';
import { ModuleError, malformedModule } from './module-error.ts';
import { findCustomSection, type Section } from './section.ts';

/** Names that a toolchain kept for people; none of them has a meaning for the program. */
export interface ModuleNames {
  readonly module?: string;
  /** By function index, imports included. */
  readonly functions: ReadonlyMap<number, string>;
}

const SUBSECTION = { module: 0, functions: 1 };
const NAME_COUNT_MAX = 1_000_000;

/**
 * Reads the `name` section. As it is only for people, damage never makes a module unusable: what
 * was read before the damage is returned.
 */
export function readNames(bytes: Uint8Array, sections: readonly Section[]): ModuleNames {
  const functions = new Map<number, string>();
  const section = findCustomSection(sections, 'name');
  if (section === undefined) return { functions };
  const reader = new ByteReader(bytes, section.payload, malformedModule);
  let module: string | undefined;
  try {
    while (!reader.done) {
      const id = reader.u8('a kind of names');
      const content = reader.sub(reader.leb32('the size of names'), 'names');
      if (id === SUBSECTION.module) module = content.lossyName('the name of the module');
      if (id === SUBSECTION.functions) readFunctionNames(content, functions);
    }
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
  }
  return module === undefined ? { functions } : { module, functions };
}

function readFunctionNames(reader: ByteReader, functions: Map<number, string>): void {
  const count = reader.count('the number of function names', NAME_COUNT_MAX);
  for (let index = 0; index < count; index++) {
    const functionIndex = reader.leb32('the index of a function');
    functions.set(functionIndex, reader.lossyName('the name of a function'));
  }
}
