import type { CoreModule } from '../wasm/index.ts';
import { CodeWriter } from './code-writer.ts';
import { OP } from './opcodes.ts';

const TYPE = { i32: 0x7f, i64: 0x7e };
const MUTABLE = 1;
/** The largest i64, as LEB128. */
const I64_MAX = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00];
const ZERO = [0];

/**
 * The globals that are added behind a module's own. `exported` ones are the host's to set: the
 * fuel, counted down by every probe; whether a stop unwinds the stack; the depth, or the level, up
 * to which the host is asked; the watched bytes; the fuel that is left at the next appointment; the
 * level above which returns are told; or to read: the caller's depth and level. The others hold the
 * site of the innermost frame, the number of activations, and the fuel below which the next check-in
 * is due.
 */
const GLOBALS = [
  { name: 'fuel', type: 'i64', initial: ZERO, exported: true },
  { name: 'stopped', type: 'i32', initial: ZERO, exported: true },
  { name: 'scanDepth', type: 'i32', initial: ZERO, exported: true },
  { name: 'watchStart', type: 'i64', initial: ZERO, exported: true },
  { name: 'watchLength', type: 'i64', initial: ZERO, exported: true },
  { name: 'appointedAt', type: 'i64', initial: I64_MAX, exported: true },
  { name: 'site', type: 'i32', initial: ZERO, exported: false },
  { name: 'depth', type: 'i32', initial: ZERO, exported: true },
  { name: 'level', type: 'i32', initial: ZERO, exported: true },
  { name: 'returnsBelow', type: 'i32', initial: ZERO, exported: true },
  { name: 'activation', type: 'i64', initial: ZERO, exported: false },
  { name: 'checkInBelow', type: 'i64', initial: I64_MAX, exported: false },
] as const;

const OPERAND_SLOT = { type: 'i64', initial: ZERO } as const;

type GlobalRow = (typeof GLOBALS)[number];
export type AppendedGlobal = GlobalRow['name'];
export type ExportedGlobal = Extract<GlobalRow, { readonly exported: true }>['name'];

export const EXPORTED_GLOBALS = GLOBALS.filter(({ exported }) => exported).map(
  ({ name }) => name as ExportedGlobal,
);

export class AppendedGlobals {
  readonly count: number;
  private readonly first: number;
  private readonly indices: ReadonlyMap<AppendedGlobal, number>;

  /** @param operandSlots globals of 64 bits for operands of the innermost frame, behind the others */
  constructor(
    info: CoreModule,
    readonly operandSlots: number,
  ) {
    const first = info.globals.length;
    this.first = first;
    this.count = GLOBALS.length + operandSlots;
    this.indices = new Map(GLOBALS.map(({ name }, index) => [name, first + index]));
  }

  operandSlot(slot: number): number {
    return this.first + GLOBALS.length + slot;
  }

  index(name: AppendedGlobal): number {
    return this.indices.get(name) as number;
  }

  /** Entries of a global section. */
  get bytes(): Uint8Array {
    const writer = new CodeWriter(64);
    const slots = Array.from({ length: this.operandSlots }, () => OPERAND_SLOT);
    for (const { type, initial } of [...GLOBALS, ...slots]) {
      writer.byte(TYPE[type]);
      writer.byte(MUTABLE);
      writer.byte(type === 'i32' ? OP.i32Const : OP.i64Const);
      writer.all(initial);
      writer.byte(OP.end);
    }
    return writer.bytes;
  }
}
