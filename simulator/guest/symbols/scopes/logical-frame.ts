import { codeRanges, covers } from '../entries/code-ranges.ts';
import { TAG } from '../entries/dwarf-codes.ts';
import type { Entry } from '../entries/entry.ts';

/** Blocks and inlined functions inside each other; more are damage. */
const SCOPE_DEPTH_MAX = 500;

/** A function at a place of the code, and the scopes of it that hold the place, the outermost first. */
export interface FunctionScopes {
  /** A function with code of its own, or an instance of one that was inlined. */
  readonly entry: Entry;
  readonly blocks: readonly Entry[];
}

/** The functions that are under way at a place of the code, the innermost first. */
export function scopesAt(concrete: Entry, codeOffset: number): FunctionScopes[] {
  const functions: { entry: Entry; blocks: Entry[] }[] = [{ entry: concrete, blocks: [] }];
  let scope: Entry | undefined = concrete;
  for (let depth = 0; depth < SCOPE_DEPTH_MAX; depth++) {
    scope = innerScope(scope, codeOffset);
    if (scope === undefined) break;
    if (scope.tag === TAG.inlinedSubroutine) functions.unshift({ entry: scope, blocks: [] });
    else functions[0]?.blocks.push(scope);
  }
  return functions;
}

function innerScope(scope: Entry, codeOffset: number): Entry | undefined {
  for (const child of scope.children()) {
    const isScope = child.tag === TAG.lexicalBlock || child.tag === TAG.inlinedSubroutine;
    if (isScope && covers(codeRanges(child), codeOffset)) return child;
  }
  return undefined;
}
