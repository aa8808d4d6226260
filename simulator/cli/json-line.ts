import { textOf } from '../host/text/bytes-text.ts';

/** One line of JSON. Instants and other 64-bit numbers are decimal strings; bytes see bytesJson. */
export function jsonLine(value: object): string {
  return `${JSON.stringify(value, plain)}\n`;
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Uint8Array) return bytesJson(value);
  return value instanceof Map ? Object.fromEntries(value) : value;
}

/** `{"text": ...}` for UTF-8, `{"base64": ...}` for all else. */
export function bytesJson(bytes: Uint8Array): { text: string } | { base64: string } {
  const text = textOf(bytes);
  return text === undefined ? { base64: Buffer.from(bytes).toString('base64') } : { text };
}
