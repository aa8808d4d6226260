import { ByteReader, type CoreModule } from '../../wasm/index.ts';
import { DebugInfoError, damagedDebugInfo } from '../debug-info-error.ts';

const SLOT_COUNT_MAX = 1_000_000;
const I32_CONST = 0x41;
const END = 0x0b;

/**
 * Which functions the slots of the first table hold when the program begins, which is what pointers
 * to functions are: programs of C, C++ and Rust never change the table.
 */
export class TableFunctions {
  private slots: ReadonlyMap<number, number> | undefined;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly module: CoreModule,
  ) {}

  /** The index of a function; undefined for a slot that holds none. */
  functionAt(slot: number): number | undefined {
    this.slots ??= this.read();
    return this.slots.get(slot);
  }

  private read(): ReadonlyMap<number, number> {
    const slots = new Map<number, number>();
    const section = this.module.sections.find(({ kind }) => kind === 'element');
    if (section === undefined) return slots;
    const reader = new ByteReader(this.bytes, section.payload, damagedDebugInfo);
    try {
      const count = reader.leb32('the number of segments');
      for (let index = 0; index < count; index++) if (!readSegment(reader, slots)) break;
    } catch (error) {
      // A pointer has no name then.
      if (!(error instanceof DebugInfoError)) throw error;
    }
    return slots;
  }
}

/** False at a segment of another kind than those of linkers: what follows it is not read. */
function readSegment(reader: ByteReader, slots: Map<number, number>): boolean {
  const flags = reader.leb32('the kind of a segment');
  if (flags !== 0 && flags !== 2) return false;
  if (flags === 2 && reader.leb32('a table') !== 0) return false;
  if (reader.u8('an instruction') !== I32_CONST) return false;
  const start = reader.signedLeb64('an offset') >>> 0;
  if (reader.u8('an instruction') !== END) return false;
  if (flags === 2) reader.u8('the kind of elements');
  const count = reader.count('the number of elements', SLOT_COUNT_MAX);
  for (let index = 0; index < count; index++) slots.set(start + index, reader.leb32('a function'));
  return true;
}
