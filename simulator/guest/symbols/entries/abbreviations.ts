import type { ByteReader } from '../../wasm/index.ts';
import {
  type Encoding,
  FORM_IMPLICIT_CONSTANT,
  type FormValue,
  formLength,
} from '../attribute-form.ts';
import type { DebugSections } from '../debug-sections.ts';

export interface AttributeSpec {
  readonly attribute: number;
  readonly form: number;
  /** The value itself, where the form keeps it here. */
  readonly constant: FormValue | undefined;
}

/** The shape that many entries share: DWARF 5, section 7.5.3. */
export interface Abbreviation {
  readonly tag: number;
  readonly hasChildren: boolean;
  readonly specs: readonly AttributeSpec[];
  /** How many bytes the attributes take; undefined where entries differ. */
  readonly byteLength: number | undefined;
}

/** Over a whole module; a large program has some hundred for each unit. */
const SPEC_COUNT_MAX = 5_000_000;
const SPECS_OF_ENTRY_MAX = 1_000;

/** The tables of abbreviations of a module, each read when an entry of it is first wanted. */
export class Abbreviations {
  private readonly tables = new Map<string, AbbreviationTable>();
  private readonly budget = { specs: SPEC_COUNT_MAX };

  constructor(private readonly sections: DebugSections) {}

  /** The table at an offset into `.debug_abbrev`; throws DebugInfoError when outside. */
  table(offset: number, encoding: Encoding): AbbreviationTable {
    const key = `${offset} ${encoding.version} ${encoding.offsetBytes} ${encoding.addressBytes}`;
    const known = this.tables.get(key);
    if (known !== undefined) return known;
    const reader = this.sections.readerAt('.debug_abbrev', offset);
    const table = new AbbreviationTable(reader, encoding, this.budget);
    this.tables.set(key, table);
    return table;
  }
}

/** One table, read only as far as it was needed. */
export class AbbreviationTable {
  private readonly byCode = new Map<number, Abbreviation>();
  private ended = false;

  constructor(
    private readonly reader: ByteReader,
    private readonly encoding: Encoding,
    private readonly budget: { specs: number },
  ) {}

  /** Throws DebugInfoError when there is none of this code. */
  get(code: number): Abbreviation {
    for (;;) {
      const known = this.byCode.get(code);
      if (known !== undefined) return known;
      if (this.ended) return this.reader.fail(`there is no abbreviation ${code}`);
      this.readNext();
    }
  }

  private readNext(): void {
    const { reader } = this;
    // What follows damage would be read out of step.
    this.ended = true;
    const code = reader.leb64('an abbreviation');
    if (code === 0) return;
    const tag = reader.leb64('a tag');
    const hasChildren = reader.u8('a flag') !== 0;
    const specs: AttributeSpec[] = [];
    let byteLength: number | undefined = 0;
    for (;;) {
      this.budget.specs -= 1;
      if (this.budget.specs < 0) reader.fail('there are too many abbreviations');
      const attribute = reader.leb64('an attribute');
      const form = reader.leb64('a form');
      const constant = form === FORM_IMPLICIT_CONSTANT ? this.readConstant() : undefined;
      if (attribute === 0 && form === 0) break;
      if (specs.length === SPECS_OF_ENTRY_MAX) reader.fail('an entry has too many attributes');
      const length = formLength(form, this.encoding);
      byteLength =
        byteLength === undefined || length === undefined ? undefined : byteLength + length;
      specs.push({ attribute, form, constant });
    }
    // Of two with one code the first holds, as where a reader stops at the one it looks for.
    if (!this.byCode.has(code)) this.byCode.set(code, { tag, hasChildren, specs, byteLength });
    this.ended = false;
  }

  private readConstant(): FormValue {
    return { kind: 'number', number: this.reader.signedLeb64('a constant') };
  }
}
