/** wasi:http/types fields: headers and trailers. */
import type { HttpHeaders } from '../../../effects/http.ts';
import { TOKEN } from '../../preview1/http.ts';
import { fail, trap } from '../component-error.ts';

/** Bytes of names and values in one set of fields; a program that adds more traps. */
export const FIELDS_BYTES_MAX = 1024 * 1024;
/** What a field takes besides its name and value, as it is sent: a colon, a space and a new line. */
const FIELD_OVERHEAD_BYTES = 4;

/** They belong to the connection and not to the message, so only the host may set them. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'connection',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);

const encoder = new TextEncoder();
const utf8Only = new TextDecoder('utf-8', { fatal: true });

type HeaderError = 'invalid-syntax' | 'forbidden' | 'immutable';
type Entry = readonly [name: string, value: Uint8Array];

/** Fields in their order; names are compared without case and kept as they were written. */
export class Fields {
  private bytes: number;

  /** The glue gives no arguments; what it makes is empty and mutable. */
  constructor(
    private list: Entry[] = [],
    private readonly isImmutable = false,
  ) {
    this.bytes = sizeOf(list);
  }

  static fromList(entries: readonly Entry[]): Fields {
    const fields = new Fields();
    for (const [name, value] of entries) fields.append(name, value);
    return fields;
  }

  /** What came with a message; fields that only concern its connection are left out. */
  static received(headers: HttpHeaders): Fields {
    const kept = headers.filter(([name]) => !FORBIDDEN.has(name.toLowerCase()));
    return new Fields(
      kept.map(([name, value]): Entry => [name, encoder.encode(value)]),
      true,
    );
  }

  get(name: string): Uint8Array[] {
    return this.list.filter(([other]) => isSame(name, other)).map(([, value]) => value);
  }

  has(name: string): boolean {
    return this.list.some(([other]) => isSame(name, other));
  }

  set(name: string, values: readonly Uint8Array[]): void {
    this.checkChange(name, values);
    const at = this.list.findIndex(([other]) => isSame(name, other));
    const others = (from: number, to?: number): Entry[] =>
      this.list.slice(from, to).filter(([other]) => !isSame(name, other));
    const entries = values.map((value): Entry => [name, value]);
    // The new values stand where the first of the old ones stood.
    const split = at < 0 ? this.list.length : at;
    this.replace([...others(0, split), ...entries, ...others(split)]);
  }

  delete(name: string): void {
    this.checkChange(name, []);
    this.replace(this.list.filter(([other]) => !isSame(name, other)));
  }

  append(name: string, value: Uint8Array): void {
    this.checkChange(name, [value]);
    const bytes = this.bytes + sizeOf([[name, value]]);
    checkSize(bytes);
    this.list.push([name, value]);
    this.bytes = bytes;
  }

  entries(): readonly Entry[] {
    return this.list;
  }

  /** A copy that may be changed. */
  clone(): Fields {
    return new Fields([...this.list]);
  }

  /** The same fields as a child of a message: neither it nor the message changes them any more. */
  frozen(): Fields {
    return new Fields(this.list, true);
  }

  /** As they are sent. */
  get sentBytes(): number {
    return this.bytes;
  }

  /** The body length that content-length declares: NaN where it is no number, if there is one. */
  declaredLength(): number | undefined {
    const [value] = this.get('content-length');
    if (value === undefined) return undefined;
    const text = textOf(value);
    return /^\d+$/.test(text) ? Number(text) : Number.NaN;
  }

  /** For an effect: names in lower case. */
  toHeaders(): HttpHeaders {
    return this.list.map(([name, value]) => [name.toLowerCase(), textOf(value)]);
  }

  private checkChange(name: string, values: readonly Uint8Array[]): void {
    if (!TOKEN.test(name) || !values.every(isFieldValue)) failHeader('invalid-syntax');
    if (FORBIDDEN.has(name.toLowerCase())) failHeader('forbidden');
    if (this.isImmutable) failHeader('immutable');
  }

  private replace(list: Entry[]): void {
    const bytes = sizeOf(list);
    checkSize(bytes);
    this.list = list;
    this.bytes = bytes;
  }
}

function checkSize(bytes: number): void {
  if (bytes > FIELDS_BYTES_MAX) {
    trap(`wasi:http: the fields take ${bytes} bytes; ${FIELDS_BYTES_MAX} is the most`);
  }
}

function failHeader(tag: HeaderError): never {
  fail({ tag });
}

function isSame(name: string, other: string): boolean {
  return name.toLowerCase() === other.toLowerCase();
}

/** Tabs and whatever is not a control character (RFC 9110, section 5.5). */
function isFieldValue(value: Uint8Array): boolean {
  return value.every((byte) => byte === 9 || (byte >= 32 && byte !== 127));
}

function sizeOf(list: readonly Entry[]): number {
  return list.reduce(
    (sum, [name, value]) => sum + name.length + value.length + FIELD_OVERHEAD_BYTES,
    0,
  );
}

/** UTF-8, or else a byte a character, as old programs write values. */
function textOf(value: Uint8Array): string {
  try {
    return utf8Only.decode(value);
  } catch {
    // Not UTF-8: every run of bytes is Latin-1.
    return Array.from(value, (byte) => String.fromCharCode(byte)).join('');
  }
}
