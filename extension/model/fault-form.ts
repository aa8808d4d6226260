/**
 * A form in which a person fills in a fault by hand. What it asks follows from the descriptions of
 * the kinds; what is typed is checked by the parser of fault plans.
 */
import type { Json, JsonObject } from '../../simulator/effects/operation.ts';
import { FAULT_KINDS, type FaultKind, specOf } from '../../simulator/faults/fault.ts';
import { durationJson, type FieldSpec } from '../../simulator/faults/fault-field.ts';
import { PlanError, parseFault } from '../../simulator/faults/plan.ts';
import { matchesGlob } from '../../simulator/kernel/glob.ts';

/** A kind of fault that can be chosen. */
export interface FaultChoice {
  readonly kind: FaultKind;
  readonly text: string;
}

/** What a fault is to hit, which decides the kinds that can. */
export type FaultTarget =
  /** An effect, by its operation's name; undefined when that is not known yet. */
  | { readonly what: 'effect'; readonly operation: string | undefined }
  /** A node, its clocks and its links. */
  | { readonly what: 'node'; readonly node: string }
  /** Links from or to one of the world's places, or between nodes. */
  | { readonly what: 'links'; readonly place: string | undefined }
  | { readonly what: 'anything' };

export function choicesFor(target: FaultTarget): readonly FaultChoice[] {
  return FAULT_KINDS.filter((kind) => suits(kind, target)).map((kind) => ({
    kind,
    text: specOf(kind).text,
  }));
}

function suits(kind: FaultKind, target: FaultTarget): boolean {
  const { acts, fields, effects = [] } = specOf(kind);
  const types = Object.values(fields).map(({ type }) => type);
  switch (target.what) {
    case 'effect': {
      const { operation } = target;
      if (acts === 'happens' || operation === undefined) return true;
      return effects.some((pattern) => matchesGlob(pattern, operation));
    }
    case 'node':
      return acts === 'happens' && (types.includes('node') || types.includes('names'));
    case 'links':
      return acts === 'happens' && types.includes('names');
    case 'anything':
      return acts === 'happens';
  }
}

/** A field as it stands in the form. */
export interface FormField {
  readonly name: string;
  readonly spec: FieldSpec;
  /** What has been filled in or is the default; undefined leaves it out of the fault. */
  readonly value: Json | undefined;
}

export class FaultForm {
  private readonly values = new Map<string, Json>();

  /** @param at where it happens, as in a plan; undefined for now, which the host fills in */
  constructor(
    readonly kind: FaultKind,
    readonly at: JsonObject | undefined,
    target: FaultTarget,
  ) {
    const { fields } = specOf(kind);
    for (const [name, spec] of Object.entries(fields)) {
      const value = target.what === 'node' && spec.type === 'node' ? target.node : startOf(spec);
      if (value !== undefined) this.values.set(name, value);
    }
    if (target.what === 'node') this.aimAt(target.node);
    if (target.what === 'links' && target.place !== undefined) this.aimAt(target.place);
  }

  get fields(): readonly FormField[] {
    return Object.entries(specOf(this.kind).fields).map(([name, spec]) => ({
      name,
      spec,
      value: this.values.get(name),
    }));
  }

  fault(): JsonObject {
    const { kind, at } = this;
    return { kind, ...(at === undefined ? {} : { at }), ...Object.fromEntries(this.values) };
  }

  /** Fills in a field with what was typed; an empty text leaves it out. */
  set(name: string, text: string): void {
    const spec = this.spec(name);
    const value = spec === undefined ? undefined : jsonOf(spec, text.trim());
    if (value === undefined) this.values.delete(name);
    else this.values.set(name, value);
  }

  /** What is wrong with a text for a field; undefined when it is fine. */
  problemWith(name: string, text: string): string | undefined {
    const tried = new FaultForm(this.kind, this.at, { what: 'anything' });
    for (const [each, value] of this.values) tried.values.set(each, value);
    tried.set(name, text);
    return tried.problems().find((problem) => problem.startsWith(`${name}: `));
  }

  /** All that is wrong with it, each with the name of the field before it. */
  problems(): readonly string[] {
    try {
      // An effect stands for wherever it will happen: an instant would need a node.
      parseFault({ ...this.fault(), at: this.at ?? SOMEWHERE }, 'the fault');
      return [];
    } catch (error) {
      if (!(error instanceof PlanError)) throw error;
      return error.problems.map((problem) => problem.replace(/^\$\./, ''));
    }
  }

  private aimAt(place: string): void {
    const { fields } = specOf(this.kind);
    const name = ['isolate', 'from'].find((each) => fields[each]?.type === 'names');
    if (name !== undefined) this.values.set(name, [place]);
  }

  private spec(name: string): FieldSpec | undefined {
    return specOf(this.kind).fields[name];
  }
}

const SOMEWHERE: JsonObject = { execution: 'any', seq: 0 };

/** What a field begins with: its default, or an example of what has to be written. */
function startOf(spec: FieldSpec): Json | undefined {
  if ('default' in spec && spec.default !== undefined) {
    return spec.type === 'duration' ? durationJson(spec.default) : (spec.default as Json);
  }
  // An example of a file is not there.
  if (spec.type === 'module') return undefined;
  return 'required' in spec && spec.required ? spec.example : undefined;
}

function jsonOf(spec: FieldSpec, text: string): Json | undefined {
  if (text === '') return undefined;
  switch (spec.type) {
    case 'integer':
    case 'share': {
      const parsed = Number(text);
      // What is no number is left as it is, for the parser to say so.
      return Number.isNaN(parsed) ? text : parsed;
    }
    case 'names':
      return text.split(/[\s,]+/).filter((name) => name !== '');
    default:
      return text;
  }
}

/** How the value of a field is shown and edited. */
export function fieldText({ value }: FormField): string {
  if (value === undefined) return '';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
