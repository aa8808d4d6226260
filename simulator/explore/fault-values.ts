/**
 * The values that the fields of faults are tried with. What a kind says of its fields decides; where
 * that is not enough, TRIED says what is worth trying.
 */
import type { Json, JsonObject } from '../effects/operation.ts';
import { EFFECT_POINTS, type FaultKind, specOf } from '../faults/fault.ts';
import type { FieldSpec } from '../faults/fault-field.ts';
import type { RandomStream } from '../kernel/random-stream.ts';
import { below, pick } from './draw.ts';

/** Undefined leaves a field out. */
type Value = Json | undefined;

/** The names that a world offers to faults. */
export interface WorldNames {
  readonly nodes: readonly string[];
  /** Services, volumes and the journal store. */
  readonly others: readonly string[];
  readonly volumes: readonly string[];
}

/** Ways to fill in the fields of one kind at most. */
const VARIANTS_MAX = 40;

/** `<kind>.<field>`, or `<field>` of any kind. */
const TRIED: Readonly<Record<string, readonly Value[]>> = {
  by: ['-1h', '1h', '-5s'],
  ppm: [-900_000, 900_000],
  point: EFFECT_POINTS,
  // That all is written when half of it is, no program can know.
  'torn-write.told': ['part'],
  'misdirected-write.file': [undefined, '*'],
  'slow-link.way': ['both'],
  'lossy-link.way': ['both'],
  'clog.way': ['both'],
};

/** Lengths that chance picks from: below, around and beyond leases and timeouts. */
const LENGTHS = ['1ms', '40ms', '500ms', '3s', '8s', '12s', '25s', '45s', '2min', '1h'] as const;
/** None is without an end: once all are over, the run must come to its own. */
const JUMPS = ['-24h', '-1h', '-30s', '-2s', '-100ms', '100ms', '2s', '30s', '1h', '24h'] as const;

/** Every way to fill in the fields of a kind that is worth trying by itself, without `at`. */
export function variantsOf(kind: FaultKind, names: WorldNames): readonly JsonObject[] {
  let variants: JsonObject[] = [{}];
  for (const [field, spec] of Object.entries(specOf(kind).fields)) {
    const values = TRIED[`${kind}.${field}`] ?? TRIED[field] ?? valuesOf(spec, names);
    variants = variants.flatMap((variant) =>
      values.map((value) => (value === undefined ? variant : { ...variant, [field]: value })),
    );
  }
  return variants.slice(0, VARIANTS_MAX);
}

/** Fills in the fields of a kind by chance; no length is without an end. */
export function drawFields(kind: FaultKind, names: WorldNames, random: RandomStream): JsonObject {
  const fields = Object.entries(specOf(kind).fields).map(
    ([field, spec]) => [field, drawField(`${kind}.${field}`, spec, names, random)] as const,
  );
  return Object.fromEntries(fields.filter(([, value]) => value !== undefined)) as JsonObject;
}

function valuesOf(spec: FieldSpec, names: WorldNames): readonly Value[] {
  switch (spec.type) {
    case 'duration':
      if (spec.required !== true) return [undefined];
      return spec.sign === 'any' ? ['-1h', '1h'] : ['10s'];
    case 'integer':
      return spec.required === true ? [...new Set([spec.minimum, spec.maximum])] : [undefined];
    case 'share':
      return spec.required === true ? [1] : [undefined];
    case 'choice':
      return spec.values;
    case 'text':
      return spec.required === true ? [] : [undefined];
    case 'module':
      // Nobody can guess it.
      return [];
    case 'node':
    case 'volume':
      return [undefined];
    case 'names':
      if (spec.required !== true) return [undefined];
      return [...names.nodes, ...names.others].map((name) => [name]);
  }
}

/** Choices are those that are tried, where these are not all. */
function drawField(field: string, spec: FieldSpec, names: WorldNames, random: RandomStream): Value {
  const tried = spec.type === 'choice' ? TRIED[field] : undefined;
  return tried === undefined ? drawValue(spec, names, random) : pick(tried, random);
}

function drawValue(spec: FieldSpec, names: WorldNames, random: RandomStream): Value {
  switch (spec.type) {
    case 'duration':
      return pick(spec.sign === 'any' ? JUMPS : LENGTHS, random);
    case 'integer': {
      const { minimum, maximum } = spec;
      // Small numbers are more telling than large ones, which are as good as for ever.
      const reach = Math.min(maximum, pick([1, 2, 5, 1_000, 1_000_000], random));
      const low = Math.max(minimum, -reach);
      return low + below(Math.max(1, reach - low + 1), random);
    }
    case 'share':
      return pick([0.05, 0.25, 0.5, 1], random);
    case 'choice':
      return pick(spec.values, random);
    case 'text':
    case 'module':
      return undefined;
    case 'node':
      return below(3, random) === 0 ? pick(names.nodes, random) : undefined;
    case 'volume':
      return undefined;
    case 'names':
      if (spec.required !== true && below(2, random) === 0) return undefined;
      return [pick([...names.nodes, ...names.others], random)];
  }
}
