/** Bytes for people: as text where they are text, as hexadecimal digits otherwise. */

/** Bytes that are looked at to show a part; the rest only counts. */
const LOOKED_AT_MAX = 4096;
const HEX_BYTES_MAX = 8;
const DUMP_BYTES_PER_LINE = 16;

/** Control characters that no text file has; tabs and line ends are text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is there to find them
const BINARY = /[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/;

/** The text that bytes are, or undefined when they are not text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return BINARY.test(text) ? undefined : text;
  } catch {
    // Not UTF-8.
    return undefined;
  }
}

/** The same for the beginning of long bytes; `whole` is false when something was left out. */
export function beginningOf(bytes: Uint8Array): { text: string | undefined; whole: boolean } {
  if (bytes.length <= LOOKED_AT_MAX) return { text: textOf(bytes), whole: true };
  let end = LOOKED_AT_MAX;
  // A character is not to be cut in two.
  while (end > LOOKED_AT_MAX - 4 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return { text: textOf(bytes.subarray(0, end)), whole: false };
}

/** `"hello\n"`, or `3f9a12.. (16 bytes)` for what is not text; at most about `lengthMax` long. */
export function quoteBytes(bytes: Uint8Array, lengthMax: number): string {
  const { text, whole } = beginningOf(bytes);
  if (text === undefined) return hexBeginning(bytes);
  if (whole && text.length <= lengthMax) return JSON.stringify(text);
  return `${JSON.stringify(text.slice(0, lengthMax))}.. (${countText(bytes.length, 'byte')})`;
}

/** Bytes of a body in one line, without quotes: JSON as it is, its line ends taken out. */
export function bodyLine(bytes: Uint8Array, lengthMax: number): string {
  const { text, whole } = beginningOf(bytes);
  if (text === undefined) return hexBeginning(bytes);
  const line = visibleText(text.replace(/\s*\n\s*/g, ' ').trim());
  if (whole && line.length <= lengthMax) return line;
  return `${line.slice(0, lengthMax)}.. (${countText(bytes.length, 'byte')})`;
}

/** The first bytes as digits: `3f9a12c4`, with `..` when there are more. */
export function hexBeginning(bytes: Uint8Array): string {
  const shown = hex(bytes.subarray(0, HEX_BYTES_MAX));
  if (bytes.length <= HEX_BYTES_MAX) return shown;
  return `${shown}.. (${countText(bytes.length, 'byte')})`;
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Offsets, digits and characters, 16 bytes a line, of at most `bytesMax` bytes. */
export function hexDump(bytes: Uint8Array, bytesMax: number): string {
  const lines: string[] = [];
  const end = Math.min(bytes.length, bytesMax);
  for (let offset = 0; offset < end; offset += DUMP_BYTES_PER_LINE) {
    const row = bytes.subarray(offset, Math.min(offset + DUMP_BYTES_PER_LINE, end));
    const digits = Array.from(row, (byte) => byte.toString(16).padStart(2, '0'));
    const left = digits.slice(0, 8).join(' ').padEnd(23);
    const right = digits.slice(8).join(' ').padEnd(23);
    const characters = Array.from(row, (byte) =>
      byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.',
    ).join('');
    lines.push(`${offset.toString(16).padStart(8, '0')}  ${left}  ${right}  ${characters}`);
  }
  if (end < bytes.length) lines.push(`... ${countText(bytes.length - end, 'byte')} more`);
  return lines.join('\n');
}

/** Shows control characters, so that a program's bytes cannot move the reader's cursor. */
export function visibleText(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is there to find them
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (character) => {
    return JSON.stringify(character)
      .slice(1, -1)
      .replace(/^[^\\]$/, escapeCode);
  });
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `1 byte`, `2,345 bytes`. */
export function countText(count: number | bigint, noun: string, plural = `${noun}s`): string {
  const digits = count.toString().replace(/\B(?=(\d{3})+(?!\d))/g, ',');
  return `${digits} ${count === 1 || count === 1n ? noun : plural}`;
}

/** Bytes that a line shows in quotes, before it leaves the rest out. */
const QUOTE_LENGTH_MAX = 80;

/** The beginning of a run of bytes in quotes, as every effect's line has it. */
export function quote(bytes: Uint8Array): string {
  return quoteBytes(bytes, QUOTE_LENGTH_MAX);
}
