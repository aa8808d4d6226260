/** How many columns of a terminal a text takes: the common cases of Unicode TR 11. */

/** Ranges of characters that take two columns: East Asian wide forms and most emoji. */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

const COMBINING = /^[\p{Mark}\p{Format}]$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is the range of plain characters
const PLAIN = /^[\u0000-\u02ff]*$/;

export function cellWidth(text: string): number {
  // Most text is plain, and then its length is the answer.
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The longest beginning of a text that fits into `width` columns. */
export function cutToWidth(text: string, width: number): string {
  let used = 0;
  let end = 0;
  for (const character of text) {
    used += characterWidth(character);
    if (used > width) return text.slice(0, end);
    end += character.length;
  }
  return text;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1;
}
