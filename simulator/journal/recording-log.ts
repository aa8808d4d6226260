/**
 * The log beside a recording: a header, then frames. A frame is one flushed batch of rows, whole
 * or not there at all.
 *
 * header: magic (8), format u32, kind u32, base (8), log id (16), crc32 of all before (4)
 * frame:  payload length u32, crc32 of the payload u32, crc32 of the eight bytes before u32, payload
 *
 * Numbers are little-endian. `base` is the fingerprint of the SQLite file that the log goes with.
 * L1: a frame counts only if every byte of it and of all before it is right.
 * L2: a frame that was cut off is told from one that changed: its own header is right.
 */
import { crc32 } from './crc32.ts';
import type { RecordingWarning } from './recording-error.ts';

const MAGIC = 'bkstitch';
export const LOG_HEADER_BYTES = 44;
export const FRAME_HEADER_BYTES = 12;
/** The most that one frame can hold. */
export const FRAME_BYTES_MAX = 2 ** 30;
/** The base of a log that has no file. */
export const NO_BASE = '0'.repeat(16);

/** `continue` adds to the file; `replace` begins a new recording that will take its place. */
export type LogKind = 'continue' | 'replace';
const KINDS: readonly LogKind[] = ['continue', 'replace'];

export interface LogHeader {
  readonly format: number;
  readonly kind: LogKind;
  /** 16 hexadecimal digits. */
  readonly base: string;
  /** 32 hexadecimal digits. */
  readonly id: string;
}

export interface RecordingLog {
  /** Undefined when not even that could be read; then there are no frames either. */
  readonly header: LogHeader | undefined;
  /** The payloads, in order. */
  readonly frames: readonly Uint8Array[];
  /** Where the last good frame ends. */
  readonly goodBytes: number;
  readonly warning: RecordingWarning | undefined;
}

export function encodeLogHeader(header: LogHeader): Uint8Array {
  const bytes = new Uint8Array(LOG_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < MAGIC.length; index++) bytes[index] = MAGIC.charCodeAt(index);
  view.setUint32(8, header.format, true);
  view.setUint32(12, KINDS.indexOf(header.kind), true);
  writeHex(bytes, 16, header.base);
  writeHex(bytes, 24, header.id);
  view.setUint32(40, crc32(bytes, 0, 40), true);
  return bytes;
}

/** Fills in the first FRAME_HEADER_BYTES of a frame whose payload follows them. */
export function sealFrame(frame: Uint8Array): void {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  view.setUint32(0, frame.length - FRAME_HEADER_BYTES, true);
  view.setUint32(4, crc32(frame, FRAME_HEADER_BYTES), true);
  view.setUint32(8, crc32(frame, 0, 8), true);
}

/** Reads as much of a log as is right; `name` is the recording's, for messages. */
export function readLog(name: string, log: Uint8Array): RecordingLog {
  if (log.length < LOG_HEADER_BYTES) {
    const warning = log.length === 0 ? undefined : tornTail(name, 0, log.length);
    return { header: undefined, frames: [], goodBytes: 0, warning };
  }
  const header = decodeLogHeader(log);
  if (header === undefined) {
    return { header, frames: [], goodBytes: 0, warning: damagedLog(name, 0, log.length) };
  }
  return { header, ...readFrames(name, log) };
}

function readFrames(name: string, log: Uint8Array): Omit<RecordingLog, 'header'> {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const frames: Uint8Array[] = [];
  let offset = LOG_HEADER_BYTES;
  while (offset < log.length) {
    const rest = log.length - offset;
    const start = offset + FRAME_HEADER_BYTES;
    if (rest < FRAME_HEADER_BYTES) {
      return { frames, goodBytes: offset, warning: tornTail(name, offset, rest) };
    }
    const length = view.getUint32(offset, true);
    if (crc32(log, offset, offset + 8) !== view.getUint32(offset + 8, true)) {
      return { frames, goodBytes: offset, warning: damagedLog(name, offset, rest) };
    }
    if (length > log.length - start) {
      return { frames, goodBytes: offset, warning: tornTail(name, offset, rest) };
    }
    if (crc32(log, start, start + length) !== view.getUint32(offset + 4, true)) {
      return { frames, goodBytes: offset, warning: damagedLog(name, offset, rest) };
    }
    frames.push(log.subarray(start, start + length));
    offset = start + length;
  }
  return { frames, goodBytes: offset, warning: undefined };
}

function decodeLogHeader(log: Uint8Array): LogHeader | undefined {
  const view = new DataView(log.buffer, log.byteOffset, log.byteLength);
  const magic = String.fromCharCode(...log.subarray(0, MAGIC.length));
  const kind = KINDS[view.getUint32(12, true)];
  if (magic !== MAGIC || crc32(log, 0, 40) !== view.getUint32(40, true)) return undefined;
  if (kind === undefined) return undefined;
  return {
    format: view.getUint32(8, true),
    kind,
    base: readHex(log, 16, 24),
    id: readHex(log, 24, 40),
  };
}

function tornTail(name: string, offset: number, bytes: number): RecordingWarning {
  const message =
    `${name}-log: the last batch was cut off; ${bytes} bytes from byte ${offset} on were dropped. ` +
    'Everything before is intact.';
  return { kind: 'torn-tail', offset, bytes, message };
}

function damagedLog(name: string, offset: number, bytes: number): RecordingWarning {
  const message =
    `${name}-log: damaged at byte ${offset}; ${bytes} bytes from there on were dropped. ` +
    'Everything before is intact.';
  return { kind: 'damaged-log', offset, bytes, message };
}

function writeHex(bytes: Uint8Array, start: number, hex: string): void {
  for (let index = 0; index * 2 < hex.length; index++) {
    bytes[start + index] = Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16);
  }
}

function readHex(bytes: Uint8Array, start: number, end: number): string {
  let hex = '';
  for (let index = start; index < end; index++) {
    hex += (bytes[index] as number).toString(16).padStart(2, '0');
  }
  return hex;
}
