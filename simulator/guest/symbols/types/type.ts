import type { SourceLanguage } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';

/** How the bits of a base type are meant; `character` is of C and may be signed or not. */
export type BaseEncoding =
  | 'signed'
  | 'unsigned'
  | 'float'
  | 'boolean'
  | 'signed-character'
  | 'unsigned-character'
  | 'unicode'
  | 'unknown';

export interface BaseType {
  readonly kind: 'base';
  readonly name: string;
  readonly byteLength: number;
  readonly encoding: BaseEncoding;
}

/** `void`, `nullptr_t`, Rust's `()` where it has no members, and what has no type at all. */
export interface VoidType {
  readonly kind: 'void';
  readonly name: string;
}

export interface PointerType {
  readonly kind: 'pointer';
  /** `reference` and `rvalue` are of C++, and are read through without being asked to. */
  readonly flavour: 'pointer' | 'reference' | 'rvalue';
  readonly byteLength: number;
  /** The name that Rust and Zig give to the pointer itself, such as `&str`. */
  readonly name: string | undefined;
  readonly target: () => Type;
}

/** A pointer to a member of a class: an offset into its objects. */
export interface MemberPointerType {
  readonly kind: 'member-pointer';
  readonly name: string;
  readonly byteLength: number;
}

/** `const T`, and so on. */
export interface QualifiedType {
  readonly kind: 'qualified';
  readonly qualifier: 'const' | 'volatile' | 'restrict' | '_Atomic';
  readonly target: () => Type;
}

export interface NamedType {
  readonly kind: 'typedef';
  readonly name: string;
  readonly target: () => Type;
}

/** Where a member is in its record. */
export type MemberPlace =
  | { readonly kind: 'bytes'; readonly offset: number }
  /** From the least significant bit of the byte at `offset` on. */
  | { readonly kind: 'bits'; readonly offset: number; readonly bit: number; readonly bits: number }
  /** In another place: a static member, which its entry describes. */
  | { readonly kind: 'static'; readonly entry: Entry }
  /** At a place that only an expression over the object tells, as of a virtual base. */
  | { readonly kind: 'unknown'; readonly why: string };

export interface Member {
  /** Undefined for an anonymous struct or union, whose members count as those around it. */
  readonly name: string | undefined;
  readonly role: 'member' | 'base';
  readonly place: MemberPlace;
  readonly type: () => Type;
  /** Made by the compiler, as the pointer to a table of virtual functions. */
  readonly artificial: boolean;
}

/** One of the shapes that a record with a discriminant may have, as a variant of Rust's enums. */
export interface Variant {
  /** Ranges of discriminants, both ends included; none for the default. */
  readonly ranges: readonly (readonly [from: bigint, to: bigint])[];
  readonly members: readonly Member[];
}

export interface VariantPart {
  /** Undefined where there is only one variant. */
  readonly discriminant: Member | undefined;
  readonly variants: readonly Variant[];
}

export interface RecordType {
  readonly kind: 'record';
  readonly keyword: 'struct' | 'class' | 'union';
  /** With its namespaces; undefined for an anonymous one. */
  readonly name: string | undefined;
  /** Without them. */
  readonly shortName: string | undefined;
  readonly language: SourceLanguage;
  readonly byteLength: number;
  /** Whether the program says only that there is such a type. */
  readonly incomplete: boolean;
  readonly members: () => readonly Member[];
  readonly variants: () => VariantPart | undefined;
  /** The type parameters that it was made with, by name. */
  readonly parameters: () => ReadonlyMap<string, Type>;
}

export interface Enumerator {
  readonly name: string;
  readonly value: bigint;
}

export interface EnumerationType {
  readonly kind: 'enumeration';
  readonly name: string | undefined;
  readonly byteLength: number;
  readonly signed: boolean;
  /** Whether its names are written after its own, as in `Kind::A`. */
  readonly scoped: boolean;
  readonly enumerators: () => readonly Enumerator[];
}

export interface ArrayType {
  readonly kind: 'array';
  readonly element: () => Type;
  /** Undefined where it is not known, as of `extern int a[]`. */
  readonly count: number | undefined;
}

export interface FunctionType {
  readonly kind: 'function';
  readonly result: () => Type;
  readonly parameters: () => readonly Type[];
}

/** A type that cannot be read. */
export interface UnknownType {
  readonly kind: 'unknown';
  readonly why: string;
}

export type Type =
  | BaseType
  | VoidType
  | PointerType
  | MemberPointerType
  | QualifiedType
  | NamedType
  | RecordType
  | EnumerationType
  | ArrayType
  | FunctionType
  | UnknownType;

/** Type definitions and qualifiers inside each other; more are a circle. */
const LAYERS_MAX = 100;
const DIMENSIONS_MAX = 100;

/** The type without its qualifiers and other names. */
export function bareType(type: Type): Exclude<Type, QualifiedType | NamedType> {
  let bare = type;
  for (let layers = 0; layers < LAYERS_MAX; layers++) {
    if (bare.kind !== 'qualified' && bare.kind !== 'typedef') return bare;
    bare = bare.target();
  }
  return { kind: 'unknown', why: 'the type is defined by itself' };
}

/** How many bytes a value takes; undefined where that cannot be known. */
export function byteLength(type: Type): number | undefined {
  let bare = bareType(type);
  let count = 1;
  for (let dimensions = 0; dimensions < DIMENSIONS_MAX; dimensions++) {
    if (bare.kind !== 'array') return count * sizeOf(bare);
    if (bare.count === undefined) return undefined;
    count *= bare.count;
    bare = bareType(bare.element());
  }
  return undefined;
}

function sizeOf(type: Exclude<Type, QualifiedType | NamedType | ArrayType>): number {
  return 'byteLength' in type ? type.byteLength : 0;
}
