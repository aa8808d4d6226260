/**
 * Places in code as addresses, for clients. They lie above all of memory: bit 48, then the number
 * of the module in the program, then 32 bits of the code offset.
 */

const CODE_BASE = 2 ** 48;
const MODULE_BYTES = 2 ** 32;
const MODULES_MAX = 2 ** 15;

export interface CodePlace {
  /** Of the program's modules. */
  readonly moduleIndex: number;
  /** From the start of the module's code; below 0 and beyond its end there is no code. */
  readonly codeOffset: number;
}

export function codeAddress({ moduleIndex, codeOffset }: CodePlace): string {
  return `0x${(CODE_BASE + moduleIndex * MODULE_BYTES + codeOffset).toString(16)}`;
}

/** Undefined for what is no address of code. */
export function parseCodeAddress(text: string): CodePlace | undefined {
  const address = parseAddress(text);
  if (address === undefined || address < CODE_BASE) return undefined;
  const moduleIndex = Math.floor((address - CODE_BASE) / MODULE_BYTES);
  if (moduleIndex >= MODULES_MAX) return undefined;
  return { moduleIndex, codeOffset: (address - CODE_BASE) % MODULE_BYTES };
}

/** A number, decimal or with 0x; undefined for any other text. */
export function parseAddress(text: string): number | undefined {
  const isNumber = /^(?:0x[0-9a-f]+|\d+)$/i.test(text.trim());
  const address = isNumber ? Number(text) : Number.NaN;
  return Number.isSafeInteger(address) ? address : undefined;
}
