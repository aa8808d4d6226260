import { Unavailable } from '../../locations/unavailable.ts';
import { bareType, byteLength, type Type } from '../../types/type.ts';
import { readPointer } from '../present-pointer.ts';
import { findMember, memberValue } from '../present-record.ts';
import { readInteger } from '../scalar.ts';
import type { Value } from '../value.ts';

/** Records inside each other in which a field is looked for. */
const SEARCH_DEPTH_MAX = 12;
const SEARCH_COUNT_MAX = 200;

/** A member of a record or of what it is derived from, by the path of its names. */
export function field(value: Value, ...path: readonly string[]): Value | undefined {
  let found: Value | undefined = value;
  for (const name of path) {
    const type: Type | undefined = found && bareType(found.type);
    if (found === undefined || type?.kind !== 'record') return undefined;
    found = findMember(found, type, name);
  }
  return found;
}

/**
 * The nearest member of a name in a record or in the records inside it: the versions of a library
 * wrap the same members differently.
 */
export function deepField(value: Value, name: string): Value | undefined {
  let level: Value[] = [value];
  let searched = 0;
  for (let depth = 0; depth < SEARCH_DEPTH_MAX && level.length > 0; depth++) {
    const next: Value[] = [];
    for (const record of level) {
      const type = bareType(record.type);
      if (type.kind !== 'record' || ++searched > SEARCH_COUNT_MAX) continue;
      for (const member of type.members()) {
        if (member.place.kind === 'static') continue;
        const child = memberValue(record, member);
        if (member.name === name) return child;
        next.push(child);
      }
    }
    level = next;
  }
  return undefined;
}

/** The first of several names that there is a member of. */
export function anyField(value: Value, ...names: readonly string[]): Value | undefined {
  for (const name of names) {
    const found = deepField(value, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The address in a pointer, or in a record around one; undefined for what is neither. */
export function addressIn(value: Value | undefined): number | undefined {
  const pointer = value === undefined ? undefined : pointerIn(value);
  if (pointer === undefined) return undefined;
  const type = bareType(pointer.type);
  return type.kind === 'pointer' ? readPointer(pointer, type) : undefined;
}

/** The pointer itself, where records of one member are around it. */
export function pointerIn(value: Value): Value | undefined {
  let inner: Value | undefined = value;
  for (let depth = 0; depth < SEARCH_DEPTH_MAX && inner !== undefined; depth++) {
    const type: ReturnType<typeof bareType> = bareType(inner.type);
    if (type.kind === 'pointer') return inner;
    if (type.kind !== 'record') return undefined;
    const record: Value = inner;
    inner = type
      .members()
      .filter(({ place }) => place.kind === 'bytes')
      .map((member) => memberValue(record, member))
      .find((member) => (member.byteLength ?? 0) > 0);
  }
  return undefined;
}

/** What a pointer points to, by its type; undefined for what is no pointer. */
export function targetType(value: Value | undefined): Type | undefined {
  const pointer = value === undefined ? undefined : pointerIn(value);
  const type = pointer && bareType(pointer.type);
  return type?.kind === 'pointer' ? type.target() : undefined;
}

/** A whole number that is in a member, or in a record around one. */
export function countIn(value: Value | undefined): number | undefined {
  let inner = value;
  for (let depth = 0; depth < SEARCH_DEPTH_MAX && inner !== undefined; depth++) {
    const record: Value = inner;
    const type = bareType(record.type);
    if (type.kind === 'base') {
      const signed = type.encoding === 'signed';
      return Number(readInteger(record, type.byteLength, signed));
    }
    if (type.kind !== 'record') return undefined;
    inner = type
      .members()
      .filter(({ place }) => place.kind !== 'static')
      .map((member) => memberValue(record, member))
      .find((member) => (member.byteLength ?? 0) > 0);
  }
  return undefined;
}

/** A type parameter by its place. */
export function typeParameter(value: Value, index: number): Type | undefined {
  const type = bareType(value.type);
  return type.kind === 'record' ? [...type.parameters().values()][index] : undefined;
}

/**
 * A count that memory can hold, of elements of so many bytes. Throws Unavailable for another: the
 * value was not made yet, or was overwritten.
 */
export function plausible(value: Value, count: number, elementBytes: number): number {
  const most = value.world.memory.length / (elementBytes || 1);
  if (Number.isInteger(count) && count >= 0 && count <= most) return count;
  throw new Unavailable(`${count} elements do not fit into memory`);
}

/** How many bytes an element takes. Throws Unavailable. */
export function sizeOf(type: Type): number {
  const size = byteLength(type);
  if (size === undefined) throw new Unavailable('the size of an element is not known');
  return size;
}

/** Types that are looked at for one alignment; damage can put a type into itself. */
const ALIGNMENT_STEPS_MAX = 2_000;

/** What the address of a value of a type is a multiple of. */
export function alignmentOf(type: Type, budget = { left: ALIGNMENT_STEPS_MAX }): number {
  const bare = bareType(type);
  if (--budget.left < 0) return 1;
  switch (bare.kind) {
    case 'array':
      return alignmentOf(bare.element(), budget);
    case 'record':
      return bare
        .members()
        .filter(({ place }) => place.kind !== 'static')
        .reduce((most, member) => Math.max(most, alignmentOf(member.type(), budget)), 1);
    default:
      return Math.max(1, Math.min(16, byteLength(bare) ?? 1));
  }
}

/** The first multiple of the type's alignment from `offset` on. */
export function aligned(offset: number, type: Type): number {
  const alignment = alignmentOf(type);
  return Math.ceil(offset / alignment) * alignment;
}
