import { DebugInfoError } from '../debug-info-error.ts';
import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import type { Units } from '../entries/units.ts';
import { qualifiedName } from './qualified-name.ts';

const TYPES: ReadonlySet<number> = new Set([
  TAG.structureType,
  TAG.classType,
  TAG.unionType,
  TAG.enumerationType,
  TAG.typedef,
  TAG.baseType,
]);

/**
 * The definitions of types and of static members by their full names, over all units: one unit
 * may only declare what another defines. Reads all of them when it is first asked.
 */
export class DefinitionIndex {
  private readonly types = new Map<string, Entry>();
  /** By the last part of their names, which people write where it is clear. */
  private readonly typesByShortName = new Map<string, Entry>();
  private readonly variables = new Map<string, Entry>();
  private readonly enumerators = new Map<string, Entry>();
  private complete = false;

  constructor(private readonly units: Units) {}

  /** The struct, class, union, enumeration, base type or type definition of a name. */
  type(name: string): Entry | undefined {
    this.fill();
    return this.types.get(name);
  }

  /** The same by a name that may have less in front of it. */
  typeCalled(name: string): Entry | undefined {
    return this.type(name) ?? this.typesByShortName.get(name);
  }

  /** The name of a number in an enumeration: `GREEN`, `Color::GREEN`, `shop::Color::GREEN`. */
  enumerator(name: string): Entry | undefined {
    this.fill();
    return this.enumerators.get(name);
  }

  /** The variable of a name that is not in a function. */
  variable(name: string): Entry | undefined {
    this.fill();
    return this.variables.get(name);
  }

  private fill(): void {
    if (this.complete) return;
    this.complete = true;
    for (const unit of this.units.all) this.addUnit(unit);
  }

  private addUnit(unit: Unit): void {
    const { tree } = unit;
    let index = 0;
    while (index < tree.length) {
      const tag = tree.tag(index);
      // Types that only a function sees are found from there.
      if (tag === TAG.subprogram) {
        index = tree.end(index);
        continue;
      }
      if (TYPES.has(tag) || tag === TAG.variable) this.add(new Entry(unit, index));
      index++;
    }
  }

  private addEnumerators(enumeration: Entry, name: string): void {
    const scope = name.slice(0, -(enumeration.name?.length ?? 0));
    const scoped = enumeration.flag(ATTRIBUTE.enumClass);
    for (const entry of enumeration.children()) {
      const own = entry.name;
      if (entry.tag !== TAG.enumerator || own === undefined) continue;
      setFirst(this.enumerators, `${name}::${own}`, entry);
      setFirst(this.enumerators, `${enumeration.name}::${own}`, entry);
      if (!scoped) setFirst(this.enumerators, scope + own, entry);
      if (!scoped) setFirst(this.enumerators, own, entry);
    }
  }

  private add(entry: Entry): void {
    try {
      if (entry.flag(ATTRIBUTE.declaration)) return;
      const isVariable = entry.tag === TAG.variable;
      if (isVariable && !entry.has(ATTRIBUTE.location) && !entry.has(ATTRIBUTE.constantValue))
        return;
      const declared = isVariable ? (entry.reference(ATTRIBUTE.specification) ?? entry) : entry;
      const name = qualifiedName(declared);
      const names = isVariable ? this.variables : this.types;
      if (name === undefined) return;
      setFirst(names, name, entry);
      if (isVariable) return;
      setFirst(this.typesByShortName, entry.name ?? name, entry);
      if (entry.tag === TAG.enumerationType) this.addEnumerators(entry, name);
    } catch (error) {
      // One entry that is damaged hides no other.
      if (!(error instanceof DebugInfoError)) throw error;
    }
  }
}

/** Of several of one name the first is as good as any: they are of one type in several units. */
function setFirst(entries: Map<string, Entry>, name: string, entry: Entry): void {
  if (!entries.has(name)) entries.set(name, entry);
}
