import { writeLeb } from '../../../simulator/guest/wasm/limits.ts';

/** The magic number and version of a core module. */
export const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export const SECTION = {
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  code: 10,
  tag: 13,
};

export type Bytes = readonly number[];

export function section(id: number, ...content: Bytes[]): number[] {
  const payload = content.flat();
  return [id, ...writeLeb(payload.length), ...payload];
}

export function name(text: string): number[] {
  const bytes = [...new TextEncoder().encode(text)];
  return [...writeLeb(bytes.length), ...bytes];
}

export function customSection(title: string, ...content: Bytes[]): number[] {
  return section(0, name(title), ...content);
}

export function vector(...items: Bytes[]): number[] {
  return [...writeLeb(items.length), ...items.flat()];
}

export function module(...sections: Bytes[]): Uint8Array {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

/** The body of a function without locals, with its size and its `end`. */
export function body(...instructions: number[]): number[] {
  const content = [0, ...instructions, 0x0b];
  return [...writeLeb(content.length), ...content];
}

/** A module with one function of type `() -> ()` and a memory. */
export function moduleWithCode(...instructions: number[]): Uint8Array {
  return module(
    section(SECTION.type, vector([0x60, 0, 0])),
    section(SECTION.function, vector([0])),
    section(SECTION.memory, vector([0, 1])),
    section(SECTION.code, vector(body(...instructions))),
  );
}
