import type { CoreModule } from '../wasm/index.ts';
import { readNames } from '../wasm/index.ts';
import { demangle } from './demangle.ts';

/** What compilers for WASI call a C or C++ program's `main`, by its parameters. */
const MAIN_NAMES: ReadonlySet<string> = new Set([
  '__original_main',
  '__main_void',
  '__main_argc_argv',
]);

/** Names of a module's functions for people, from the best source that has one. */
export class FunctionNames {
  private readonly named: ReadonlyMap<number, string>;
  private readonly exported = new Map<number, string>();
  private readonly imported: readonly string[];

  constructor(bytes: Uint8Array, module: CoreModule) {
    this.named = readNames(bytes, module.sections).functions;
    for (const { kind, index, name } of module.exports) {
      if (kind === 'function' && !this.exported.has(index)) this.exported.set(index, name);
    }
    this.imported = module.imports
      .filter(({ kind }) => kind === 'function')
      .map(({ module: from, name }) => `${from}.${name}`);
  }

  /** The name section's name, else an export's, else the import's, else `wasm-function[7]`. */
  name(functionIndex: number): string {
    const name = this.named.get(functionIndex) ?? this.exported.get(functionIndex);
    if (name !== undefined && MAIN_NAMES.has(name)) return 'main';
    if (name !== undefined && name !== '') return demangle(name);
    return this.imported[functionIndex] ?? `wasm-function[${functionIndex}]`;
  }
}
