import { DebugInfoError } from '../debug-info-error.ts';
import { MemoryStorage, type Storage } from '../locations/storage.ts';
import { Unavailable } from '../locations/unavailable.ts';
import { bareType, byteLength, type Type } from '../types/type.ts';
import { typeName } from '../types/type-name.ts';
import { present } from './present.ts';
import type { Presentation, ValueKind } from './presentation.ts';
import type { ValueWorld } from './value-world.ts';

/** A value inside another one: a member, an element, what a pointer points to. */
export interface NamedValue {
  readonly name: string;
  readonly value: Value;
  /** `virtual` is what the source does not have, such as the raw members of a formatted value. */
  readonly role?: 'base' | 'static' | 'virtual';
}

/** A bit field: so many bits, from bit `first` of the first byte on. */
export interface BitField {
  readonly first: number;
  readonly count: number;
}

/** How a value is made; what is left out is not so. */
export interface ValueOptions {
  /** An expression that gives the value again, in the same frame. */
  readonly evaluateName?: string | undefined;
  readonly bits?: BitField;
  /** Shown as its members are, without what a formatter makes of it. */
  readonly raw?: boolean;
}

/** A text that is longer than this is cut: it has a line to itself. */
const TEXT_LENGTH_MAX = 400;

/**
 * A value of a program at a stop. Everything is read when it is asked for, and nothing of it
 * throws: a value that cannot be had says why in its text.
 */
export class Value {
  private presentation: Presentation | undefined;

  constructor(
    readonly type: Type,
    readonly storage: Storage,
    readonly world: ValueWorld,
    readonly options: ValueOptions = {},
  ) {}

  get typeName(): string {
    return typeName(this.type);
  }

  /** One line. */
  get text(): string {
    const text = this.textAt(0);
    return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}...` : text;
  }

  /** Its text inside so many others; the deeper, the less it tells. */
  textAt(depth: number): string {
    return this.guarded(
      () => this.presented.text(depth),
      (why) => `<${why}>`,
    );
  }

  get kind(): ValueKind {
    return this.presented.kind;
  }

  /** Why it cannot be had; undefined when it can. */
  get missing(): string | undefined {
    return this.presented.missing;
  }

  get evaluateName(): string | undefined {
    return this.options.evaluateName;
  }

  /** Where it is in memory; undefined when it is elsewhere. */
  get address(): number | undefined {
    return this.storage.address;
  }

  /** Undefined where the size of the type is not known. */
  get byteLength(): number | undefined {
    return byteLength(this.type);
  }

  get namedCount(): number {
    return this.named().length;
  }

  get indexedCount(): number {
    return this.guarded(
      () => this.presented.indexed?.count ?? 0,
      () => 0,
    );
  }

  /** Whether there is anything inside; cheaper than counting. */
  get hasChildren(): boolean {
    return this.presented.named !== undefined || this.indexedCount > 0;
  }

  /** The members and the like. */
  named(): readonly NamedValue[] {
    return this.guarded(
      () => this.presented.named?.() ?? [],
      () => [],
    );
  }

  /** Elements `start` up to `start + count`; fewer where there are no more, or memory is damaged. */
  indexed(start: number, count: number): readonly NamedValue[] {
    const { indexed } = this.presented;
    if (indexed === undefined) return [];
    const wanted = Math.min(count, indexed.count - start);
    return wanted > 0
      ? this.guarded(
          () => indexed.page(start, wanted),
          () => [],
        )
      : [];
  }

  /** Of a text that does not open to its characters; 0 for other values. */
  get characterCount(): number {
    return this.presented.characters?.count ?? 0;
  }

  /** A character of a text; undefined for one that there is not, and for other values. */
  character(index: number): Value | undefined {
    const { characters } = this.presented;
    if (characters === undefined || index < 0 || index >= characters.count) return undefined;
    return characters.page(index, 1)[0]?.value;
  }

  /** All that is inside, the named ones first. */
  children(start = 0, count = Number.POSITIVE_INFINITY): readonly NamedValue[] {
    const named = this.named();
    const first = named.slice(start, start + count);
    const from = Math.max(0, start - named.length);
    return [...first, ...this.indexed(from, count - first.length)];
  }

  /** The child of a name. */
  child(name: string): Value | undefined {
    return this.named().find((child) => child.name === name)?.value;
  }

  /** The characters of a text, without quotes; undefined for what is none. Throws Unavailable. */
  string(): string | undefined {
    return this.presented.string?.();
  }

  /** What it points to, refers to or owns; undefined for what does not. Throws Unavailable. */
  dereferenced(): Value | undefined {
    return this.presented.target?.();
  }

  /** Its bytes. Throws Unavailable. */
  bytes(): Uint8Array {
    const length = this.byteLength;
    if (length === undefined) throw new Unavailable('its size is not known');
    return this.storage.read(0, length);
  }

  /** The same without what formatters make of it. */
  raw(): Value {
    const options = { ...this.options, raw: true, evaluateName: undefined };
    return new Value(this.type, this.storage, this.world, options);
  }

  /** The same, with an expression that gives it again, unless it has one. */
  called(expression: string): Value {
    return this.evaluateName === undefined ? this.renamed(`(${expression})`) : this;
  }

  renamed(evaluateName: string | undefined): Value {
    return new Value(this.type, this.storage, this.world, { ...this.options, evaluateName });
  }

  /** A value of another type at the same place or, from there, `offset` bytes on. */
  part(type: Type, offset: number, options: ValueOptions = {}): Value {
    return new Value(
      type,
      offset === 0 ? this.storage : this.storage.part(offset),
      this.world,
      options,
    );
  }

  /** A value in the program's memory. */
  at(type: Type, address: number, options: ValueOptions = {}): Value {
    return new Value(type, new MemoryStorage(this.world.memory, address), this.world, options);
  }

  private get presented(): Presentation {
    this.presentation ??= this.guarded(
      () => present(this),
      (why) => ({ kind: 'missing', text: () => `<${why}>`, missing: why }),
    );
    return this.presentation;
  }

  private guarded<T>(read: () => T, otherwise: (why: string) => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof Unavailable) return otherwise(error.message);
      if (error instanceof DebugInfoError) return otherwise(error.what);
      throw error;
    }
  }
}

/** The type of a value without qualifiers and other names. */
export function bareTypeOf(value: Value): ReturnType<typeof bareType> {
  return bareType(value.type);
}
