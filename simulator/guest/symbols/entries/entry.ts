import type { ByteReader } from '../../wasm/index.ts';
import type { FormValue } from '../attribute-form.ts';
import { ATTRIBUTE } from './dwarf-codes.ts';
import type { Unit } from './unit.ts';

/** Steps from an entry to the one that it completes; more are a circle. */
const ORIGIN_STEPS_MAX = 8;

/**
 * One entry of debug information: a type, a function, a variable. Its attributes are read when they
 * are asked for; each of these throws DebugInfoError at damage.
 */
export class Entry {
  constructor(
    readonly unit: Unit,
    readonly index: number,
  ) {}

  get tag(): number {
    return this.unit.tree.tag(this.index);
  }

  /** From the start of its section. */
  get offset(): number {
    return this.unit.tree.offset(this.index);
  }

  get parent(): Entry | undefined {
    const parent = this.unit.tree.parent(this.index);
    return parent === -1 ? undefined : new Entry(this.unit, parent);
  }

  *children(): Generator<Entry> {
    const { tree } = this.unit;
    const end = tree.end(this.index);
    for (let index = this.index + 1; index < end; index = tree.end(index)) {
      yield new Entry(this.unit, index);
    }
  }

  isSame(other: Entry): boolean {
    return this.unit === other.unit && this.index === other.index;
  }

  value(attribute: number): FormValue | undefined {
    return this.unit.attribute(this.index, attribute);
  }

  has(attribute: number): boolean {
    return this.unit.tree
      .abbreviation(this.index)
      .specs.some((spec) => spec.attribute === attribute);
  }

  flag(attribute: number): boolean {
    const value = this.value(attribute);
    return value?.kind === 'number' && value.number !== 0;
  }

  /** A constant, or an offset into another section. */
  number(attribute: number): number | undefined {
    const value = this.value(attribute);
    if (value?.kind === 'number') return value.number;
    return value?.kind === 'offset' ? value.offset : undefined;
  }

  big(attribute: number): bigint | undefined {
    const value = this.value(attribute);
    if (value?.kind !== 'number') return undefined;
    return value.big ?? (Number.isSafeInteger(value.number) ? BigInt(value.number) : undefined);
  }

  text(attribute: number): string | undefined {
    const value = this.value(attribute);
    return value === undefined ? undefined : this.unit.text(value);
  }

  address(attribute: number): number | undefined {
    const value = this.value(attribute);
    return value === undefined ? undefined : this.unit.address(value);
  }

  /** A reader of a block, such as an expression. */
  block(attribute: number): ByteReader | undefined {
    const value = this.value(attribute);
    return value?.kind === 'block' ? this.unit.sections.readerOf(value.range) : undefined;
  }

  get name(): string | undefined {
    return this.text(ATTRIBUTE.name);
  }

  /** Another entry that an attribute names; undefined when there is none. */
  reference(attribute: number): Entry | undefined {
    const value = this.value(attribute);
    return value === undefined ? undefined : this.unit.referred(value);
  }

  /**
   * Itself, the function or variable that it is an instance of, and the declaration that it
   * completes: what one does not say the next one does.
   */
  origins(): Entry[] {
    const entries: Entry[] = [];
    let entry: Entry | undefined = this;
    while (entry !== undefined && entries.length < ORIGIN_STEPS_MAX) {
      entries.push(entry);
      entry = entry.reference(ATTRIBUTE.abstractOrigin) ?? entry.reference(ATTRIBUTE.specification);
    }
    return entries;
  }
}
