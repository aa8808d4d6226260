/**
 * The next simpler forms of a fault: earlier, shorter, fewer, closer to the defaults. Going on from
 * one to the next comes to an end, because each step makes a fault smaller in some field.
 */
import type { Json, JsonObject } from '../../effects/operation.ts';
import { type Fault, specOf } from '../../faults/fault.ts';
import { durationJson, type FieldSpec } from '../../faults/fault-field.ts';
import { faultJson, PlanError, parseFault } from '../../faults/plan.ts';
import { parseDuration } from '../../kernel/time.ts';
import { isSilent } from '../aspect.ts';

/** Lengths that people write. */
const LENGTHS = [
  '1ms',
  '10ms',
  '100ms',
  '1s',
  '2s',
  '5s',
  '10s',
  '20s',
  '30s',
  '1min',
  '10min',
  '1h',
  '24h',
].map((text) => parseDuration(text) ?? 0n);

const NUMBERS = [0, 1, 2, 5, 10, 100, 1_000, 10_000, 100_000];

/** The simplest ones first. */
export function simplerFaults(fault: Fault): readonly Fault[] {
  const json = faultJson(fault);
  const forms = Object.entries(specOf(fault.kind).fields).flatMap(([name, spec]) =>
    simplerValues(json[name], spec).map((value) => withField(json, name, value)),
  );
  return [...forms, ...earlierForms(fault, json)]
    .flatMap((form) => parsed(form) ?? [])
    .filter((form) => isSilent(form) === isSilent(fault));
}

/** The values to try in place of one; undefined leaves the field out. */
function simplerValues(value: Json | undefined, spec: FieldSpec): readonly (Json | undefined)[] {
  if (value === undefined) return [];
  switch (spec.type) {
    case 'duration': {
      const nanos = sizeOf(parseDuration(String(value)) ?? 0n);
      // The default is simpler where it is smaller, or both would be simpler than the other.
      const isShorter = spec.required !== true && sizeOf(spec.default ?? 0n) < nanos;
      return [...(isShorter ? [undefined] : []), ...shorterJson(value)];
    }
    case 'integer': {
      const number = Number(value);
      const isCloser = spec.required !== true && Math.abs(spec.default ?? 0) < Math.abs(number);
      return [...(isCloser ? [undefined] : []), ...closerNumbers(number)];
    }
    case 'share':
      return value === 1 ? [] : [1];
    case 'choice':
      return spec.values.slice(0, spec.values.indexOf(String(value)));
    case 'text':
    case 'module':
      return [];
    case 'node':
    case 'volume':
      return [undefined];
    case 'names': {
      const names = value as readonly string[];
      return names.length < 2 ? [] : names.map((_, index) => names.toSpliced(index, 1));
    }
  }
}

function sizeOf(nanos: bigint): bigint {
  return nanos < 0n ? -nanos : nanos;
}

/** Lengths that people write and that are shorter, the shortest first. */
export function shorterLengths(nanos: bigint): readonly bigint[] {
  return LENGTHS.filter((each) => each < nanos);
}

function shorterJson(length: Json): readonly Json[] {
  const nanos = parseDuration(String(length)) ?? 0n;
  return shorterLengths(sizeOf(nanos)).flatMap(
    (each) => durationJson(nanos < 0n ? -each : each) ?? [],
  );
}

function closerNumbers(value: number): readonly number[] {
  return NUMBERS.filter((each) => each < Math.abs(value)).map((each) => (value < 0 ? -each : each));
}

function earlierForms({ at }: Fault, json: JsonObject): readonly JsonObject[] {
  if (at.kind === 'seq') {
    const earlier = new Set([0, at.seq >> 1, at.seq - 1].filter((seq) => seq >= 0 && seq < at.seq));
    const { execution } = at;
    return [...earlier].map((seq) => ({ ...json, at: { execution, seq } }));
  }
  if (at.kind !== 'time') return [];
  const where = json.at as JsonObject;
  return shorterJson(durationJson(at.atNanos) ?? '0s').map((time) => ({
    ...json,
    at: { ...where, time },
  }));
}

function withField(json: JsonObject, name: string, value: Json | undefined): JsonObject {
  const { [name]: _old, ...others } = json;
  return value === undefined ? others : { ...others, [name]: value };
}

function parsed(json: JsonObject): Fault | undefined {
  try {
    return parseFault(json, 'a simpler fault');
  } catch (error) {
    // Fields that are simpler one by one need not go together.
    if (error instanceof PlanError) return undefined;
    throw error;
  }
}
