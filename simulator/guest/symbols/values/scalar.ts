import { Unavailable } from '../locations/unavailable.ts';
import type { BaseType, EnumerationType } from '../types/type.ts';
import { quote } from './quote.ts';
import type { Value } from './value.ts';

/** Bytes of the longest integer, `__int128`. */
const INTEGER_BYTES_MAX = 16;

/** The bits of a value as an integer. Throws Unavailable. */
export function readInteger(value: Value, byteLength: number, signed: boolean): bigint {
  const { bits } = value.options;
  if (byteLength > INTEGER_BYTES_MAX) throw new Unavailable(`it has ${byteLength} bytes`);
  if (bits === undefined) {
    return toInteger(value.storage.read(0, byteLength), signed);
  }
  const bytes = value.storage.read(0, Math.ceil((bits.first + bits.count) / 8));
  const shifted = toInteger(bytes, false) >> BigInt(bits.first);
  return signed ? BigInt.asIntN(bits.count, shifted) : BigInt.asUintN(bits.count, shifted);
}

function toInteger(bytes: Uint8Array, signed: boolean): bigint {
  let result = 0n;
  if (bytes.length <= 4) {
    let small = 0;
    for (let at = bytes.length - 1; at >= 0; at--) small = small * 256 + (bytes[at] as number);
    result = BigInt(small);
  } else {
    for (let at = bytes.length - 1; at >= 0; at--) {
      result = (result << 8n) | BigInt(bytes[at] as number);
    }
  }
  return signed ? BigInt.asIntN(bytes.length * 8, result) : result;
}

export function integerBytes(value: bigint, byteLength: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let rest = BigInt.asUintN(byteLength * 8, value);
  for (let at = 0; at < byteLength; at++) {
    bytes[at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return bytes;
}

/** Throws Unavailable. */
export function readFloat(value: Value, byteLength: number): number {
  const bytes = value.storage.read(0, byteLength);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (byteLength) {
    case 2:
      return halfFloat(view.getUint16(0, true));
    case 4:
      return view.getFloat32(0, true);
    case 8:
      return view.getFloat64(0, true);
    case 16:
      return quadFloat(view.getBigUint64(0, true), view.getBigUint64(8, true));
    default:
      throw new Unavailable(`it is a float of ${byteLength} bytes`);
  }
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** As near as a number of 64 bits comes: `long double` of WebAssembly has 128. */
function quadFloat(low: bigint, high: bigint): number {
  const sign = high >> 63n === 0n ? 1 : -1;
  const exponent = Number((high >> 48n) & 0x7fffn);
  const fraction = ((high & 0xffffffffffffn) << 64n) | low;
  if (exponent === 0x7fff) return fraction === 0n ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return 0 * sign;
  return sign * (1 + Number(fraction) / 2 ** 112) * 2 ** (exponent - 16383);
}

/** A float of so many bytes with as few digits as tell it from its neighbours. */
export function floatText(value: number, byteLength: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0';
  if (byteLength !== 4) return String(value);
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return String(short);
  }
  return String(value);
}

export function isSignedBase({ encoding }: BaseType): boolean {
  return encoding === 'signed' || encoding === 'signed-character';
}

/** Throws Unavailable. */
export function baseText(value: Value, type: BaseType): string {
  if (type.encoding === 'float') {
    return floatText(readFloat(value, type.byteLength), type.byteLength);
  }
  if (type.byteLength === 0) return type.name;
  const number = readInteger(value, type.byteLength, isSignedBase(type));
  switch (type.encoding) {
    case 'boolean':
      return number === 0n ? 'false' : number === 1n ? 'true' : `${number}`;
    case 'unicode':
      return characterText(Number(number));
    case 'signed-character':
    case 'unsigned-character':
      return type.name === 'char'
        ? `${number} ${byteCharacter(Number(number & 0xffn))}`
        : `${number}`;
    default:
      return type.name === 'wchar_t' ? characterText(Number(number)) : `${number}`;
  }
}

function characterText(point: number): string {
  const valid = point <= 0x10ffff && !(point >= 0xd800 && point < 0xe000);
  return valid && point >= 0 ? quote(String.fromCodePoint(point), "'") : `${point}`;
}

function byteCharacter(byte: number): string {
  return byte < 0x80 ? quote(String.fromCharCode(byte), "'") : `'\\x${byte.toString(16)}'`;
}

/** The name of the number, names that make it up together, or the number. Throws Unavailable. */
export function enumerationText(value: Value, type: EnumerationType): string {
  const number = readInteger(value, type.byteLength, type.signed);
  const enumerators = type.enumerators();
  const wanted = BigInt.asUintN(type.byteLength * 8, number);
  const bits = (each: bigint) => BigInt.asUintN(type.byteLength * 8, each);
  const exact = enumerators.find((each) => bits(each.value) === wanted);
  if (exact !== undefined) return exact.name;
  const flags = enumerators.filter((each) => isSingleBit(bits(each.value)));
  const held = flags.filter((each) => (bits(each.value) & wanted) !== 0n);
  const sum = held.reduce((all, each) => all | bits(each.value), 0n);
  return held.length > 1 && sum === wanted ? held.map(({ name }) => name).join(' | ') : `${number}`;
}

function isSingleBit(value: bigint): boolean {
  return value > 0n && (value & (value - 1n)) === 0n;
}
