import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';
import type { FunctionScopes } from './logical-frame.ts';

/** Variables of one frame that are shown; a function that was made by a program may have more. */
const VARIABLE_COUNT_MAX = 2_000;

/** A variable of a frame, as its debug information has it. */
export interface ScopeVariable {
  readonly name: string;
  readonly role: 'parameter' | 'local';
  readonly entry: Entry;
}

/**
 * The parameters of a function, then the variables of its scopes from the outermost inwards. One
 * with the name of another that is farther in is left out, since it cannot be named there.
 */
export function scopeVariables({ entry, blocks }: FunctionScopes): ScopeVariable[] {
  const byName = new Map<string, ScopeVariable>();
  for (const scope of [entry, ...blocks]) {
    for (const child of scope.children()) {
      const variable = scopeVariable(child);
      if (variable === undefined) continue;
      byName.delete(variable.name);
      byName.set(variable.name, variable);
      if (byName.size === VARIABLE_COUNT_MAX) return [...byName.values()];
    }
  }
  addOptimisedOut(entry, byName);
  return [...byName.values()].sort((one, other) => rank(one) - rank(other));
}

const rank = ({ role }: ScopeVariable) => (role === 'parameter' ? 0 : 1);

function scopeVariable(entry: Entry): ScopeVariable | undefined {
  if (entry.tag !== TAG.formalParameter && entry.tag !== TAG.variable) return undefined;
  const origins = entry.origins();
  const name = origins.map((origin) => origin.name).find((each) => each !== undefined);
  if (name === undefined || name === '') return undefined;
  // The compiler's own variables, as of a range-based loop; `this` is one that people know.
  const artificial = origins.some((origin) => origin.flag(ATTRIBUTE.artificial));
  if (artificial && name !== 'this') return undefined;
  return { name, role: entry.tag === TAG.formalParameter ? 'parameter' : 'local', entry };
}

/** What the function has but this instance of it does not, since nothing of it is left. */
function addOptimisedOut(instance: Entry, byName: Map<string, ScopeVariable>): void {
  const original = instance.reference(ATTRIBUTE.abstractOrigin);
  if (original === undefined) return;
  for (const child of original.children()) {
    const variable = scopeVariable(child);
    if (variable === undefined || byName.has(variable.name)) continue;
    byName.set(variable.name, variable);
  }
}
