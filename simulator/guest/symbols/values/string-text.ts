import { bareType, type Type } from '../types/type.ts';
import { decodeUtf8, quote } from './quote.ts';
import type { Value } from './value.ts';

/** Bytes of a text that are read for its one line. */
const TEXT_BYTES_MAX = 400;

/** Bytes of a text that is compared. */
const STRING_BYTES_MAX = 1_000_000;

/** What ends a text besides its room: the first zero, or nothing. */
export type TextEnding = 'zero' | 'length';

/** How many bytes a character of a text takes; undefined for a type that makes no text. */
export type CharacterUnit = 1 | 2 | 4;

/** Only plain `char` and the types made for characters: `unsigned char` is mostly of bytes. */
export function characterUnit(type: Type): CharacterUnit | undefined {
  const bare = bareType(type);
  if (bare.kind !== 'base') return undefined;
  const isText = bare.name === 'char' || bare.name === 'wchar_t' || bare.encoding === 'unicode';
  const { byteLength } = bare;
  return isText && (byteLength === 1 || byteLength === 2 || byteLength === 4)
    ? byteLength
    : undefined;
}

/**
 * The characters at the start of `value`, in quotes.
 *
 * @param count at most so many
 */
export function quoteUnits(
  value: Value,
  unit: CharacterUnit,
  count: number,
  ending: TextEnding,
): string {
  const wanted = Math.min(count, TEXT_BYTES_MAX / unit);
  const bytes = readReachable(value, wanted * unit);
  const length = ending === 'length' ? bytes.length : endOfText(bytes, unit);
  const ended = length < bytes.length || wanted === count;
  const text = decodeUnits(bytes.subarray(0, length), unit);
  return ended ? quote(text) : `${quote(text)}...`;
}

/** All of the characters, without quotes; a text longer than the limit is cut. */
export function readUnits(
  value: Value,
  unit: CharacterUnit,
  count: number,
  ending: TextEnding,
): string {
  const bytes = readReachable(value, Math.min(count * unit, STRING_BYTES_MAX));
  return decodeUnits(
    bytes.subarray(0, ending === 'length' ? bytes.length : endOfText(bytes, unit)),
    unit,
  );
}

/** Bytes up to the end of memory: a text may end before its array would. */
function readReachable(value: Value, length: number): Uint8Array {
  const { address } = value;
  const limit = address === undefined ? length : value.world.memory.length - address;
  return value.storage.read(0, Math.max(0, Math.min(length, limit)));
}

function endOfText(bytes: Uint8Array, unit: CharacterUnit): number {
  for (let at = 0; at + unit <= bytes.length; at += unit) {
    if (bytes.subarray(at, at + unit).every((byte) => byte === 0)) return at;
  }
  return bytes.length;
}

export function decodeUnits(bytes: Uint8Array, unit: CharacterUnit): string {
  if (unit === 1) return decodeUtf8(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at + unit <= bytes.length; at += unit) {
    const point = unit === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
    text += unit === 2 ? String.fromCharCode(point) : fromPoint(point);
  }
  return text;
}

function fromPoint(point: number): string {
  return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
}
