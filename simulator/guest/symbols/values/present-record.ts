import { MissingStorage } from '../locations/storage.ts';
import type { Member, RecordType } from '../types/type.ts';
import { bareType } from '../types/type.ts';
import { typeName } from '../types/type-name.ts';
import { isTuple, plainFields, presentVariants } from './present-variants.ts';
import { BRACES, listText, PARENTHESES, type Presentation } from './presentation.ts';
import { type NamedValue, Value } from './value.ts';

/**
 * Members that are looked at for one record, those of anonymous ones and bases included: damage can
 * put a record into itself.
 */
const MEMBER_COUNT_MAX = 20_000;

interface Budget {
  left: number;
  /** Records around the one that is looked at. */
  depth: number;
}

const RECORD_DEPTH_MAX = 32;

export function presentRecord(value: Value, type: RecordType): Presentation {
  const part = type.variants();
  if (part !== undefined && value.options.raw !== true) return presentVariants(value, part);
  if (type.language === 'rust') return presentRustRecord(value, type);
  const named = () => members(value, type);
  return {
    kind: 'record',
    named,
    text: (depth) => {
      const shown = named().filter(({ role }) => role !== 'static');
      return listText(shown, depth, BRACES);
    },
  };
}

/** A tuple, a struct with numbered members or one with names. */
function presentRustRecord(value: Value, type: RecordType): Presentation {
  const fields = plainFields(value, type);
  const style = isTuple(fields) ? PARENTHESES : BRACES;
  const shown = fields.filter(({ value: { byteLength } }) => byteLength !== 0);
  return {
    kind: 'record',
    named: () => fields,
    text: (depth) => (fields.length === 0 ? '()' : listText(shown, depth, style)),
  };
}

/** Its base classes under their names, its members, and the static ones. */
export function members(
  value: Value,
  type: RecordType,
  budget: Budget = { left: MEMBER_COUNT_MAX, depth: 0 },
): NamedValue[] {
  return type.members().flatMap((member): NamedValue[] => {
    // The compiler's own, as the pointer to the table of virtual functions.
    if (member.artificial || --budget.left < 0) return [];
    if (member.role === 'base') {
      const base = memberValue(value, member, value.evaluateName);
      return [{ name: typeName(member.type()), value: base, role: 'base' }];
    }
    if (member.name === undefined) {
      const inner = bareType(member.type());
      const anonymous = memberValue(value, member, value.evaluateName);
      return inner.kind === 'record'
        ? (within(budget, () => members(anonymous, inner, budget)) ?? [])
        : [];
    }
    const path = memberPath(value.evaluateName, member.name);
    const child: NamedValue = { name: member.name, value: memberValue(value, member, path) };
    return [member.place.kind === 'static' ? { ...child, role: 'static' } : child];
  });
}

/** The member of a name, in the record or in what it is derived from. */
export function findMember(
  value: Value,
  type: RecordType,
  name: string,
  budget: Budget = { left: MEMBER_COUNT_MAX, depth: 0 },
): Value | undefined {
  const own = members(value, type, budget);
  const found = own.find((member) => member.role !== 'base' && member.name === name);
  if (found !== undefined) return found.value;
  for (const { value: base, role } of own) {
    const inner = role === 'base' ? bareType(base.type) : undefined;
    if (inner?.kind !== 'record') continue;
    const inherited = within(budget, () => findMember(base, inner, name, budget));
    if (inherited !== undefined) return inherited;
  }
  return undefined;
}

/** Looks into a record inside of another one; undefined when that is too much. */
function within<T>(budget: Budget, look: () => T): T | undefined {
  if (budget.left <= 0 || budget.depth === RECORD_DEPTH_MAX) return undefined;
  budget.depth++;
  const found = look();
  budget.depth--;
  return found;
}

export function memberValue(value: Value, member: Member, evaluateName?: string): Value {
  const { place } = member;
  switch (place.kind) {
    case 'bytes':
      return value.part(member.type(), place.offset, { evaluateName });
    case 'bits':
      return value.part(member.type(), place.offset, {
        evaluateName,
        bits: { first: place.bit, count: place.bits },
      });
    case 'static':
      return value.world.staticValue(place.entry, evaluateName);
    case 'unknown':
      return new Value(member.type(), new MissingStorage(place.why), value.world);
  }
}

/** `a.b`, and `p->b` for a member of what a pointer points to. */
export function memberPath(path: string | undefined, name: string): string | undefined {
  if (path === undefined) return undefined;
  const pointer = /^\(?\*([\w.:]+|\([^()]*\))\)?$/.exec(path)?.[1];
  return pointer === undefined ? `${path}.${name}` : `${pointer}->${name}`;
}
