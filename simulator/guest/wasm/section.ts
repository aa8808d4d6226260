import { type ByteRange, ByteReader } from './byte-reader.ts';
import { malformedModule, truncatedModule } from './module-error.ts';

/** Where the first section begins: after the magic number and the version. */
export const HEADER_BYTES = 8;

/** More sections than this is an attack on memory, not a module. */
const SECTION_COUNT_MAX = 100_000;

/** Section ids with their names, in the order in which a module must have them. */
export const SECTION_ORDER = [
  [1, 'type'],
  [2, 'import'],
  [3, 'function'],
  [4, 'table'],
  [5, 'memory'],
  [13, 'tag'],
  [6, 'global'],
  [7, 'export'],
  [8, 'start'],
  [9, 'element'],
  [12, 'data count'],
  [10, 'code'],
  [11, 'data'],
] as const;

export type SectionName = (typeof SECTION_ORDER)[number][1];

const CUSTOM_ID = 0;
const NAME_BY_ID = new Map<number, SectionName>(SECTION_ORDER);

/** One section. `header` starts at the id byte; `payload` follows the size (and a custom name). */
export interface Section {
  readonly kind: SectionName | 'custom';
  /** The name of a custom section; the kind otherwise. */
  readonly name: string;
  readonly header: number;
  readonly payload: ByteRange;
}

/**
 * The sections of a core module in file order. Throws ModuleError when one is cut short, unknown,
 * repeated or out of order.
 */
export function readSections(bytes: Uint8Array): Section[] {
  const whole = { start: HEADER_BYTES, end: bytes.length };
  const reader = new ByteReader(bytes, whole, truncatedModule);
  const sections: Section[] = [];
  let lastRank = -1;
  while (!reader.done) {
    if (sections.length === SECTION_COUNT_MAX) {
      throw malformedModule(`more than ${SECTION_COUNT_MAX} sections`, reader.offset);
    }
    const section = readSection(reader);
    if (section.kind !== 'custom') {
      const rank = SECTION_ORDER.findIndex(([, name]) => name === section.kind);
      if (rank <= lastRank) {
        const problem = rank === lastRank ? 'repeated' : 'out of order';
        throw malformedModule(`the ${section.kind} section is ${problem}`, section.header);
      }
      lastRank = rank;
    }
    sections.push(section);
  }
  return sections;
}

function readSection(reader: ByteReader): Section {
  const header = reader.offset;
  const id = reader.u8('a section');
  const kind = id === CUSTOM_ID ? 'custom' : NAME_BY_ID.get(id);
  if (kind === undefined) throw malformedModule(`there is no section with the id ${id}`, header);
  const size = reader.leb32(`the size of the ${kind} section`);
  const start = reader.offset;
  reader.skip(size, `the ${kind} section`);
  const payload = { start, end: reader.offset };
  if (kind !== 'custom') return { kind, name: kind, header, payload };
  const content = new ByteReader(reader.bytes, payload, malformedModule);
  const name = content.lossyName('the name of a custom section');
  return { kind, name, header, payload: { start: content.offset, end: payload.end } };
}

/** The first custom section of that name. */
export function findCustomSection(sections: readonly Section[], name: string): Section | undefined {
  return sections.find((section) => section.kind === 'custom' && section.name === name);
}
