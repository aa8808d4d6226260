import type { ByteReader } from '../../wasm/index.ts';
import { readOffset, readUnit } from '../attribute-form.ts';
import type { DebugSections } from '../debug-sections.ts';
import { Abbreviations } from './abbreviations.ts';
import type { Entry } from './entry.ts';
import { Unit, type UnitHeader, type UnitOwner } from './unit.ts';

/** DW_UT_* of DWARF 5, section 7.5.1. */
const TYPE_UNITS: ReadonlySet<number> = new Set([0x02, 0x06]);
const SPLIT_UNITS: ReadonlySet<number> = new Set([0x04, 0x05]);
const VERSION_MIN = 2;
const VERSION_MAX = 5;

type UnitSection = '.debug_info' | '.debug_types';

/** All units of a module. What damage hides is left out, and `onProblem` is told. */
export class Units {
  /** In the order of the file; those of `.debug_types` are the last. */
  readonly all: readonly Unit[];
  private readonly infoCount: number;
  private readonly bySignature = new Map<bigint, Unit>();
  private readonly abbreviations: Abbreviations;
  private readonly owner: UnitOwner;

  constructor(
    private readonly sections: DebugSections,
    onProblem: (error: unknown) => void,
  ) {
    this.abbreviations = new Abbreviations(sections);
    this.owner = {
      onProblem,
      entryAt: (offset) => this.entryAt(offset),
      typeOf: (signature) => this.typeOf(signature),
    };
    const info = this.read('.debug_info');
    this.infoCount = info.length;
    this.all = [...info, ...this.read('.debug_types')];
    for (const unit of this.all) {
      const { type } = unit.header;
      if (type !== undefined && !this.bySignature.has(type.signature)) {
        this.bySignature.set(type.signature, unit);
      }
    }
  }

  /** The units that were compiled from sources. */
  get compiled(): readonly Unit[] {
    return this.all.filter(({ header }) => header.kind === 'compile');
  }

  /** The entry at an offset into `.debug_info`. */
  entryAt(offset: number): Entry | undefined {
    return this.unitAt(offset)?.entryAt(offset);
  }

  /** The type that a type unit defines. */
  typeOf(signature: bigint): Entry | undefined {
    const unit = this.bySignature.get(signature);
    const offset = unit?.header.type?.offset;
    return offset === undefined ? undefined : unit?.entryAt(unit.header.start + offset);
  }

  private unitAt(offset: number): Unit | undefined {
    let low = 0;
    let high = this.infoCount;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.all[middle] as Unit).header.end <= offset) low = middle + 1;
      else high = middle;
    }
    return low < this.infoCount ? this.all[low] : undefined;
  }

  private read(section: UnitSection): Unit[] {
    const units: Unit[] = [];
    const reader = this.sections.reader(section);
    const sectionStart = reader.offset;
    try {
      while (!reader.done) {
        const start = reader.offset - sectionStart;
        const { unit: rest, offsetBytes } = readUnit(reader);
        try {
          const header = readHeader(rest, section, start, offsetBytes, sectionStart);
          units.push(this.unit(header, sectionStart));
        } catch (error) {
          this.owner.onProblem(error);
        }
      }
    } catch (error) {
      this.owner.onProblem(error);
    }
    return units;
  }

  private unit(header: UnitHeader, sectionStart: number): Unit {
    const table = this.abbreviations.table(header.abbreviations, header.encoding);
    return new Unit(header, sectionStart, table, this.sections, this.owner);
  }
}

/** @param rest the unit without its length */
function readHeader(
  rest: ByteReader,
  section: UnitSection,
  start: number,
  offsetBytes: 4 | 8,
  sectionStart: number,
): UnitHeader {
  const version = rest.u16('a version');
  if (version < VERSION_MIN || version > VERSION_MAX) {
    rest.fail(`a unit has the unknown version ${version}`);
  }
  const unitType = version >= 5 ? rest.u8('a unit type') : 0;
  let addressBytes = version >= 5 ? rest.u8('the size of an address') : 0;
  const abbreviations = readOffset(rest, { offsetBytes });
  if (version < 5) addressBytes = rest.u8('the size of an address');
  const isType = section === '.debug_types' || TYPE_UNITS.has(unitType);
  let type: UnitHeader['type'];
  if (isType) {
    const signature = rest.big64('the name of a type unit');
    type = { signature, offset: readOffset(rest, { offsetBytes }) };
  } else if (SPLIT_UNITS.has(unitType)) rest.skip(8, 'the id of a split unit');
  return {
    section,
    kind: isType ? 'type' : 'compile',
    encoding: { version, offsetBytes, addressBytes: addressBytes === 8 ? 8 : 4 },
    abbreviations,
    start,
    first: rest.offset - sectionStart,
    end: rest.end - sectionStart,
    type,
  };
}
