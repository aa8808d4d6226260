import { ATTRIBUTE, TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';

const SCOPE_COUNT_MAX = 64;

const SCOPES: ReadonlySet<number> = new Set([
  TAG.namespace,
  TAG.structureType,
  TAG.classType,
  TAG.unionType,
  TAG.enumerationType,
]);

/**
 * The name of a type, function or variable with the namespaces and types around it: `shop::Cart`.
 * Namespaces that need not be written are left out. Undefined when it has no name itself.
 */
export function qualifiedName(entry: Entry): string | undefined {
  const { name } = entry;
  if (name === undefined) return undefined;
  const parts = [name];
  // A member that is defined outside of its class is where its declaration is.
  let scope = (entry.reference(ATTRIBUTE.specification) ?? entry).parent;
  while (scope !== undefined && parts.length < SCOPE_COUNT_MAX) {
    if (!SCOPES.has(scope.tag)) break;
    if (!scope.flag(ATTRIBUTE.exportSymbols)) parts.unshift(scope.name ?? '{anonymous}');
    scope = scope.parent;
  }
  return parts.join('::');
}
