/**
 * The fields of faults as data: how each is read, printed and described. The types of faults, the
 * parser, the printer, the schema and the choices that the editor offers all follow from them.
 */
import type { Json } from '../effects/operation.ts';
import { formatDuration, parseDuration } from '../kernel/time.ts';
import type { FieldReader } from './field-reader.ts';

interface Described {
  /** One sentence for a person who writes the field. */
  readonly text: string;
  /** What a snippet proposes, when the field has to be written. */
  readonly example?: Json;
}

/** A length of time; in the fault, its nanoseconds are in a field with `Nanos` behind the name. */
export interface DurationField extends Described {
  readonly type: 'duration';
  readonly sign: 'any' | 'positive' | 'not negative';
  readonly default?: bigint;
  readonly required?: true;
}

export interface IntegerField extends Described {
  readonly type: 'integer';
  readonly minimum: number;
  readonly maximum: number;
  readonly default?: number;
  readonly required?: true;
}

/** A number from 0 to 1. */
export interface ShareField extends Described {
  readonly type: 'share';
  readonly default?: number;
  readonly required?: true;
}

export interface ChoiceField extends Described {
  readonly type: 'choice';
  readonly values: readonly string[];
  readonly default?: string;
  readonly required?: true;
}

export interface TextField extends Described {
  readonly type: 'text';
  readonly required?: true;
}

/** The path of a module, or of a source that is built. */
export interface ModuleField extends Described {
  readonly type: 'module';
  readonly required?: true;
}

/** The name of a node, or its role; a fault that has this field is done to a node. */
export interface NodeField extends Described {
  readonly type: 'node';
  /** It is done to all nodes when the field is left out, not to the one that runs the effect. */
  readonly all?: true;
}

/** The name of a volume. */
export interface VolumeField extends Described {
  readonly type: 'volume';
}

/** Names of nodes, services, volumes or the journal store. */
export interface NamesField extends Described {
  readonly type: 'names';
  readonly required?: true;
}

export type FieldSpec =
  | DurationField
  | IntegerField
  | ShareField
  | ChoiceField
  | TextField
  | ModuleField
  | NodeField
  | VolumeField
  | NamesField;

export type FieldSpecs = Readonly<Record<string, FieldSpec>>;

type ValueOf<S extends FieldSpec> = S extends DurationField
  ? bigint
  : S extends IntegerField | ShareField
    ? number
    : S extends ChoiceField
      ? S['values'][number]
      : S extends NamesField
        ? readonly string[]
        : string;

type Given<S extends FieldSpec> = S extends { required: true } | { default: unknown }
  ? ValueOf<S>
  : ValueOf<S> | undefined;

/** The fields of a fault, from their descriptions. */
export type FieldsOf<T extends FieldSpecs> = {
  readonly [K in keyof T & string as T[K] extends DurationField ? `${K}Nanos` : K]: Given<T[K]>;
};

/** What a field is called in the fault that was read. */
export function propertyOf(name: string, spec: FieldSpec): string {
  return spec.type === 'duration' ? `${name}Nanos` : name;
}

/** The value of a field; undefined where there is none, or it is wrong and was reported. */
export function readField(fields: FieldReader, name: string, spec: FieldSpec): unknown {
  switch (spec.type) {
    case 'duration': {
      const nanos = fields.duration(name, spec.sign);
      if (nanos !== undefined) return nanos;
      if (spec.required && !fields.has(name)) fields.missing(name, 'a duration such as "10s"');
      return spec.default;
    }
    case 'integer': {
      const { minimum, maximum, default: fallback } = spec;
      if (spec.required !== true && fields.lacks(name)) return fallback;
      return fields.integer(name, { minimum, maximum });
    }
    case 'share':
      return fields.share(name, spec.default, spec.required === true);
    case 'choice':
      if (spec.required !== true && fields.lacks(name)) return spec.default;
      return fields.oneOf(name, spec.values, undefined);
    case 'text':
    case 'module':
    case 'node':
    case 'volume': {
      const text = fields.text(name);
      const isRequired = 'required' in spec && spec.required === true;
      if (text === undefined && isRequired && !fields.has(name)) {
        fields.missing(name, spec.type === 'module' ? 'the path of a module' : 'a text');
      }
      return text;
    }
    case 'names': {
      const names = fields.names(name);
      if (names === undefined && spec.required && !fields.has(name)) {
        fields.missing(name, 'a list of names');
      }
      return names;
    }
  }
}

/** The form of a value in a plan. */
export function fieldJson(value: unknown, spec: FieldSpec): Json | undefined {
  if (spec.type === 'duration') return durationJson(value as bigint | undefined);
  return value as Json | undefined;
}

export function durationJson(nanos: bigint | undefined): string | undefined {
  if (nanos === undefined) return undefined;
  const text = formatDuration(nanos).replaceAll(' ', '');
  // The readable form is rounded; what would not come back the same is written exactly.
  return parseDuration(text) === nanos ? text : `${nanos}ns`;
}
