import type { ByteReader } from '../../wasm/index.ts';
import {
  type Encoding,
  type FormValue,
  readForm,
  readOffset,
  skipForm,
} from '../attribute-form.ts';
import type { DebugSections } from '../debug-sections.ts';
import type { Abbreviation, AbbreviationTable, AttributeSpec } from './abbreviations.ts';
import { type CodeRange, codeRanges } from './code-ranges.ts';
import { ATTRIBUTE, type SourceLanguage, sourceLanguage } from './dwarf-codes.ts';
import { Entry } from './entry.ts';
import { EntryTree } from './entry-tree.ts';

/** What the header of a unit says: DWARF 5, section 7.5.1. Offsets count from the section. */
export interface UnitHeader {
  readonly section: '.debug_info' | '.debug_types';
  readonly kind: 'compile' | 'type';
  readonly encoding: Encoding;
  /** Into `.debug_abbrev`. */
  readonly abbreviations: number;
  readonly start: number;
  /** Where its first entry is. */
  readonly first: number;
  readonly end: number;
  /** Of a type unit: its name for others, and where the type is, from the start of the unit. */
  readonly type: { readonly signature: bigint; readonly offset: number } | undefined;
}

/** What a unit needs of all of them. */
export interface UnitOwner {
  readonly onProblem: (error: unknown) => void;
  entryAt(offset: number): Entry | undefined;
  typeOf(signature: bigint): Entry | undefined;
}

/**
 * A unit of `.debug_info`: what was compiled in one go. Reads its first entry when it is made, and
 * the tree of all of them when it is first asked for one.
 */
export class Unit {
  private readTree: EntryTree | undefined;
  private readonly reader: ByteReader;
  private readonly rootValues = new Map<number, FormValue>();

  /**
   * Throws DebugInfoError when the first entry is damaged.
   *
   * @param sectionStart where the section starts in the module
   */
  constructor(
    readonly header: UnitHeader,
    private readonly sectionStart: number,
    private readonly abbreviations: AbbreviationTable,
    readonly sections: DebugSections,
    private readonly owner: UnitOwner,
  ) {
    const { first, end } = header;
    this.reader = sections.readerOf({ start: sectionStart + first, end: sectionStart + end });
    if (first >= end) return;
    const code = this.reader.leb64('an abbreviation');
    if (code === 0) return;
    for (const spec of abbreviations.get(code).specs) {
      this.rootValues.set(spec.attribute, this.readAttribute(spec));
    }
  }

  get encoding(): Encoding {
    return this.header.encoding;
  }

  get language(): SourceLanguage {
    return sourceLanguage(this.rootNumber(ATTRIBUTE.language));
  }

  /** An attribute of its first entry that is a number, or an offset into another section. */
  rootNumber(attribute: number): number | undefined {
    const value = this.rootValues.get(attribute);
    if (value?.kind === 'number') return value.number;
    return value?.kind === 'offset' ? value.offset : undefined;
  }

  /** What the offsets in its lists of ranges and locations count from. */
  get lowAddress(): number | undefined {
    const value = this.rootValues.get(ATTRIBUTE.lowAddress);
    return value === undefined ? undefined : this.address(value);
  }

  /** The code that was compiled from it; none when it does not say. */
  codeRanges(): CodeRange[] {
    const root = this.root;
    return root === undefined ? [] : codeRanges(root);
  }

  /** The file that has all but its first entry, as split DWARF makes it; mostly undefined. */
  get splitName(): string | undefined {
    return this.rootText(ATTRIBUTE.splitName) ?? this.rootText(ATTRIBUTE.oldSplitName);
  }

  rootText(attribute: number): string | undefined {
    const value = this.rootValues.get(attribute);
    return value === undefined ? undefined : this.text(value);
  }

  /** Its entries; those behind damage are left out. */
  get tree(): EntryTree {
    if (this.readTree === undefined) {
      this.readTree = new EntryTree();
      try {
        this.fillTree(this.readTree);
      } catch (error) {
        this.owner.onProblem(error);
      } finally {
        this.readTree.finish();
      }
    }
    return this.readTree;
  }

  get root(): Entry | undefined {
    return this.tree.length === 0 ? undefined : new Entry(this, 0);
  }

  /** The entry at an offset from the start of the section; undefined when none begins there. */
  entryAt(offset: number): Entry | undefined {
    const index = this.tree.indexOf(offset);
    return index === undefined ? undefined : new Entry(this, index);
  }

  /** A value of an entry; undefined when it has none. Throws DebugInfoError at damage. */
  attribute(index: number, attribute: number): FormValue | undefined {
    const { specs } = this.tree.abbreviation(index);
    if (!specs.some((spec) => spec.attribute === attribute)) return undefined;
    const { reader } = this;
    reader.offset = this.sectionStart + this.tree.offset(index);
    reader.skipLeb('an abbreviation');
    for (const spec of specs) {
      if (spec.attribute === attribute) return this.readAttribute(spec);
      skipForm(reader, spec.form, this.encoding, this.sections);
    }
    return undefined;
  }

  /** The entry that a value names; undefined when it names none. */
  referred(value: FormValue): Entry | undefined {
    switch (value.kind) {
      case 'unit-reference':
        return this.entryAt(this.header.start + value.offset);
      case 'reference':
        return this.owner.entryAt(value.offset);
      case 'signature':
        return this.owner.typeOf(value.signature);
      default:
        return undefined;
    }
  }

  /** A string, or the one that an index stands for. */
  text(value: FormValue): string | undefined {
    if (value.kind === 'string') return value.text;
    if (value.kind !== 'string-index') return undefined;
    const { encoding } = this;
    // Split DWARF 4 has tables without a header.
    const missing = encoding.version >= 5 ? 2 * encoding.offsetBytes : 0;
    const base = this.rootNumber(ATTRIBUTE.stringOffsets) ?? missing;
    const offset = base + value.index * encoding.offsetBytes;
    const reader = this.sections.readerAt('.debug_str_offsets', offset);
    return this.sections.string('.debug_str', readOffset(reader, encoding));
  }

  /** An address, or the one that an index stands for. */
  address(value: FormValue): number | undefined {
    if (value.kind === 'address') return value.address;
    return value.kind === 'address-index' ? this.indexedAddress(value.index) : undefined;
  }

  indexedAddress(index: number): number {
    const { addressBytes } = this.encoding;
    const base = this.rootNumber(ATTRIBUTE.addressBase) ?? 8;
    const reader = this.sections.readerAt('.debug_addr', base + index * addressBytes);
    return addressBytes === 8 ? reader.u64('an address') : reader.u32('an address');
  }

  private fillTree(tree: EntryTree): void {
    const { header, reader, sectionStart } = this;
    let at = header.first;
    while (at < header.end) {
      reader.offset = sectionStart + at;
      const code = reader.leb64('an abbreviation');
      if (code === 0) {
        // Some producers pad a unit with entries of nothing after its first one.
        if (!tree.close()) return;
      } else {
        const abbreviation = this.abbreviations.get(code);
        if (!tree.open(at, abbreviation)) reader.fail('entries are nested too deeply');
        this.skipAttributes(abbreviation);
      }
      at = reader.offset - sectionStart;
    }
  }

  private skipAttributes({ byteLength, specs }: Abbreviation): void {
    if (byteLength !== undefined) this.reader.skip(byteLength, 'the attributes of an entry');
    else for (const { form } of specs) skipForm(this.reader, form, this.encoding, this.sections);
  }

  private readAttribute({ form, constant }: AttributeSpec): FormValue {
    return constant ?? readForm(this.reader, form, this.encoding, this.sections);
  }
}
