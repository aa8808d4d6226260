import type { ByteReader } from '../wasm/index.ts';
import { type Encoding, type FormValue, readForm, readOffset, readUnit } from './attribute-form.ts';
import type { DebugSections } from './debug-sections.ts';

/** What the first entry of a unit in `.debug_info` says about one compilation. */
export interface CompileUnit {
  /** Where its line table starts in `.debug_line`. */
  readonly lineTable: number;
  /** The source file, as the compiler was given it. */
  readonly name: string | undefined;
  /** The directory that the compiler ran in. */
  readonly directory: string | undefined;
}

const ATTRIBUTE = { name: 0x03, lineTable: 0x10, directory: 0x1b, stringOffsets: 0x72 };

/** What follows the usual header of a DWARF 5 unit, in bytes: ids of split and type units. */
const UNIT_TYPE = { skeleton: 0x04, splitCompile: 0x05, type: 0x02, splitType: 0x06 };

const FORM_INDIRECT = 0x16;
const FORM_IMPLICIT_CONST = 0x21;

/** Abbreviations read while searching for those of first entries, over the whole module. */
const ABBREVIATION_STEPS_MAX = 5_000_000;
const ATTRIBUTE_COUNT_MAX = 1_000;
const VERSION_MIN = 2;
const VERSION_MAX = 5;

interface AttributeSpec {
  readonly attribute: number;
  readonly form: number;
}

/**
 * Reads the first entry of every unit. What damage hides is left out, and `onProblem` is told.
 */
export function readCompileUnits(
  sections: DebugSections,
  onProblem: (error: unknown) => void,
): CompileUnit[] {
  const units: CompileUnit[] = [];
  const reader = sections.reader('.debug_info');
  const budget = { steps: ABBREVIATION_STEPS_MAX };
  try {
    while (!reader.done) {
      const { unit, offsetBytes } = readUnit(reader);
      try {
        const found = readCompileUnit(unit, offsetBytes, sections, budget);
        if (found !== undefined) units.push(found);
      } catch (error) {
        onProblem(error);
      }
    }
  } catch (error) {
    onProblem(error);
  }
  return units;
}

function readCompileUnit(
  reader: ByteReader,
  offsetBytes: 4 | 8,
  sections: DebugSections,
  budget: { steps: number },
): CompileUnit | undefined {
  const version = reader.u16('a version');
  if (version < VERSION_MIN || version > VERSION_MAX) {
    reader.fail(`a unit has the unknown version ${version}`);
  }
  const unitType = version >= 5 ? reader.u8('a unit type') : 0;
  let addressBytes = version >= 5 ? reader.u8('the size of an address') : 0;
  const abbreviations = readOffset(reader, { offsetBytes });
  if (version < 5) addressBytes = reader.u8('the size of an address');
  if (unitType === UNIT_TYPE.type || unitType === UNIT_TYPE.splitType) return undefined;
  if (unitType === UNIT_TYPE.skeleton || unitType === UNIT_TYPE.splitCompile) {
    reader.skip(8, 'the id of a split unit');
  }
  const code = reader.leb64('an abbreviation');
  if (code === 0) return undefined;
  const specs = findAbbreviation(sections.readerAt('.debug_abbrev', abbreviations), code, budget);
  const encoding: Encoding = { version, offsetBytes, addressBytes };
  return toCompileUnit(readAttributes(reader, specs, encoding, sections), encoding, sections);
}

/** The attributes of the abbreviation `code`, which is almost always the first of its table. */
function findAbbreviation(
  reader: ByteReader,
  code: number,
  budget: { steps: number },
): AttributeSpec[] {
  for (;;) {
    const start = reader.offset;
    const found = reader.leb64('an abbreviation');
    if (found === 0) return reader.fail(`there is no abbreviation ${code}`, start);
    reader.leb64('a tag');
    reader.u8('a flag');
    const specs: AttributeSpec[] = [];
    for (;;) {
      budget.steps -= 1;
      if (budget.steps < 0) reader.fail('there are too many abbreviations');
      const attribute = reader.leb64('an attribute');
      const form = reader.leb64('a form');
      if (form === FORM_IMPLICIT_CONST) reader.signedLeb64('a constant');
      if (attribute === 0 && form === 0) break;
      if (specs.length === ATTRIBUTE_COUNT_MAX) reader.fail('an entry has too many attributes');
      specs.push({ attribute, form });
    }
    if (found === code) return specs;
  }
}

function readAttributes(
  reader: ByteReader,
  specs: readonly AttributeSpec[],
  encoding: Encoding,
  sections: DebugSections,
): Map<number, FormValue> {
  const values = new Map<number, FormValue>();
  for (const { attribute, form } of specs) {
    const real = form === FORM_INDIRECT ? reader.leb64('a form') : form;
    values.set(attribute, readForm(reader, real, encoding, sections));
  }
  return values;
}

function toCompileUnit(
  values: ReadonlyMap<number, FormValue>,
  encoding: Encoding,
  sections: DebugSections,
): CompileUnit | undefined {
  const lineTable = values.get(ATTRIBUTE.lineTable);
  if (lineTable?.kind !== 'number') return undefined;
  const base = values.get(ATTRIBUTE.stringOffsets);
  const text = (value: FormValue | undefined): string | undefined => {
    if (value?.kind === 'string') return value.text;
    if (value?.kind !== 'string-index') return undefined;
    const table = base?.kind === 'number' ? base.number : 2 * encoding.offsetBytes;
    return indexedString(value.index, table, encoding, sections);
  };
  return {
    lineTable: lineTable.number,
    name: text(values.get(ATTRIBUTE.name)),
    directory: text(values.get(ATTRIBUTE.directory)),
  };
}

function indexedString(
  index: number,
  table: number,
  encoding: Encoding,
  sections: DebugSections,
): string {
  const reader = sections.readerAt('.debug_str_offsets', table + index * encoding.offsetBytes);
  return sections.string('.debug_str', readOffset(reader, encoding));
}
