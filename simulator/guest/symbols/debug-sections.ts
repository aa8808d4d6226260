import { type ByteRange, ByteReader, findCustomSection, type Section } from '../wasm/index.ts';
import { DebugInfoError, damagedDebugInfo } from './debug-info-error.ts';

/** A path longer than this is cut: no file system has one, and damage may make one. */
const STRING_LENGTH_MAX = 4096;

/** The strings of one module together; tables that share strings in hostile ways end here. */
const STRINGS_LENGTH_MAX = 256 * 2 ** 20;

export type StringSection = '.debug_str' | '.debug_line_str';
export type DebugSectionName =
  | StringSection
  | '.debug_line'
  | '.debug_info'
  | '.debug_types'
  | '.debug_abbrev'
  | '.debug_addr'
  | '.debug_ranges'
  | '.debug_rnglists'
  | '.debug_loc'
  | '.debug_loclists'
  | '.debug_str_offsets';

/** The custom sections of a module that hold its DWARF. */
export class DebugSections {
  private readonly strings = new Map<string, string>();
  private stringsLength = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly sections: readonly Section[],
  ) {}

  has(name: DebugSectionName): boolean {
    return findCustomSection(this.sections, name) !== undefined;
  }

  /** A reader of a whole section, or of nothing when the module has no such section. */
  reader(name: DebugSectionName): ByteReader {
    const payload = findCustomSection(this.sections, name)?.payload ?? { start: 0, end: 0 };
    return new ByteReader(this.bytes, payload, damagedDebugInfo);
  }

  /** A reader of part of the module. */
  readerOf(range: ByteRange): ByteReader {
    return new ByteReader(this.bytes, range, damagedDebugInfo);
  }

  /** A reader that starts `offset` bytes into a section; throws DebugInfoError when outside. */
  readerAt(name: DebugSectionName, offset: number): ByteReader {
    const reader = this.reader(name);
    reader.skip(offset, `an offset into ${name}`);
    return reader;
  }

  /** The string at an offset into a section of strings. */
  string(section: StringSection, offset: number): string {
    const key = `${section} ${offset}`;
    const known = this.strings.get(key);
    if (known !== undefined) return known;
    const reader = this.readerAt(section, offset);
    const text = reader.cString('a string', STRING_LENGTH_MAX);
    this.count(text, reader.offset);
    this.strings.set(key, text);
    return text;
  }

  /** The string that starts where `reader` is. */
  inlineString(reader: ByteReader): string {
    const text = reader.cString('a string', STRING_LENGTH_MAX);
    this.count(text, reader.offset);
    return text;
  }

  private count(text: string, offset: number): void {
    this.stringsLength += text.length;
    if (this.stringsLength > STRINGS_LENGTH_MAX) {
      throw new DebugInfoError(`more than ${STRINGS_LENGTH_MAX} characters of strings`, offset);
    }
  }
}
