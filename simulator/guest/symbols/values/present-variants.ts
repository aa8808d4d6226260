import { Unavailable } from '../locations/unavailable.ts';
import {
  bareType,
  byteLength,
  type RecordType,
  type Variant,
  type VariantPart,
} from '../types/type.ts';
import { members, memberValue } from './present-record.ts';
import { BRACES, listText, PARENTHESES, type Presentation } from './presentation.ts';
import { readInteger } from './scalar.ts';
import type { NamedValue, Value } from './value.ts';

/** The variant that a record with a discriminant is, such as `Some(3)` or `Rect {w: 2, h: 3}`. */
export function presentVariants(value: Value, part: VariantPart): Presentation {
  const variant = activeVariant(value, part);
  const [member] = variant.members;
  if (member === undefined) return { kind: 'enumeration', text: () => '{}' };
  const name = member.name ?? '{unnamed}';
  const payload = memberValue(value, member, value.evaluateName);
  const type = bareType(payload.type);
  if (type.kind !== 'record') {
    const fields = [{ name, value: payload }];
    return {
      kind: 'record',
      named: () => fields,
      text: (depth) => listText(fields, depth, BRACES),
    };
  }
  const fields = plainFields(payload, type);
  if (fields.length === 0) return { kind: 'enumeration', text: () => name };
  const style = isTuple(fields) ? PARENTHESES : { ...BRACES, open: ' {' };
  return {
    kind: 'record',
    named: () => fields,
    ...(fields.length === 1 && isTuple(fields)
      ? { target: () => (fields[0] as NamedValue).value }
      : {}),
    text: (depth) => name + listText(fields, depth, style),
  };
}

function activeVariant(value: Value, { discriminant, variants }: VariantPart): Variant {
  const otherwise = variants.find(({ ranges }) => ranges.length === 0);
  const [first] = variants;
  if (discriminant === undefined) {
    return otherwise ?? first ?? fail('the type has no variants');
  }
  const member = memberValue(value, discriminant);
  const length = byteLength(member.type) ?? 0;
  const bits = length * 8;
  const number = readInteger(member, length, false);
  const unsigned = (each: bigint) => BigInt.asUintN(bits, each);
  const found = variants.find(({ ranges }) =>
    ranges.some(([from, to]) => unsigned(from) <= number && number <= unsigned(to)),
  );
  return found ?? otherwise ?? fail(`there is no variant ${number}`);
}

function fail(why: string): never {
  throw new Unavailable(why);
}

/** The members of a record of Rust, those of a tuple by their numbers. */
export function plainFields(value: Value, type: RecordType): NamedValue[] {
  return members(value, type).map((child): NamedValue => {
    const [, number] = /^__(\d+)$/.exec(child.name) ?? [];
    if (number === undefined) return child;
    const path = value.evaluateName === undefined ? undefined : `${value.evaluateName}.${number}`;
    return { ...child, name: number, value: child.value.renamed(path) };
  });
}

export function isTuple(fields: readonly NamedValue[]): boolean {
  return fields.length > 0 && fields.every(({ name }) => /^\d+$/.test(name));
}
