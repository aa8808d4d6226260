import type { CoreModule, FunctionType, ValueType } from '../wasm/index.ts';

type ImportedFunction = (...args: unknown[]) => unknown;

export interface ImportWatch {
  isStopped(): boolean;
  /** Called when an import has returned. */
  readonly onReturn: (() => void) | undefined;
}

/**
 * The imports of a module, with those of JavaScript made to return once the program is stopped:
 * what they throw then is of no interest, and would take the stack with it.
 *
 * @param exported functions of other instances, which stop by themselves
 */
export function guardImports(
  info: CoreModule,
  imports: WebAssembly.Imports,
  exported: ReadonlySet<unknown>,
  watch: ImportWatch,
): WebAssembly.Imports {
  const guarded: Record<string, Record<string, WebAssembly.ImportValue>> = {};
  for (const each of info.imports) {
    const value = imports[each.module]?.[each.name];
    if (value === undefined) continue;
    guarded[each.module] ??= {};
    const functions = guarded[each.module] as Record<string, WebAssembly.ImportValue>;
    const plain = each.kind !== 'function' || exported.has(value);
    functions[each.name] = plain
      ? value
      : guard(value as ImportedFunction, zeroResult(each.type), watch);
  }
  return guarded;
}

function guard(call: ImportedFunction, zero: unknown, watch: ImportWatch): ImportedFunction {
  return (...args) => {
    try {
      const result = call(...args);
      watch.onReturn?.();
      return result;
    } catch (error) {
      if (watch.isStopped()) return zero;
      throw error;
    }
  };
}

/** What JavaScript returns for a result of zeroes. */
function zeroResult(type: FunctionType | undefined): unknown {
  const results = (type?.results ?? []).map(zeroOf);
  return results.length > 1 ? results : results[0];
}

function zeroOf(type: ValueType): unknown {
  if (type === 'i64') return 0n;
  return type.endsWith('ref') || type.startsWith('(ref') ? null : 0;
}
