/**
 * Bytes of memory, and globals, that a person changes at a place of an execution. The place is one
 * of the program, not of time: every attempt that comes to it from the first one on makes the
 * change there, so that replays, recoveries and reruns agree.
 */
import type { JsonObject } from '../effects/operation.ts';
import { FieldReader } from '../faults/field-reader.ts';
import type { WasmNumber } from '../guest/instrument/index.ts';
import { type ExecutionId, executionId, type Seq, seqOf } from '../journal/entry.ts';
import { type InputRow, PASSED_TO } from '../journal/records.ts';
import { PATCH_BYTES_MAX } from '../kernel/limits.ts';

export interface Patch {
  readonly execution: ExecutionId;
  /** The attempt in which it is made first. */
  readonly attempt: number;
  readonly place: PatchPlace;
  readonly write: PatchWrite;
  /** What a person changes, such as `total = 5`. */
  readonly label: string;
}

export type PatchPlace =
  /** In the call of an effect, before it returns. */
  | { readonly kind: 'effect'; readonly seq: Seq }
  /**
   * Before a statement: `tick` counts from 1 since the execution began, `codeOffset` is where it
   * begins in the code. Effects before `seq` have returned by then.
   */
  | {
      readonly kind: 'statement';
      readonly seq: Seq;
      readonly tick: number;
      readonly codeOffset: number;
    };

export type PatchWrite =
  /** Bytes of the first memory of the program's own module. */
  | { readonly kind: 'memory'; readonly address: number; readonly bytes: Uint8Array }
  /** A global of that module. */
  | { readonly kind: 'global'; readonly index: number; readonly value: WasmNumber };

/** A patch that cannot be made, or a recorded input that is none. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly code = 'bad-patch';
}

const TYPES = ['i32', 'i64', 'f32', 'f64'] as const;
const BYTES: Readonly<Record<WasmNumber['type'], number>> = { i32: 4, i64: 8, f32: 4, f64: 8 };
const LABEL_LENGTH_MAX = 1000;
/** Larger than any code, and any global's index. */
const CODE_MAX = 2 ** 32;

/** An input as it is written down: its fields, and the bytes that are written. */
export function patchInput({ execution, attempt, place, write, label }: Patch): {
  readonly data: JsonObject;
  readonly body: Uint8Array;
} {
  const { seq } = place;
  const at =
    place.kind === 'effect' ? { seq } : { seq, tick: place.tick, codeOffset: place.codeOffset };
  const where =
    write.kind === 'memory'
      ? { address: write.address }
      : { global: write.index, type: write.value.type };
  const body = write.kind === 'memory' ? write.bytes : numberBytes(write.value);
  const data = { execution, attempt, ...at, ...where, label: label.slice(0, LABEL_LENGTH_MAX) };
  return { data, body };
}

/** Reads back what `patchInput` wrote down. Throws PatchError, with every problem. */
export function parsePatch({
  number,
  data,
  body,
}: Pick<InputRow, 'number' | 'data' | 'body'>): Patch {
  const problems: string[] = [];
  const reader = new FieldReader(data, '$', problems);
  const execution = executionId(reader.text('execution') ?? '');
  if (execution === '') problems.push('$.execution: the name of an execution is wanted');
  const attempt = reader.integer('attempt', { minimum: 1 });
  const place = readPlace(reader);
  const write = readWrite(reader, body ?? new Uint8Array(0), problems);
  const label = reader.text('label') ?? '';
  reader.lacks(PASSED_TO);
  reader.finish();
  if (problems.length > 0) {
    const list = problems.map((text) => `  ${text}`).join('\n');
    throw new PatchError(`input ${number} of the recording is no usable patch:\n${list}`);
  }
  return { execution, attempt, place, write, label };
}

function readPlace(reader: FieldReader): PatchPlace {
  const seq = seqOf(reader.integer('seq', { minimum: 0 }));
  if (reader.lacks('tick') && reader.lacks('codeOffset')) return { kind: 'effect', seq };
  const tick = reader.integer('tick', { minimum: 1 });
  const codeOffset = reader.integer('codeOffset', { minimum: 0, maximum: CODE_MAX });
  return { kind: 'statement', seq, tick, codeOffset };
}

function readWrite(reader: FieldReader, body: Uint8Array, problems: string[]): PatchWrite {
  if (reader.lacks('global')) {
    const address = reader.integer('address', { minimum: 0 });
    if (body.length === 0 || body.length > PATCH_BYTES_MAX) {
      problems.push(`$.body: expected 1-${PATCH_BYTES_MAX} bytes, found ${body.length}`);
    }
    return { kind: 'memory', address, bytes: body };
  }
  const index = reader.integer('global', { minimum: 0, maximum: CODE_MAX });
  const type = reader.oneOf('type', TYPES, undefined) ?? 'i32';
  if (body.length !== BYTES[type]) {
    problems.push(`$.body: expected the ${BYTES[type]} bytes of an ${type}, found ${body.length}`);
    return { kind: 'global', index, value: { type: 'i32', value: 0 } };
  }
  return { kind: 'global', index, value: numberOf(type, body) };
}

function numberBytes(number: WasmNumber): Uint8Array {
  const bytes = new Uint8Array(BYTES[number.type]);
  const view = new DataView(bytes.buffer);
  switch (number.type) {
    case 'i32':
      view.setInt32(0, number.value, true);
      return bytes;
    case 'i64':
      view.setBigInt64(0, number.value, true);
      return bytes;
    case 'f32':
      view.setFloat32(0, number.value, true);
      return bytes;
    case 'f64':
      view.setFloat64(0, number.value, true);
      return bytes;
  }
}

function numberOf(type: WasmNumber['type'], bytes: Uint8Array): WasmNumber {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'i32':
      return { type, value: view.getInt32(0, true) };
    case 'i64':
      return { type, value: view.getBigInt64(0, true) };
    case 'f32':
      return { type, value: view.getFloat32(0, true) };
    case 'f64':
      return { type, value: view.getFloat64(0, true) };
  }
}

/** The patches among inputs, in the order in which they came. Throws PatchError. */
export function patchesIn(inputs: readonly InputRow[]): Patch[] {
  return inputs.filter(({ kind }) => kind === 'patch').map(parsePatch);
}

/** Those that an attempt makes; of an execution's journal as a whole, all of its patches. */
export function patchesOf(
  inputs: readonly InputRow[],
  execution: ExecutionId,
  attempt = Number.POSITIVE_INFINITY,
): Patch[] {
  return patchesIn(inputs).filter(
    (patch) => patch.execution === execution && patch.attempt <= attempt,
  );
}
