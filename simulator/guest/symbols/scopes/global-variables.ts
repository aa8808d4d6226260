import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import { Entry } from '../entries/entry.ts';
import type { Unit } from '../entries/unit.ts';
import { qualifiedName } from '../types/qualified-name.ts';

/** Variables of one unit that are shown. */
const GLOBAL_COUNT_MAX = 10_000;

const FUNCTIONS: ReadonlySet<number> = new Set([TAG.subprogram, TAG.inlinedSubroutine]);

export interface GlobalVariable {
  /** With its namespaces. */
  readonly name: string;
  readonly entry: Entry;
}

/** The variables of a unit that are in no function and have a place or a value, by their names. */
export function globalVariables(unit: Unit): GlobalVariable[] {
  const found = new Map<string, GlobalVariable>();
  const { tree } = unit;
  let index = 0;
  while (index < tree.length && found.size < GLOBAL_COUNT_MAX) {
    const tag = tree.tag(index);
    if (tag === TAG.variable) {
      const entry = new Entry(unit, index);
      const name = globalName(entry);
      if (name !== undefined && !found.has(name)) found.set(name, { name, entry });
    }
    index = FUNCTIONS.has(tag) ? tree.end(index) : index + 1;
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function globalName(entry: Entry): string | undefined {
  if (!entry.has(ATTRIBUTE.location) && !entry.has(ATTRIBUTE.constantValue)) return undefined;
  const declared = entry.reference(ATTRIBUTE.specification) ?? entry;
  const name = qualifiedName(declared);
  // Tables of virtual functions, and the names that Rust gives to its own constants.
  return name === undefined || /[<{]|^__|vtable/.test(name) ? undefined : name;
}
