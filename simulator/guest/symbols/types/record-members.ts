import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import type { Member, MemberPlace, Type, Variant, VariantPart } from './type.ts';

/** What a record needs to read the types of its parts. */
export interface TypeSource {
  typeOf(entry: Entry): Type;
}

const MEMBER_COUNT_MAX = 10_000;
const VARIANT_COUNT_MAX = 10_000;

/** DW_OP_plus_uconst, with which DWARF 2 says where a member is. */
const PLUS_CONSTANT = 0x23;
const CONSTANT_UNSIGNED = 0x10;

/** Base classes first, then members; static ones are where the class declares them. */
export function readMembers(record: Entry, types: TypeSource): Member[] {
  const members: Member[] = [];
  for (const entry of record.children()) {
    if (members.length === MEMBER_COUNT_MAX) break;
    if (isMember(entry)) members.push(readMember(entry, types));
  }
  return members.sort((one, other) => rank(one) - rank(other));
}

const rank = ({ role }: Member) => (role === 'base' ? 0 : 1);

/** Since DWARF 5 static members are variables. */
function isMember({ tag }: Entry): boolean {
  return tag === TAG.member || tag === TAG.inheritance || tag === TAG.variable;
}

function readMember(entry: Entry, types: TypeSource): Member {
  return {
    name: entry.name,
    role: entry.tag === TAG.inheritance ? 'base' : 'member',
    place: memberPlace(entry),
    type: () => types.typeOf(entry),
    artificial: entry.flag(ATTRIBUTE.artificial),
  };
}

function memberPlace(entry: Entry): MemberPlace {
  const isStatic =
    entry.tag === TAG.variable ||
    entry.flag(ATTRIBUTE.declaration) ||
    (entry.flag(ATTRIBUTE.external) && !entry.has(ATTRIBUTE.memberLocation));
  if (isStatic) return { kind: 'static', entry };
  const offset = byteOffset(entry);
  if (offset === undefined) {
    return { kind: 'unknown', why: 'only the object itself tells where this part of it is' };
  }
  return bitPlace(entry, offset) ?? { kind: 'bytes', offset };
}

/** 0 where nothing is said, as in unions. */
function byteOffset(entry: Entry): number | undefined {
  const value = entry.value(ATTRIBUTE.memberLocation);
  if (value === undefined) return 0;
  if (value.kind === 'number') return value.number;
  const expression = entry.block(ATTRIBUTE.memberLocation);
  const operation = expression?.u8('an operation');
  if (operation !== PLUS_CONSTANT && operation !== CONSTANT_UNSIGNED) return undefined;
  const offset = expression?.leb64('an offset');
  return expression?.done ? offset : undefined;
}

/** Bit fields: counted from the record (DWARF 4), or from the other end of a unit (DWARF 2). */
function bitPlace(entry: Entry, offset: number): MemberPlace | undefined {
  const bits = entry.number(ATTRIBUTE.bitSize);
  if (bits === undefined) return undefined;
  const fromStart = entry.number(ATTRIBUTE.dataBitOffset);
  if (fromStart !== undefined) return placeOfBits(offset * 8 + fromStart, bits);
  const fromTop = entry.number(ATTRIBUTE.bitOffset);
  const unitBytes = entry.number(ATTRIBUTE.byteSize) ?? storageBytes(entry);
  if (fromTop === undefined || unitBytes === undefined) return placeOfBits(offset * 8, bits);
  return placeOfBits(offset * 8 + unitBytes * 8 - fromTop - bits, bits);
}

function placeOfBits(bit: number, bits: number): MemberPlace {
  return { kind: 'bits', offset: Math.floor(bit / 8), bit: bit & 7, bits };
}

/** The size of the type that a bit field was declared with. */
function storageBytes(entry: Entry): number | undefined {
  let type = entry.reference(ATTRIBUTE.type);
  for (let steps = 0; type !== undefined && steps < 10; steps++) {
    const size = type.number(ATTRIBUTE.byteSize);
    if (size !== undefined) return size;
    type = type.reference(ATTRIBUTE.type);
  }
  return undefined;
}

/** The shapes of a Rust enum and the like; undefined for a plain record. */
export function readVariants(record: Entry, types: TypeSource): VariantPart | undefined {
  for (const part of record.children()) {
    if (part.tag !== TAG.variantPart) continue;
    const discriminant = part.reference(ATTRIBUTE.discriminant);
    const variants: Variant[] = [];
    for (const child of part.children()) {
      if (child.tag === TAG.variant && variants.length < VARIANT_COUNT_MAX) {
        variants.push({ ranges: discriminants(child), members: readMembers(child, types) });
      }
    }
    return {
      discriminant: discriminant === undefined ? undefined : readMember(discriminant, types),
      variants,
    };
  }
  return undefined;
}

/** DW_DSC_*: DWARF 5, section 7.24. */
const DESCRIPTOR_RANGE = 1;

function discriminants(variant: Entry): (readonly [bigint, bigint])[] {
  const value = variant.big(ATTRIBUTE.discriminantValue);
  if (value !== undefined) return [[value, value]];
  const list = variant.block(ATTRIBUTE.discriminantList);
  const ranges: (readonly [bigint, bigint])[] = [];
  while (list !== undefined && !list.done) {
    const kind = list.u8('the kind of a discriminant');
    const from = list.bigLeb('a discriminant');
    ranges.push([from, kind === DESCRIPTOR_RANGE ? list.bigLeb('a discriminant') : from]);
  }
  return ranges;
}

/** The types that a template or generic type was made with, by their names: `T` is `int`. */
export function templateParameters(record: Entry, types: TypeSource): ReadonlyMap<string, Type> {
  const parameters = new Map<string, Type>();
  for (const child of record.children()) {
    if (child.tag !== TAG.templateTypeParameter) continue;
    parameters.set(child.name ?? `${parameters.size}`, types.typeOf(child));
  }
  return parameters;
}
