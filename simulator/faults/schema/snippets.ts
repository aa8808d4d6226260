/** What an editor proposes where a fault is to be written: one of each kind, with places to fill in. */
import type { Json, JsonObject } from '../../effects/operation.ts';
import { FAULT_KINDS, type FaultKind, specOf } from '../fault.ts';
import type { FieldSpec } from '../fault-field.ts';

/** What is proposed where a field has no example of its own. */
const EXAMPLES: Readonly<Record<FieldSpec['type'], Json>> = {
  duration: '10s',
  integer: 1,
  share: 0.5,
  choice: '',
  text: '',
  module: 'order-v2.wasm',
  node: 'node-a',
  volume: 'data',
  names: ['node-a'],
};

export function faultSnippets(): JsonObject[] {
  return FAULT_KINDS.map((kind) => ({
    label: kind,
    description: specOf(kind).text,
    body: bodyOf(kind),
  }));
}

function bodyOf(kind: FaultKind): JsonObject {
  const { fields, effects } = specOf(kind);
  let places = 0;
  const place = (text: string): string => `\${${++places}${text}}`;
  const written = Object.entries(fields).flatMap(([name, spec]) => {
    const value = proposed(spec, place);
    return value === undefined ? [] : [[name, value] as const];
  });
  const [effect = 'http.request'] = effects ?? [];
  const at = { execution: place(':order-1'), effect: place(`:${effect}`), match: 1 };
  return { kind, ...Object.fromEntries(written), at };
}

/** Fields that must be written, and those that make the most of a difference. */
function proposed(spec: FieldSpec, place: (text: string) => string): Json | undefined {
  if (spec.type === 'choice') {
    const { values, default: fallback } = spec;
    const first = values.filter((value) => value === fallback);
    const others = values.filter((value) => value !== fallback);
    return place(`|${[...first, ...others].join(',')}|`);
  }
  const isRequired = 'required' in spec && spec.required === true;
  if (!isRequired) return undefined;
  const value = spec.example ?? EXAMPLES[spec.type];
  // A number stays one when its place is filled in: ^ before a place takes the quotes away.
  if (typeof value === 'number') return `^${place(`:${value}`)}`;
  return typeof value === 'string' ? place(`:${value}`) : value;
}
