/** Programs that compilers do not make easily, byte by byte (WebAssembly core specification, 5). */
import { type GuestProgram, loadProgram } from '../../simulator/guest/program.ts';

const I32 = 0x7f;
const VOID = 0x40;
const MEMORY_MIB = 1;

function vector(items: readonly (readonly number[])[]): number[] {
  return [items.length, ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function name(text: string): number[] {
  return [text.length, ...Buffer.from(text)];
}

function body(code: readonly number[], locals: readonly number[] = [0]): number[] {
  return [locals.length + code.length + 1, ...locals, ...code, 0x0b];
}

/** Writes the byte at 16, through the vector at 0, and drops the errno. */
const WRITE = [0x41, 1, 0x41, 0, 0x41, 1, 0x41, 24, 0x10, 0, 0x1a];

/** Function 0 is fd_write, 1 is `_start`, 2 is `helper`. */
function program(start: number[], helper: number[]): GuestProgram {
  const types = [
    [0x60, 4, I32, I32, I32, I32, 1, I32],
    [0x60, 0, 0],
  ];
  const fdWrite = [...name('wasi_snapshot_preview1'), ...name('fd_write'), 0, 0];
  const exported = [
    [...name('memory'), 2, 0],
    [...name('_start'), 0, 1],
  ];
  const data = [16, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '.'.charCodeAt(0)];
  const bytes = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([fdWrite])),
    ...section(3, vector([[1], [1]])),
    ...section(5, vector([[0, 1]])),
    ...section(7, vector(exported)),
    ...section(10, vector([start, helper])),
    ...section(11, vector([[0, 0x41, 0, 0x0b, data.length, ...data]])),
  ];
  return loadProgram(Uint8Array.from(bytes), MEMORY_MIB);
}

/** Writes a dot at every level of a recursion that does not end. */
export function recursingProgram(): GuestProgram {
  return program(body([0x10, 2]), body([...WRITE, 0x10, 2]));
}

/** The same, but catches what comes out of the recursion, and then writes one dot more. */
export function catchingRecursion(): GuestProgram {
  const caught = [0x06, VOID, 0x10, 2, 0x19, 0x0b];
  return program(body([...caught, ...WRITE]), body([...WRITE, 0x10, 2]));
}

/** Writes four dots and catches whatever any of the writes throws, as `catch (...)` does. */
export function catchingProgram(): GuestProgram {
  const caught = [0x06, VOID, ...WRITE, 0x19, 0x0b];
  return program(body([...caught, ...caught, ...caught, ...caught]), body([]));
}
