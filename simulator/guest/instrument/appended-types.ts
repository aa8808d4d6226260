import type { CoreModule, ValueType } from '../wasm/index.ts';
import { CodeWriter } from './code-writer.ts';
import { HOOK_NAMES, type HookName, writeHookType } from './hooks.ts';
import { EMPTY_BLOCK } from './opcodes.ts';
import { encodeValueType } from './value-types.ts';

const FUNCTION_FORM = 0x60;

/** The types that are added behind a module's own: those of the hooks, and those of blocks. */
export class AppendedTypes {
  private readonly writer = new CodeWriter(256);
  private readonly indices = new Map<string, number>();
  private readonly firstIndex: number;
  count = 0;

  constructor(info: CoreModule) {
    this.firstIndex = info.types.length;
    for (const name of HOOK_NAMES) {
      writeHookType(this.writer, name);
      this.count++;
    }
  }

  /** Entries of a type section. */
  get bytes(): Uint8Array {
    return this.writer.bytes;
  }

  hook(name: HookName): number {
    return this.firstIndex + HOOK_NAMES.indexOf(name);
  }

  /** Writes the type of a block that takes and gives these values. */
  writeBlockType(
    writer: CodeWriter,
    parameters: readonly ValueType[],
    results: readonly ValueType[],
  ): void {
    const [only] = results;
    if (parameters.length === 0 && results.length === 0) writer.byte(EMPTY_BLOCK);
    else if (parameters.length === 0 && results.length === 1 && only !== undefined) {
      writer.all(encodeValueType(only) ?? []);
    } else writer.signed(this.indexOf(parameters, results));
  }

  private indexOf(parameters: readonly ValueType[], results: readonly ValueType[]): number {
    const key = `${parameters.join()}:${results.join()}`;
    const known = this.indices.get(key);
    if (known !== undefined) return known;
    const index = this.firstIndex + this.count++;
    this.indices.set(key, index);
    this.writer.byte(FUNCTION_FORM);
    for (const types of [parameters, results]) {
      this.writer.unsigned(types.length);
      for (const type of types) this.writer.all(encodeValueType(type) ?? []);
    }
    return index;
  }
}
