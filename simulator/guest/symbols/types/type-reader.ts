import { DebugInfoError } from '../debug-info-error.ts';
import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import { arrayType } from './array-type.ts';
import { qualifiedName } from './qualified-name.ts';
import { readMembers, readVariants, templateParameters } from './record-members.ts';
import type { BaseEncoding, EnumerationType, PointerType, RecordType, Type } from './type.ts';

export const VOID: Type = { kind: 'void', name: 'void' };

/** DW_ATE_* of DWARF 5, section 7.8. */
const ENCODINGS: ReadonlyMap<number, BaseEncoding> = new Map([
  [0x01, 'unsigned'],
  [0x02, 'boolean'],
  [0x04, 'float'],
  [0x05, 'signed'],
  [0x06, 'signed-character'],
  [0x07, 'unsigned'],
  [0x08, 'unsigned-character'],
  [0x0d, 'signed'],
  [0x0e, 'unsigned'],
  [0x10, 'unicode'],
  [0x11, 'unicode'],
  [0x12, 'unicode'],
]);

const FLAVOURS: ReadonlyMap<number, PointerType['flavour']> = new Map([
  [TAG.pointerType, 'pointer'],
  [TAG.referenceType, 'reference'],
  [TAG.rvalueReferenceType, 'rvalue'],
]);

const KEYWORDS: ReadonlyMap<number, RecordType['keyword']> = new Map([
  [TAG.structureType, 'struct'],
  [TAG.classType, 'class'],
  [TAG.unionType, 'union'],
]);

const QUALIFIERS = new Map([
  [TAG.constType, 'const'],
  [TAG.volatileType, 'volatile'],
  [TAG.restrictType, 'restrict'],
  [TAG.atomicType, '_Atomic'],
] as const);

/** Finds the definition of a type that its own unit only declares. */
export interface Definitions {
  type(name: string): Entry | undefined;
}

/**
 * Makes types of their entries, each once, and each of the types inside it when it is asked for:
 * types are in circles. Damage makes a type unknown, and says why.
 */
export class TypeReader {
  private readonly known = new Map<string, Type>();

  constructor(private readonly definitions: Definitions) {}

  /** The type of a variable, member or the like; `void` where it has none. */
  typeOf(entry: Entry): Type {
    return guarded(() => {
      for (const origin of entry.origins()) {
        if (!origin.has(ATTRIBUTE.type)) continue;
        const type = origin.reference(ATTRIBUTE.type);
        return type === undefined ? unknownType('its entry is not there') : this.read(type);
      }
      return VOID;
    });
  }

  read(entry: Entry): Type {
    const key = `${entry.unit.header.section} ${entry.offset}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const type = guarded(() => this.make(entry));
    this.known.set(key, type);
    return type;
  }

  private make(entry: Entry): Type {
    const target = () => this.typeOf(entry);
    const keyword = KEYWORDS.get(entry.tag);
    if (keyword !== undefined) return this.record(entry, keyword);
    const flavour = FLAVOURS.get(entry.tag);
    if (flavour !== undefined) {
      return {
        kind: 'pointer',
        flavour,
        byteLength: pointerLength(entry),
        name: entry.name,
        target,
      };
    }
    const qualifier = QUALIFIERS.get(entry.tag as typeof TAG.constType);
    if (qualifier !== undefined) return { kind: 'qualified', qualifier, target };
    return this.makeOther(entry, target);
  }

  private makeOther(entry: Entry, target: () => Type): Type {
    switch (entry.tag) {
      case TAG.baseType:
        return {
          kind: 'base',
          name: entry.name ?? '?',
          byteLength: entry.number(ATTRIBUTE.byteSize) ?? 0,
          encoding: ENCODINGS.get(entry.number(ATTRIBUTE.encoding) ?? 0) ?? 'unknown',
        };
      case TAG.typedef:
      case TAG.templateAlias:
        return { kind: 'typedef', name: qualifiedName(entry) ?? '?', target };
      case TAG.unspecifiedType:
        return { kind: 'void', name: entry.name ?? 'void' };
      case TAG.enumerationType:
        return this.enumeration(entry);
      case TAG.arrayType:
        return arrayType(entry, target);
      case TAG.subroutineType:
      case TAG.subprogram:
        return {
          kind: 'function',
          result: target,
          parameters: () =>
            [...entry.children()]
              .filter(({ tag }) => tag === TAG.formalParameter)
              .map((parameter) => this.typeOf(parameter)),
        };
      case TAG.pointerToMember:
        return { kind: 'member-pointer', name: 'member pointer', byteLength: pointerLength(entry) };
      case TAG.subrangeType:
        return target();
      default:
        return unknownType(`it is of the unknown kind 0x${entry.tag.toString(16)}`);
    }
  }

  private record(entry: Entry, keyword: RecordType['keyword']): Type {
    const signed = entry.reference(ATTRIBUTE.signature);
    if (signed !== undefined && !signed.isSame(entry)) return this.read(signed);
    const name = qualifiedName(entry);
    const incomplete = entry.flag(ATTRIBUTE.declaration);
    if (incomplete && name !== undefined) {
      const definition = this.definitions.type(name);
      if (definition !== undefined && !definition.isSame(entry)) return this.read(definition);
    }
    return {
      kind: 'record',
      keyword,
      name,
      shortName: entry.name,
      language: entry.unit.language,
      byteLength: entry.number(ATTRIBUTE.byteSize) ?? 0,
      incomplete,
      members: once(() => readMembers(entry, this)),
      variants: once(() => readVariants(entry, this)),
      parameters: once(() => templateParameters(entry, this)),
    };
  }

  private enumeration(entry: Entry): EnumerationType | Type {
    const name = qualifiedName(entry);
    if (entry.flag(ATTRIBUTE.declaration) && name !== undefined) {
      const definition = this.definitions.type(name);
      if (definition !== undefined && !definition.isSame(entry)) return this.read(definition);
    }
    const base = entry.has(ATTRIBUTE.type) ? this.typeOf(entry) : undefined;
    return {
      kind: 'enumeration',
      name,
      byteLength: entry.number(ATTRIBUTE.byteSize) ?? 4,
      signed: base === undefined || isSigned(base),
      scoped: entry.flag(ATTRIBUTE.enumClass),
      enumerators: once(() =>
        [...entry.children()].flatMap((child) => {
          const value = child.big(ATTRIBUTE.constantValue);
          const known = child.tag === TAG.enumerator && value !== undefined;
          return known ? [{ name: child.name ?? '?', value }] : [];
        }),
      ),
    };
  }
}

function isSigned(type: Type): boolean {
  let bare = type;
  for (let layers = 0; layers < 10 && bare.kind === 'typedef'; layers++) bare = bare.target();
  return bare.kind === 'base' && bare.encoding.startsWith('signed');
}

function pointerLength(entry: Entry): number {
  return entry.number(ATTRIBUTE.byteSize) ?? entry.unit.encoding.addressBytes;
}

export function unknownType(why: string): Type {
  return { kind: 'unknown', why };
}

/** What `make` gives; an unknown type at damage. */
function guarded(make: () => Type): Type {
  try {
    return make();
  } catch (error) {
    if (error instanceof DebugInfoError) return unknownType(error.what);
    throw error;
  }
}

/** A part of a type, read when it is first wanted. */
function once<T>(read: () => T): () => T {
  let value: { readonly of: T } | undefined;
  return () => {
    value ??= { of: read() };
    return value.of;
  };
}
