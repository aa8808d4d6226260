/** The bytes of a text in UTF-8; the language alone knows that only inside encodeURIComponent. */
export function bytesOf(text) {
  const escaped = encodeURIComponent(text);
  const bytes = escaped.replace(/%(..)/g, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Uint8Array.from(bytes, (character) => character.charCodeAt(0));
}
