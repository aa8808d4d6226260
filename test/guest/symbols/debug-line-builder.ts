import { writeLeb } from '../../../simulator/guest/wasm/limits.ts';
import { type Bytes, customSection, module } from '../wasm/module-builder.ts';

export const u8 = (value: number) => [value & 0xff];
export const u16 = (value: number) => [value & 0xff, (value >>> 8) & 0xff];
export const u32 = (value: number) => [...u16(value), ...u16(value >>> 16)];
export const u64 = (value: number) => [
  ...u32(value % 2 ** 32),
  ...u32(Math.floor(value / 2 ** 32)),
];
export const text = (value: string) => [...new TextEncoder().encode(value), 0];
export const leb = writeLeb;

/** A signed LEB128 number of one byte. */
export const smallSigned = (value: number) => [value & 0x7f];

export interface HeaderChoices {
  readonly version?: number;
  readonly dwarf64?: boolean;
  readonly instructionLengthMin?: number;
  readonly operationsMax?: number;
  readonly lineBase?: number;
  readonly lineRange?: number;
  readonly opcodeBase?: number;
  /** The tables of directories and files, as bytes; one file `a.c` otherwise. */
  readonly tables?: Bytes;
}

const FORM_STRING = 0x08;
const FORM_UDATA = 0x0b;

/** Directory 0 is `/home`, and both file 0 and file 1 are `a.c` in it. */
export const TABLES_5 = [
  ...[1, 1, FORM_STRING, 1, ...text('/home')],
  ...[2, 1, FORM_STRING, 2, FORM_UDATA, 2, ...text('a.c'), 0, ...text('a.c'), 0],
];

/** No directories, and file 1 is `a.c`. */
export const TABLES_OLD = [0, ...text('a.c'), 0, 0, 0, 0];

const OPERAND_COUNTS = [0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

/** One unit of `.debug_line` with the given program. */
export function lineUnit(program: Bytes, choices: HeaderChoices = {}): number[] {
  const { version = 5, dwarf64 = false, opcodeBase = 13 } = choices;
  const offset = dwarf64 ? u64 : u32;
  const operandCounts = Array.from(
    { length: Math.max(opcodeBase - 1, 0) },
    (_, index) => OPERAND_COUNTS[index] ?? 1,
  );
  const rest = [
    ...u8(choices.instructionLengthMin ?? 1),
    ...(version >= 4 ? u8(choices.operationsMax ?? 1) : []),
    1,
    ...u8(choices.lineBase ?? -5),
    ...u8(choices.lineRange ?? 14),
    ...u8(opcodeBase),
    ...operandCounts,
    ...(choices.tables ?? (version >= 5 ? TABLES_5 : TABLES_OLD)),
  ];
  const content = [
    ...u16(version),
    ...(version >= 5 ? [4, 0] : []),
    ...offset(rest.length),
    ...rest,
    ...program,
  ];
  return [
    ...(dwarf64 ? [...u32(0xffffffff), ...u64(content.length)] : u32(content.length)),
    ...content,
  ];
}

export const COPY = [1];
export const advanceAddress = (by: number) => [2, ...leb(by)];
export const advanceLine = (by: number) => [3, ...smallSigned(by)];
export const setFile = (file: number) => [4, ...leb(file)];
export const setColumn = (column: number) => [5, ...leb(column)];
export const NEGATE_STATEMENT = [6];
export const ADD_CONSTANT = [8];
export const advanceFixed = (by: number) => [9, ...u16(by)];
export const extended = (opcode: number, ...content: number[]) => [
  0,
  ...leb(content.length + 1),
  opcode,
  ...content,
];
export const END_SEQUENCE = extended(1);
export const setAddress = (address: number) => extended(2, ...u32(address));
/** Moves both and makes a row, with the header's usual base and range. */
export const special = (addressBy: number, lineBy: number) => [lineBy + 5 + 14 * addressBy + 13];

/** A sequence with one row at `start`, which ends at `end`. */
export const sequence = (start: number, end: number, line: number) => [
  ...setAddress(start),
  ...advanceLine(line - 1),
  ...COPY,
  ...advanceAddress(end - start),
  ...END_SEQUENCE,
];

/** A module with these debug sections and no code. */
export function debugModule(sections: { readonly [name: string]: Bytes }): Uint8Array {
  return module(...Object.entries(sections).map(([name, bytes]) => customSection(name, bytes)));
}
