import { bytesToHex } from '@noble/hashes/utils.js';
import type { ByteReader } from '../wasm/index.ts';
import {
  type Encoding,
  type FormValue,
  isEmptyForm,
  readForm,
  readOffset,
} from './attribute-form.ts';
import type { CompileUnit } from './compile-unit.ts';
import type { DebugSections } from './debug-sections.ts';
import { type SourceFile, sourceFile } from './source-path.ts';

/** How to run the program of one line table (DWARF 5, section 6.2.4), and the program. */
export interface LineHeader {
  readonly encoding: Encoding;
  readonly instructionLengthMin: number;
  readonly operationsMax: number;
  readonly isStatementDefault: boolean;
  readonly lineBase: number;
  readonly lineRange: number;
  readonly opcodeBase: number;
  /** The number of operands of each standard opcode, from opcode 1. */
  readonly operandCounts: Uint8Array;
  /** By the number that the program uses: from 1 before DWARF 5, from 0 since. */
  readonly files: (SourceFile | undefined)[];
  /** Makes the source file of an entry that the program itself defines. */
  readonly fileIn: (name: string, directory: number) => SourceFile;
  readonly program: ByteReader;
}

const VERSION_MIN = 2;
const VERSION_MAX = 5;
const ADDRESS_BYTES_WASM32 = 4;
const ENTRY_COUNT_MAX = 1_000_000;

const CONTENT = { path: 1, directory: 2, md5: 5 };
const MD5_BYTES = 16;
/** What compilers write for a file that they did not read. */
const NO_MD5 = '0'.repeat(MD5_BYTES * 2);

/** Reads the header at the start of a unit of `.debug_line`; throws DebugInfoError. */
export function readLineHeader(
  unit: ByteReader,
  offsetBytes: 4 | 8,
  sections: DebugSections,
  compileUnit: CompileUnit | undefined,
): LineHeader {
  const version = unit.u16('a version');
  if (version < VERSION_MIN || version > VERSION_MAX) {
    unit.fail(`a line table has the unknown version ${version}`);
  }
  let addressBytes = ADDRESS_BYTES_WASM32;
  if (version >= 5) {
    addressBytes = unit.u8('the size of an address');
    unit.u8('the size of a segment selector');
  }
  const encoding: Encoding = { version, offsetBytes, addressBytes };
  const header = unit.sub(readOffset(unit, encoding), 'the header of a line table');
  const instructionLengthMin = header.u8('the length of an instruction');
  const operationsMax = version >= 4 ? header.u8('the number of operations') : 1;
  const isStatementDefault = header.u8('a flag') !== 0;
  const lineBase = header.i8('the line base');
  const lineRange = header.u8('the line range');
  const opcodeBase = header.u8('the first special opcode');
  if (opcodeBase === 0) header.fail('the first special opcode is 0');
  const operandCounts = header.slice(opcodeBase - 1, 'the lengths of opcodes');
  const tables =
    version >= 5
      ? readTables(header, encoding, sections, compileUnit)
      : readOldTables(header, sections, compileUnit);
  return {
    encoding,
    instructionLengthMin,
    operationsMax,
    isStatementDefault,
    lineBase,
    lineRange,
    opcodeBase,
    operandCounts,
    ...tables,
    program: unit,
  };
}

type Tables = Pick<LineHeader, 'files' | 'fileIn'>;

/** The tables of DWARF 2 to 4, where directory 0 is the compilation's and files count from 1. */
function readOldTables(
  header: ByteReader,
  sections: DebugSections,
  compileUnit: CompileUnit | undefined,
): Tables {
  const compilation = compileUnit?.directory;
  const directories: (string | undefined)[] = [undefined];
  for (;;) {
    const directory = sections.inlineString(header);
    if (directory === '') break;
    directories.push(directory);
  }
  const fileIn = (name: string, directory: number) =>
    sourceFile(name, directories[directory], compilation);
  const primary = compileUnit?.name;
  const files = [primary === undefined ? undefined : fileIn(primary, 0)];
  for (;;) {
    const name = sections.inlineString(header);
    if (name === '') break;
    files.push(fileIn(name, header.leb64('a directory')));
    header.leb64('a time');
    header.leb64('a size');
  }
  return { files, fileIn };
}

/** The tables of DWARF 5, which describe their own columns, and where directory 0 is a row. */
function readTables(
  header: ByteReader,
  encoding: Encoding,
  sections: DebugSections,
  compileUnit: CompileUnit | undefined,
): Tables {
  const directories: string[] = [];
  readEntries(header, encoding, sections, (path) => directories.push(path));
  const compilation = directories[0] ?? compileUnit?.directory;
  const fileIn = (name: string, directory: number, md5?: string) =>
    sourceFile(name, directory === 0 ? undefined : directories[directory], compilation, md5);
  const files: SourceFile[] = [];
  readEntries(header, encoding, sections, (path, directory, md5) => {
    files.push(fileIn(path, directory, md5));
  });
  return { files, fileIn };
}

function readEntries(
  header: ByteReader,
  encoding: Encoding,
  sections: DebugSections,
  add: (path: string, directory: number, md5: string | undefined) => void,
): void {
  const columns = Array.from({ length: header.u8('the number of columns') }, () => ({
    content: header.leb64('the content of a column'),
    form: header.leb64('the form of a column'),
  }));
  const start = header.offset;
  const count = header.count('the number of entries', ENTRY_COUNT_MAX);
  // Entries that take no bytes could be as many as the count claims, whatever the file's size.
  if (count > 0 && columns.every(({ form }) => isEmptyForm(form, encoding))) {
    header.fail('the entries of a table are empty', start);
  }
  for (let index = 0; index < count; index++) {
    let path = '';
    let directory = 0;
    let md5: string | undefined;
    for (const { content, form } of columns) {
      const value = readForm(header, form, encoding, sections);
      if (content === CONTENT.path) path = textOf(value);
      if (content === CONTENT.directory && value.kind === 'number') directory = value.number;
      if (content === CONTENT.md5) md5 = md5Of(value, sections);
    }
    add(path, directory, md5);
  }
}

function md5Of(value: FormValue, sections: DebugSections): string | undefined {
  if (value.kind !== 'block' || value.range.end - value.range.start !== MD5_BYTES) return undefined;
  const hex = bytesToHex(sections.readerOf(value.range).slice(MD5_BYTES, 'a checksum'));
  return hex === NO_MD5 ? undefined : hex;
}

/** No compiler uses the unit's own table of strings for paths, so its index is not followed. */
function textOf(value: FormValue): string {
  if (value.kind === 'string') return value.text;
  return value.kind === 'string-index' ? `file-${value.index}` : '';
}
