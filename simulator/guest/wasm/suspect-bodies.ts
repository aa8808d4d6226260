import { INSTRUCTIONS, PREFIX, prefixedOpcode, type Shape } from './instructions.ts';
import type { FunctionBodies } from './module-info.ts';

/** Shapes of instructions that name a defined type. */
const TYPED_SHAPES: ReadonlySet<Shape> = new Set(['index', 'two-indices']);

/** What must follow: an atomic access is aligned to its width, and a fence has a zero. */
const FOLLOWING: { readonly [shape in Shape]?: (name: string) => number } = {
  memory: naturalAlignment,
  byte: () => 0,
};

const LEB32_BYTES_MAX = 5;
const CONTINUED = 0x80;
const MEMORY_INDEX_FLAG = 0x40;

/**
 * Refused opcodes that a valid body may hold, with the number that must follow where there is
 * only one. Instructions on structs and arrays are left out: they need a type that is refused
 * already.
 */
const SUSPECTS: ReadonlyMap<number, number | undefined> = new Map(
  [...INSTRUCTIONS.values()]
    .filter(({ feature, shape }) => feature !== undefined && !TYPED_SHAPES.has(shape))
    .map(({ opcode, name, shape }) => [opcode, FOLLOWING[shape]?.(name)]),
);

/**
 * The indices of the bodies whose bytes look as if they held a refused instruction. Reading every
 * instruction of a module takes much longer than searching for bytes, and few bodies are suspect;
 * reading those tells whether such bytes are an instruction or part of a number.
 */
export function suspectBodies(bytes: Uint8Array, bodies: FunctionBodies): Set<number> {
  const suspects = new Set<number>();
  const end = bodies.ends.at(-1) ?? 0;
  for (const prefix of [PREFIX.gc, PREFIX.simd, PREFIX.threads]) {
    let index = 0;
    let from = bodies.starts[0] ?? 0;
    for (;;) {
      const offset = bytes.indexOf(prefix, from);
      if (offset === -1 || offset >= end) break;
      from = offset + 1;
      if (!isSuspect(bytes, prefix, from)) continue;
      while ((bodies.ends[index] as number) <= offset) index++;
      suspects.add(index);
      from = bodies.ends[index] as number;
    }
  }
  return suspects;
}

/** Whether the bytes after a prefix byte may be the rest of a refused instruction. */
function isSuspect(bytes: Uint8Array, prefix: number, offset: number): boolean {
  const opcode = prefixedOpcode(prefix, numberAt(bytes, offset));
  if (!SUSPECTS.has(opcode)) return false;
  const wanted = SUSPECTS.get(opcode);
  if (wanted === undefined) return true;
  let following = offset;
  while ((bytes[following] ?? 0) >= CONTINUED) following++;
  return (numberAt(bytes, following + 1) & ~MEMORY_INDEX_FLAG) === wanted;
}

/** The LEB128 number at `offset`; 0x80 0x00 is a zero as well. */
function numberAt(bytes: Uint8Array, offset: number): number {
  let value = 0;
  for (let index = 0; index < LEB32_BYTES_MAX; index++) {
    const byte = bytes[offset + index] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < CONTINUED) break;
  }
  return value;
}

/** Atomic instructions must be aligned to their width; this is its binary logarithm. */
function naturalAlignment(name: string): number {
  const [, bits] = /(?:load|store|rmw|wait)(8|16|32|64)/.exec(name) ?? [];
  const fallback = name.startsWith('i64') ? 64 : 32;
  return Math.log2(Number(bits ?? fallback) / 8);
}
