/** Types of the component model with values of them, as the glue represents those. */
import fc from 'fast-check';
import {
  camelCase,
  INTEGERS,
  isNullable,
  isWide,
  listOf,
} from '../../../simulator/guest/component/wave-values.ts';
import { PRIMITIVES, type WitType } from '../../../simulator/guest/component/wit-type.ts';

/** Names whose camel-case forms are all different, some of them words of WAVE. */
const NAMES = ['a', 'b-c', 'some', 'none', 'ok', 'err', 'true', 'false', 'inf', 'nan', 'x1-y2'];
const PARTS_MAX = 4;

const names = fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: PARTS_MAX });

export const witType: fc.Arbitrary<WitType> = fc.letrec<{ type: WitType }>((tie) => {
  const inner = tie('type');
  const maybe = fc.option(inner, { nil: undefined });
  const named = <T>(each: fc.Arbitrary<T>) =>
    names.chain((list) =>
      fc
        .tuple(...list.map(() => each))
        .map((types) => list.map((name, index) => ({ name, type: types[index] as T }))),
    );
  return {
    type: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'wit' },
      fc.constantFrom(...PRIMITIVES).map((kind): WitType => ({ kind })),
      named(inner).map((fields): WitType => ({ kind: 'record', fields })),
      named(maybe).map((cases): WitType => ({ kind: 'variant', cases })),
      inner.map((element): WitType => ({ kind: 'list', element, length: undefined })),
      fc
        .array(inner, { minLength: 1, maxLength: PARTS_MAX })
        .map((elements): WitType => ({ kind: 'tuple', elements })),
      names.map((list): WitType => ({ kind: 'flags', names: list })),
      names.map((list): WitType => ({ kind: 'enum', names: list })),
      inner.map((some): WitType => ({ kind: 'option', some })),
      fc.tuple(maybe, maybe).map(([ok, err]): WitType => ({ kind: 'result', ok, err })),
    ),
  };
}).type;

export interface TypedValue {
  readonly type: WitType;
  readonly value: unknown;
}

export function typedValue(): fc.Arbitrary<TypedValue> {
  return witType.chain((type) => valuesOf(type).map((value) => ({ type, value })));
}

function valuesOf(type: WitType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'char':
      return fc.string({ unit: 'binary', minLength: 1, maxLength: 1 });
    case 'string':
      return fc.string({ unit: 'binary' });
    case 'f32':
      return fc.float();
    case 'f64':
      return fc.double();
    case 'list':
      return fc
        .array(valuesOf(type.element), { maxLength: PARTS_MAX })
        .map((values) => listOf(type.element, values));
    case 'tuple':
      return fc.tuple(...type.elements.map(valuesOf));
    case 'record':
      return fc
        .tuple(...type.fields.map((field) => valuesOf(field.type)))
        .map((values) =>
          Object.fromEntries(
            type.fields.map(({ name }, index) => [camelCase(name), values[index]]),
          ),
        );
    case 'flags':
      return fc
        .tuple(...type.names.map(() => fc.boolean()))
        .map((set) =>
          Object.fromEntries(type.names.map((name, index) => [camelCase(name), set[index]])),
        );
    case 'enum':
      return fc.constantFrom(...type.names);
    case 'variant':
      return fc
        .constantFrom(...type.cases)
        .chain(({ name, type: payload }) => caseOf(name, payload));
    case 'option':
      return fc.boolean().chain((present) => {
        if (!present) return fc.constant(isNullable(type) ? undefined : { tag: 'none' });
        return isNullable(type) ? valuesOf(type.some) : caseOf('some', type.some);
      });
    case 'result':
      return fc.boolean().chain((isOk) => (isOk ? caseOf('ok', type.ok) : caseOf('err', type.err)));
    case 'handle':
      throw new Error('handles have no text');
    default:
      return integerOf(type.kind);
  }
}

function caseOf(tag: string, type: WitType | undefined): fc.Arbitrary<unknown> {
  return type === undefined ? fc.constant({ tag }) : valuesOf(type).map((val) => ({ tag, val }));
}

function integerOf(kind: string): fc.Arbitrary<number | bigint> {
  const range = INTEGERS[kind];
  if (range === undefined) throw new Error(`${kind} is no integer`);
  return fc.bigInt(range).map((value) => (isWide(kind) ? value : Number(value)));
}
