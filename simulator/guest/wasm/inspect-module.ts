import { type ByteRange, ByteReader } from './byte-reader.ts';
import { Findings } from './findings.ts';
import { type FunctionType, readTypes } from './function-type.ts';
import { type Limits, readLimits } from './limits.ts';
import { malformedModule } from './module-error.ts';
import type {
  CoreModule,
  Export,
  ExternalKind,
  FunctionBodies,
  GlobalType,
  Import,
  ImportType,
  ModuleInfo,
  TableType,
} from './module-info.ts';
import { recognise } from './recognise.ts';
import { findCustomSection, readSections, type Section, type SectionName } from './section.ts';
import { type GcListener, readValueType } from './value-type.ts';

/** What V8 allows (its `wasm-limits.h`), or more. */
const ITEM_COUNT_MAX = 1_000_000;

const EXTERNAL_KINDS: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag'];

const TABLE_WITH_INITIALIZER = 0x40;

/**
 * Reads what the engine must know of a module. Function bodies are only searched for instructions
 * that the engine refuses: whether they are valid is for WebAssembly.compile to say.
 * Throws ModuleError for a file that is not WebAssembly, is cut short, or is malformed.
 */
export function inspectModule(bytes: Uint8Array): ModuleInfo {
  const kind = recognise(bytes);
  if (kind === 'component') return { kind, byteLength: bytes.length };
  return new ModuleInspector(bytes).read();
}

class ModuleInspector {
  private readonly sections: readonly Section[];
  private readonly findings = new Findings();
  private types: (FunctionType | undefined)[] = [];
  private readonly imports: Import[] = [];
  private readonly memories: Limits[] = [];
  private readonly tables: TableType[] = [];
  private readonly globals: GlobalType[] = [];
  private readonly functionTypes: number[] = [];
  private readonly onGc: GcListener = (offset, what) =>
    this.findings.add({ feature: 'gc', what: `has ${what}`, offset });

  constructor(private readonly bytes: Uint8Array) {
    this.sections = readSections(bytes);
  }

  read(): CoreModule {
    this.types = this.section('type', [], (reader) => readTypes(reader, this.onGc));
    this.items('import', (reader) => this.imports.push(this.readImport(reader)));
    const functionsImported = this.functionTypes.length;
    this.items('function', (reader) => this.functionTypes.push(reader.leb32('a function')));
    this.items('table', (reader) => this.tables.push(this.readTable(reader)));
    this.items('memory', (reader) => this.memories.push(this.readMemory(reader)));
    this.items('global', (reader) => this.globals.push(this.readGlobal(reader)));
    const exports: Export[] = [];
    this.items('export', (reader) => exports.push(readExport(reader)));
    const startFunction = this.section('start', undefined, (reader) => reader.leb32('a function'));
    const bodies = this.readBodies(this.functionTypes.length - functionsImported);
    this.findings.scanBodies(this.bytes, bodies, functionsImported);
    this.findObjectFile();
    return {
      kind: 'module',
      byteLength: this.bytes.length,
      sections: this.sections,
      customSections: this.sections.filter(({ kind }) => kind === 'custom').map(({ name }) => name),
      types: this.types,
      imports: this.imports,
      exports,
      memories: this.memories,
      tables: this.tables,
      globals: this.globals,
      functionTypes: this.functionTypes,
      functionsImported,
      code: this.sections.find(({ kind }) => kind === 'code')?.payload,
      bodies,
      startFunction,
      findings: this.findings.list(),
    };
  }

  /** Reads a section as a whole, or gives `absent`; it must be read to its last byte. */
  private section<T>(kind: SectionName, absent: T, read: (reader: ByteReader) => T): T {
    const section = this.sections.find((each) => each.kind === kind);
    if (section === undefined) return absent;
    const reader = new ByteReader(this.bytes, section.payload, malformedModule);
    const value = read(reader);
    if (!reader.done) reader.fail(`the ${kind} section has ${reader.remaining} bytes too many`);
    return value;
  }

  private items(kind: SectionName, readItem: (reader: ByteReader) => void): void {
    this.section(kind, undefined, (reader) => {
      const count = reader.count(`the number of items in the ${kind} section`, ITEM_COUNT_MAX);
      for (let index = 0; index < count; index++) readItem(reader);
    });
  }

  private readImport(reader: ByteReader): Import {
    const module = reader.name('the module of an import');
    const name = reader.name('the name of an import');
    return { ...this.readImportType(reader), module, name };
  }

  private readImportType(reader: ByteReader): ImportType {
    const kind = readExternalKind(reader);
    switch (kind) {
      case 'function': {
        const index = reader.leb32('a function');
        this.functionTypes.push(index);
        return { kind, type: this.types[index] };
      }
      case 'table': {
        const type = this.readTableType(reader);
        this.tables.push(type);
        return { kind, type };
      }
      case 'memory': {
        const type = this.readMemory(reader);
        this.memories.push(type);
        return { kind, type };
      }
      case 'global': {
        const type = this.readGlobalType(reader);
        this.globals.push(type);
        return { kind, type };
      }
      case 'tag':
        reader.u8('a tag');
        return { kind, type: this.types[reader.leb32('a tag')] };
    }
  }

  private readMemory(reader: ByteReader): Limits {
    const limits = readLimits(reader);
    if (limits.shared) {
      const offset = limits.range.start;
      this.findings.add({ feature: 'threads', what: 'has a shared memory', offset });
    }
    return limits;
  }

  private readTable(reader: ByteReader): TableType {
    if (this.bytes[reader.offset] !== TABLE_WITH_INITIALIZER) return this.readTableType(reader);
    reader.skip(2, 'a table with an initializer');
    const type = this.readTableType(reader);
    this.skipConstant(reader);
    return type;
  }

  private readTableType(reader: ByteReader): TableType {
    return { type: readValueType(reader, this.onGc), limits: readLimits(reader) };
  }

  private readGlobal(reader: ByteReader): GlobalType {
    const type = this.readGlobalType(reader);
    this.skipConstant(reader);
    return type;
  }

  private readGlobalType(reader: ByteReader): GlobalType {
    const type = readValueType(reader, this.onGc);
    return { type, mutable: reader.u8('the mutability of a global') === 1 };
  }

  private skipConstant(reader: ByteReader): void {
    const range: ByteRange = { start: reader.offset, end: reader.end };
    reader.offset = this.findings.scanConstant(this.bytes, range);
  }

  private readBodies(functionsDefined: number): FunctionBodies {
    const none = {
      heads: new Uint32Array(0),
      starts: new Uint32Array(0),
      ends: new Uint32Array(0),
    };
    const bodies = this.section('code', none, (reader) => {
      const start = reader.offset;
      const count = reader.count('the number of functions', ITEM_COUNT_MAX);
      if (count !== functionsDefined) {
        reader.fail(`${functionsDefined} functions are declared, but ${count} have code`, start);
      }
      return readBodies(reader, count);
    });
    if (bodies.heads.length !== functionsDefined) {
      const end = this.bytes.length;
      throw malformedModule(`${functionsDefined} functions are declared, but none has code`, end);
    }
    return bodies;
  }

  /** A linker leaves a `linking` section only in objects; their memory is for it to provide. */
  private findObjectFile(): void {
    const dynamic = findCustomSection(this.sections, 'dylink.0');
    const linking = findCustomSection(this.sections, 'linking');
    const unlinked = this.imports.some(({ name }) => name === '__linear_memory');
    if (dynamic !== undefined) {
      const what = 'is a shared library';
      this.findings.add({ feature: 'object-file', what, offset: dynamic.header });
    } else if (linking !== undefined && unlinked) {
      const what = 'is an object file';
      this.findings.add({ feature: 'object-file', what, offset: linking.header });
    }
  }
}

function readBodies(reader: ByteReader, count: number): FunctionBodies {
  const heads = new Uint32Array(count);
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let index = 0; index < count; index++) {
    heads[index] = reader.offset;
    const size = reader.leb32('the size of a function');
    starts[index] = reader.offset;
    reader.skip(size, 'the code of a function');
    ends[index] = reader.offset;
  }
  return { heads, starts, ends };
}

function readExport(reader: ByteReader): Export {
  const name = reader.name('the name of an export');
  return { name, kind: readExternalKind(reader), index: reader.leb32('the index of an export') };
}

function readExternalKind(reader: ByteReader): ExternalKind {
  const start = reader.offset;
  const byte = reader.u8('a kind of import or export');
  const kind = EXTERNAL_KINDS[byte];
  return kind ?? reader.fail(`0x${byte.toString(16)} is not a kind of import or export`, start);
}
