const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\v', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\\', '\\\\'],
]);

/** A text in quotes, as a program's source would have it. */
export function quote(text: string, mark: '"' | "'" = '"'): string {
  let quoted = mark;
  for (const character of text) {
    quoted += character === mark ? `\\${mark}` : escapeCharacter(character);
  }
  return quoted + mark;
}

function escapeCharacter(character: string): string {
  const known = ESCAPES.get(character);
  if (known !== undefined) return known;
  const point = character.codePointAt(0) ?? 0;
  if (point >= 0x20 && point !== 0x7f) return character;
  return `\\x${point.toString(16).padStart(2, '0')}`;
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes as UTF-8; what is not is shown as U+FFFD. */
export function decodeUtf8(bytes: Uint8Array): string {
  return utf8.decode(bytes);
}
