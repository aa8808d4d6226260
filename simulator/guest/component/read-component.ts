/**
 * Reads what a component imports and exports, with the types of its functions. A reader for
 * components that are valid: it is run beside the transpiler, which validates them.
 */
import { ByteReader, ModuleError } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { HEADER_BYTES } from '../wasm/section.ts';
import { readAlias, readDescription, readExternName, readSort } from './read-extern.ts';
import { readType, SCOPE_DEPTH_MAX } from './read-type.ts';
import { type Item, Scope, unknownItem } from './scope.ts';

const SECTION_ITEMS_MAX = 1_000_000;

export interface ComponentInterface {
  /** The names with their versions, in file order: `wasi:io/streams@0.2.6`. */
  readonly imports: readonly string[];
  readonly exports: ReadonlyMap<string, Item>;
  /** Why the rest of the component was not understood; what stands before it was. */
  readonly problem: ModuleError | undefined;
}

export function readComponent(bytes: Uint8Array): ComponentInterface {
  const imports: string[] = [];
  const scope = new Scope(undefined);
  let problem: ModuleError | undefined;
  try {
    const whole = new ByteReader(bytes, { start: 0, end: bytes.length }, malformedModule);
    readSections({ reader: whole, scope, imports, level: 0 });
  } catch (error) {
    if (!(error instanceof ModuleError)) throw error;
    problem = error;
  }
  return { imports, exports: scope.exports, problem };
}

interface Context {
  readonly reader: ByteReader;
  readonly scope: Scope;
  readonly imports: string[];
  /** How many components this one is in. */
  readonly level: number;
}

function readSections(context: Context): void {
  const { reader, level } = context;
  if (level > SCOPE_DEPTH_MAX) {
    reader.fail(`components nest deeper than ${SCOPE_DEPTH_MAX} levels`);
  }
  reader.skip(HEADER_BYTES, 'the header of a component');
  while (!reader.done) {
    const id = reader.u8('a section');
    const content = reader.sub(reader.leb32('the size of a section'), 'a section');
    readSection(id, { ...context, reader: content });
  }
}

/** Reads one item of a section, by the section's id. The other sections say nothing of interfaces. */
const ITEM_READERS: ReadonlyMap<number, (context: Context) => void> = new Map([
  [5, ({ reader, scope }) => readInstance(reader, scope)],
  [6, ({ reader, scope }) => readAlias(reader, scope)],
  [7, ({ reader, scope, level }) => scope.types.push(readType(reader, scope, level))],
  [8, ({ reader, scope }) => readCanonical(reader, scope)],
  [10, readImport],
  [11, ({ reader, scope }) => readExport(reader, scope)],
]);
const COMPONENT_SECTION = 4;

function readSection(id: number, context: Context): void {
  const { reader, scope, level } = context;
  if (id === COMPONENT_SECTION) {
    const inner = new Scope(scope);
    readSections({ reader, scope: inner, imports: [], level: level + 1 });
    scope.define({ kind: 'component', exports: inner.exports });
    return;
  }
  const readItem = ITEM_READERS.get(id);
  if (readItem !== undefined) many(reader, () => readItem(context));
}

function readImport({ reader, scope, imports }: Context): void {
  imports.push(readExternName(reader));
  scope.define(readDescription(reader, scope));
}

function many(reader: ByteReader, read: () => void): void {
  const count = reader.count('the number of items in a section', SECTION_ITEMS_MAX);
  for (let index = 0; index < count; index++) read();
}

function readExport(reader: ByteReader, scope: Scope): void {
  const name = readExternName(reader);
  const sort = readSort(reader);
  const index = reader.leb32('the index of an export');
  const own = sort === undefined ? undefined : scope.item(sort, index);
  const ascribed = reader.u8('a flag') === 0 ? undefined : readDescription(reader, scope);
  const known = ascribed ?? own;
  const item = known ?? (sort === undefined ? { kind: 'other' as const } : unknownItem(sort));
  // An export gives what it exports a new index.
  scope.define(item);
  scope.exports.set(name, item);
}

function readInstance(reader: ByteReader, scope: Scope): void {
  const at = reader.offset;
  const form = reader.u8('an instance');
  if (form === 0x00) {
    const component = scope.components[reader.leb32('the index of a component')];
    many(reader, () => {
      reader.lossyName('the name of an argument');
      readSort(reader);
      reader.leb32('the index of an argument');
    });
    const exports = component?.kind === 'component' ? component.exports : undefined;
    scope.define({ kind: 'instance', exports });
    return;
  }
  if (form !== 0x01) reader.fail(`there is no instance with the code ${form}`, at);
  const exports = new Map<string, Item>();
  many(reader, () => {
    const name = readExternName(reader);
    const sort = readSort(reader);
    const index = reader.leb32('the index of an export');
    const item = sort === undefined ? undefined : scope.item(sort, index);
    if (item !== undefined) exports.set(name, item);
  });
  scope.define({ kind: 'instance', exports });
}

/** Functions that make, drop and look into resources; the index of a type follows. */
const RESOURCE_FUNCTIONS: ReadonlySet<number> = new Set([0x02, 0x03, 0x04, 0x07]);
const LIFT = 0x00;
const LOWER = 0x01;
/** Options that are followed by an index: memory, realloc, post-return, callback, core type. */
const INDEXED_OPTIONS: ReadonlySet<number> = new Set([0x03, 0x04, 0x05, 0x07, 0x08]);
const OPTIONS_MAX = 100;

function readCanonical(reader: ByteReader, scope: Scope): void {
  const at = reader.offset;
  const code = reader.u8('a canonical function');
  if (code === LIFT || code === LOWER) {
    reader.u8('a canonical function');
    reader.leb32('the index of a function');
    readOptions(reader);
    if (code === LOWER) return;
    const definition = scope.types[reader.leb32('the index of a type')];
    const type = definition?.kind === 'function' ? definition.type : undefined;
    scope.define({ kind: 'function', type });
    return;
  }
  if (!RESOURCE_FUNCTIONS.has(code)) {
    reader.fail(`it has an asynchronous function (0x${code.toString(16)})`, at);
  }
  reader.leb32('the index of a type');
}

function readOptions(reader: ByteReader): void {
  const count = reader.count('the number of options', OPTIONS_MAX);
  for (let index = 0; index < count; index++) {
    const option = reader.u8('an option');
    if (INDEXED_OPTIONS.has(option)) reader.leb32('the index of an option');
  }
}
