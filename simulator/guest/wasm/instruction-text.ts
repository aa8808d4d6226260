/** Instructions as people write them: `local.get 3`, `i32.store offset=12`, `call $charge`. */
import { ByteReader } from './byte-reader.ts';
import type { InstructionReader } from './instruction-reader.ts';
import { malformedModule } from './module-error.ts';

/** Labels of one `br_table` that are shown. */
const LABELS_SHOWN_MAX = 16;
const MEMORY_INDEX_FLAG = 0x40;
/** As a signed number of one byte. */
const EMPTY_BLOCK = -0x40;
const VALUE_TYPES: ReadonlyMap<number, string> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
  [0x6f, 'externref'],
]);
/** Instructions whose index is that of a function. */
const OF_FUNCTIONS = new Set(['call', 'return_call', 'ref.func']);

/**
 * The current instruction of a reader, with its operands. What has no short form is shown as its
 * bytes. Throws ModuleError for an instruction that is cut short.
 */
export function instructionText(
  bytes: Uint8Array,
  at: InstructionReader,
  functionName: (functionIndex: number) => string,
): string {
  const row = at.instruction;
  if (row === undefined) return 'unknown';
  const range = { start: at.immediates, end: at.next };
  const reader = new ByteReader(bytes, range, malformedModule);
  const number = (): number => reader.leb32('a number');
  const rest = (): string => hex(bytes.subarray(range.start, range.end));
  switch (row.shape) {
    case 'none':
      return row.name;
    case 'index': {
      const index = number();
      return `${row.name} ${OF_FUNCTIONS.has(row.name) ? `$${functionName(index)}` : index}`;
    }
    case 'two-indices':
      return `${row.name} ${number()} ${number()}`;
    case 'block-type':
      return `${row.name}${blockType(reader)}`;
    case 'label-table':
      return `${row.name} ${labels(number)}`;
    case 'memory':
      return `${row.name}${memoryArgument(reader)}`;
    case 'memory-lane':
      return `${row.name}${memoryArgument(reader)} ${bytes[range.end - 1]}`;
    case 'byte':
      return `${row.name} ${bytes[range.start]}`;
    case 'integer':
      return `${row.name} ${reader.signedBigLeb('a number')}`;
    case 'float32':
      return `${row.name} ${viewOf(bytes).getFloat32(range.start, true)}`;
    case 'float64':
      return `${row.name} ${viewOf(bytes).getFloat64(range.start, true)}`;
    default:
      return `${row.name} ${rest()}`;
  }
}

function labels(number: () => number): string {
  const count = number();
  const shown = Array.from({ length: Math.min(count + 1, LABELS_SHOWN_MAX) }, number);
  return `${shown.join(' ')}${count >= LABELS_SHOWN_MAX ? ' ...' : ''}`;
}

function blockType(reader: ByteReader): string {
  const number = reader.signedLeb64('a block type');
  if (number === EMPTY_BLOCK) return '';
  const type = VALUE_TYPES.get(number + 0x80);
  return type === undefined ? ` (type ${number})` : ` (result ${type})`;
}

/** What is left out is 0: the index of the memory, and the offset. */
function memoryArgument(reader: ByteReader): string {
  const hasIndex = (reader.leb32('an alignment') & MEMORY_INDEX_FLAG) !== 0;
  const memory = hasIndex ? reader.leb32('a memory') : 0;
  const offset = reader.bigLeb('an offset');
  return `${memory === 0 ? '' : ` ${memory}`}${offset === 0n ? '' : ` offset=${offset}`}`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function hex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
