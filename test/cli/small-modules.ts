/** Modules of a few bytes, written by hand: what no compiler gives. */

interface ModuleParts {
  /** A function import, `module.name`, of type () -> (). */
  readonly import?: readonly [module: string, name: string];
  /** The memory's flags and limits; one page unless given. */
  readonly memory?: readonly number[];
  /** The body of `_start`, without its `end`. */
  readonly body?: readonly number[];
}

/** A command with a memory and an empty `_start`, unless the parts say otherwise. */
export function smallModule(parts: ModuleParts = {}): Uint8Array {
  const { import: imported, memory = [0, 1], body = [] } = parts;
  const start = imported === undefined ? 0 : 1;
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    ...section(1, [1, 0x60, 0, 0]),
    ...(imported === undefined
      ? []
      : section(2, [1, ...name(imported[0]), ...name(imported[1]), 0, 0])),
    ...section(3, [1, 0]),
    ...section(5, [1, ...memory]),
    ...section(7, [2, ...name('memory'), 2, 0, ...name('_start'), 0, start]),
    ...section(10, [1, body.length + 2, 0, ...body, 0x0b]),
  ]);
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function name(text: string): number[] {
  return [text.length, ...new TextEncoder().encode(text)];
}

/** The header of a component. */
export const COMPONENT = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
/** Shared memory, as threads need it. */
export const SHARED_MEMORY = smallModule({ memory: [3, 1, 1] });
export const UNKNOWN_IMPORT = smallModule({ import: ['env', 'launch'] });
/** `loop br 0 end`: computes for ever. */
export const ENDLESS = smallModule({ body: [0x03, 0x40, 0x0c, 0x00, 0x0b] });
/** `call 0`: itself, until the stack is full. */
export const BOTTOMLESS = smallModule({ body: [0x10, 0x00] });
