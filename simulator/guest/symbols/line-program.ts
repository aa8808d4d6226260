import type { ByteReader } from '../wasm/index.ts';
import type { DebugSections } from './debug-sections.ts';
import type { LineHeader } from './line-header.ts';
import { type LineRows, ROW_FLAGS } from './line-rows.ts';

/** DW_LNS_* that move or make rows: DWARF 5, section 6.2.5.2. */
const STANDARD = {
  extended: 0,
  copy: 1,
  advanceAddress: 2,
  advanceLine: 3,
  setFile: 4,
  setColumn: 5,
  negateStatement: 6,
  addConstant: 8,
  advanceFixed: 9,
  setPrologueEnd: 10,
} as const;

/** DW_LNE_*: section 6.2.5.3. */
const EXTENDED = { endSequence: 1, setAddress: 2, defineFile: 3 } as const;

/** The special opcode whose advance DW_LNS_const_add_pc makes. */
const SPECIAL_LAST = 255;

/** Beyond every address of a 32-bit program; keeps damage from growing numbers without end. */
const ADDRESS_MAX = 2 ** 40;

/**
 * Runs the program of one line table and keeps its live sequences.
 *
 * A linker leaves the rows of functions that it dropped: it gives them an address that no code has
 * (0, or one near 2^32), and sequences there are left out.
 */
export class LineProgram {
  private address = 0;
  private operation = 0;
  private line = 1;
  private column = 0;
  private file = 1;
  private statement = 0;
  private prologueEnd = 0;
  private firstRow = 0;
  /** Whether the addresses of this sequence have only grown, as they must. */
  private ordered = true;
  private readonly fileIds: number[];
  private readonly reader: ByteReader;
  /** How far each special opcode moves the address (in operations) and the line, by opcode. */
  private readonly operationsBySpecial = new Uint8Array(SPECIAL_LAST + 1);
  private readonly linesBySpecial = new Int16Array(SPECIAL_LAST + 1);

  constructor(
    private readonly header: LineHeader,
    private readonly rows: LineRows,
    private readonly sections: DebugSections,
    /** The length of the code section's payload. */
    private readonly codeLength: number,
  ) {
    this.reader = header.program;
    this.fileIds = header.files.map((file) => rows.fileId(file));
    const { opcodeBase, lineBase, lineRange } = header;
    for (let opcode = opcodeBase; opcode <= SPECIAL_LAST && lineRange > 0; opcode++) {
      const adjusted = opcode - opcodeBase;
      this.operationsBySpecial[opcode] = Math.floor(adjusted / lineRange);
      this.linesBySpecial[opcode] = lineBase + (adjusted % lineRange);
    }
  }

  /** Throws DebugInfoError at damage; the sequences before it are kept. */
  run(): void {
    this.begin();
    try {
      while (!this.reader.done) this.step();
    } finally {
      // Rows without an end of their sequence have no last address, so nothing can be said of them.
      this.rows.truncate(this.firstRow);
    }
  }

  private begin(): void {
    this.address = 0;
    this.operation = 0;
    this.line = 1;
    this.column = 0;
    this.file = 1;
    this.statement = this.header.isStatementDefault ? 1 : 0;
    this.prologueEnd = 0;
    this.firstRow = this.rows.length;
    this.ordered = true;
  }

  private step(): void {
    const opcode = this.reader.u8('an opcode');
    if (opcode >= this.header.opcodeBase) this.special(opcode);
    else if (opcode === STANDARD.extended) this.extended();
    else this.standard(opcode);
  }

  private special(opcode: number): void {
    if (this.header.lineRange === 0) this.reader.fail('a line table has a line range of 0');
    this.advance(this.operationsBySpecial[opcode] as number);
    this.line += this.linesBySpecial[opcode] as number;
    this.copy();
  }

  private standard(opcode: number): void {
    const { reader } = this;
    switch (opcode) {
      case STANDARD.copy:
        this.copy();
        return;
      case STANDARD.advanceAddress:
        this.advance(reader.leb64('an advance'));
        return;
      case STANDARD.advanceLine:
        this.line += reader.signedLeb64('an advance');
        return;
      case STANDARD.setFile:
        this.file = reader.leb64('a file');
        return;
      case STANDARD.setColumn:
        this.column = reader.leb64('a column');
        return;
      case STANDARD.negateStatement:
        this.statement = 1 - this.statement;
        return;
      case STANDARD.addConstant:
        this.advance(this.operationsBySpecial[SPECIAL_LAST] as number);
        return;
      case STANDARD.advanceFixed:
        this.operation = 0;
        this.moveTo(this.address + reader.u16('an advance'));
        return;
      case STANDARD.setPrologueEnd:
        this.prologueEnd = 1;
        return;
      default:
        // Opcodes that tell what nobody asks for, and those of later versions.
        for (let left = this.header.operandCounts[opcode - 1] ?? 0; left > 0; left--) {
          reader.leb64('an operand');
        }
    }
  }

  private extended(): void {
    const { reader } = this;
    const length = reader.leb64('a length');
    const start = reader.offset;
    reader.skip(length, 'an extended opcode');
    const next = reader.offset;
    reader.offset = start;
    if (length > 0) this.extendedBody(reader.u8('an extended opcode'), length - 1);
    reader.offset = next;
  }

  private extendedBody(opcode: number, length: number): void {
    const { reader } = this;
    switch (opcode) {
      case EXTENDED.endSequence:
        this.endSequence();
        break;
      case EXTENDED.setAddress:
        this.operation = 0;
        this.moveTo(length >= 8 ? reader.u64('an address') : reader.u32('an address'));
        break;
      case EXTENDED.defineFile: {
        const name = this.sections.inlineString(reader);
        const file = this.header.fileIn(name, reader.leb64('a directory'));
        this.fileIds.push(this.rows.fileId(file));
        break;
      }
    }
  }

  /** Moves on by so many operations; there is one in each instruction but on VLIW machines. */
  private advance(operations: number): void {
    const { instructionLengthMin, operationsMax } = this.header;
    if (operationsMax <= 1) {
      this.moveTo(this.address + Math.min(operations, ADDRESS_MAX) * instructionLengthMin);
      return;
    }
    const total = this.operation + Math.min(operations, ADDRESS_MAX);
    this.operation = total % operationsMax;
    this.moveTo(this.address + Math.floor(total / operationsMax) * instructionLengthMin);
  }

  private moveTo(address: number): void {
    if (address < this.address && this.rows.length > this.firstRow) this.ordered = false;
    this.address = Math.min(address, ADDRESS_MAX);
  }

  private copy(): void {
    const address = Math.min(this.address, this.codeLength);
    const flags = this.statement * ROW_FLAGS.statement + this.prologueEnd * ROW_FLAGS.prologueEnd;
    this.rows.push(address, this.line, this.column, this.fileIds[this.file] ?? 0, flags);
    this.prologueEnd = 0;
  }

  private endSequence(): void {
    const { rows, firstRow } = this;
    const start = rows.length > firstRow ? (rows.addresses[firstRow] as number) : 0;
    const live = start > 0 && this.address > start && this.address <= this.codeLength;
    if (live && this.ordered) {
      rows.sequences.push({ start, end: this.address, first: firstRow, last: rows.length });
    } else {
      rows.truncate(firstRow);
    }
    this.begin();
  }
}
