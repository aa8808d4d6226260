import type { ByteReader } from '../wasm/index.ts';
import { type Item, type ItemSort, type Scope, unknownItem } from './scope.ts';

const SORTS = new Map<number, ItemSort>([
  [0x01, 'function'],
  [0x03, 'type'],
  [0x04, 'component'],
  [0x05, 'instance'],
]);
const CORE = 0x00;
const NAME_OPTIONS_MAX = 100;

/** The sort of an index; undefined for core things and values, of which no types are needed. */
export function readSort(reader: ByteReader): ItemSort | undefined {
  const code = reader.u8('a sort');
  if (code === CORE) reader.u8('a core sort');
  return SORTS.get(code);
}

/** The name of an import or export, with its version: `wasi:cli/run@0.2.6`. */
export function readExternName(reader: ByteReader): string {
  const at = reader.offset;
  const form = reader.u8('the form of a name');
  if (form > 2) reader.fail(`there is no form ${form} of names`, at);
  const name = reader.name('the name of an import or export');
  if (form === 2) {
    const count = reader.count('the number of options of a name', NAME_OPTIONS_MAX);
    for (let index = 0; index < count; index++) {
      reader.u8('an option of a name');
      reader.lossyName('an option of a name');
    }
  }
  return name;
}

/** What an import or export is said to be. */
export function readDescription(reader: ByteReader, scope: Scope): Item {
  const at = reader.offset;
  const code = reader.u8('a description');
  switch (code) {
    case 0x00:
      reader.u8('a core sort');
      reader.leb32('the index of a core type');
      return { kind: 'other' };
    case 0x01: {
      const definition = scope.types[reader.leb32('the index of a type')];
      return definition?.kind === 'function'
        ? { kind: 'function', type: definition.type }
        : unknownItem('function');
    }
    case 0x02:
      return reader.fail('values cannot be imported or exported', at);
    case 0x03:
      return readTypeBound(reader, scope);
    case 0x04:
      reader.leb32('the index of a type');
      return unknownItem('component');
    case 0x05: {
      const definition = scope.types[reader.leb32('the index of a type')];
      return definition?.kind === 'instance'
        ? { kind: 'instance', exports: definition.exports }
        : unknownItem('instance');
    }
    default:
      return reader.fail(`there is no description with the code ${code}`, at);
  }
}

function readTypeBound(reader: ByteReader, scope: Scope): Item {
  const at = reader.offset;
  const bound = reader.u8('the bound of a type');
  if (bound === 0x01) return unknownItem('type');
  if (bound !== 0x00) reader.fail(`there is no bound of types with the code ${bound}`, at);
  return scope.item('type', reader.leb32('the index of a type')) ?? unknownItem('type');
}

/** Reads an alias and gives what it names its index. */
export function readAlias(reader: ByteReader, scope: Scope): void {
  const sort = readSort(reader);
  const at = reader.offset;
  const target = reader.u8('the target of an alias');
  switch (target) {
    case 0x00: {
      const instance = scope.instances[reader.leb32('the index of an instance')];
      const name = reader.name('the name of an export');
      if (sort === undefined) return;
      const found = instance?.kind === 'instance' ? instance.exports?.get(name) : undefined;
      scope.define(found?.kind === sort ? found : unknownItem(sort));
      return;
    }
    case 0x01:
      reader.leb32('the index of a core instance');
      reader.lossyName('the name of an export');
      return;
    case 0x02: {
      const levels = reader.leb32('the level of an alias');
      const index = reader.leb32('the index of an alias');
      if (sort === undefined) return;
      scope.define(scope.outer(levels)?.item(sort, index) ?? unknownItem(sort));
      return;
    }
    default:
      reader.fail(`there is no target of aliases with the code ${target}`, at);
  }
}
