import { ByteReader, type CoreModule, ModuleError, type ValueType } from '../wasm/index.ts';
import { malformedModule } from '../wasm/module-error.ts';
import { readValueType } from '../wasm/value-type.ts';
import type { CodeWriter } from './code-writer.ts';
import type { DumpedLocal } from './function-plan.ts';
import { encodeValueType, isNullable } from './value-types.ts';

/** V8's limit (its `wasm-limits.h`), parameters included. */
const LOCAL_COUNT_MAX = 50_000;

/** The locals of one function as it was built, and those that are added to it. */
export class LocalLayout {
  private readonly added: ValueType[] = [];
  /** The number of locals as built, parameters included. */
  private readonly builtCount: number;
  /** Runs of locals: the index behind each run's last, and its type. */
  private readonly runs: { readonly end: number; readonly type: ValueType }[] = [];
  private readonly groupCount: number;
  private readonly groupsStart: number;
  /** Where the instructions begin. */
  readonly codeStart: number;

  constructor(
    private readonly bytes: Uint8Array,
    info: CoreModule,
    private readonly functionIndex: number,
  ) {
    const body = functionIndex - info.functionsImported;
    const range = {
      start: info.bodies.starts[body] as number,
      end: info.bodies.ends[body] as number,
    };
    const reader = new ByteReader(bytes, range, malformedModule);
    const type = info.types[info.functionTypes[functionIndex] ?? -1];
    let count = 0;
    for (const parameter of type?.parameters ?? []) {
      this.runs.push({ end: ++count, type: parameter });
    }
    this.groupCount = reader.count('the number of groups of locals', LOCAL_COUNT_MAX);
    this.groupsStart = reader.offset;
    for (let group = 0; group < this.groupCount; group++) {
      count += reader.leb32('a number of locals');
      this.runs.push({ end: count, type: readValueType(reader, ignoreGc) });
    }
    this.builtCount = count;
    this.codeStart = reader.offset;
  }

  /** Adds a local and gives its index. */
  add(type: ValueType): number {
    const index = this.builtCount + this.added.length;
    if (index >= LOCAL_COUNT_MAX) {
      throw new ModuleError(
        'too-large',
        `function ${this.functionIndex} has ${this.builtCount} variables, too many to add any`,
        this.groupsStart,
        'Build it with optimizations, or debug it by its effects.',
      );
    }
    this.added.push(type);
    return index;
  }

  /** Those of the chosen locals that can be handed to the host. */
  dumped(chosen: readonly number[] | 'all'): DumpedLocal[] {
    if (chosen === 'all') {
      return Array.from({ length: this.builtCount }, (_, index) => index).flatMap((index) =>
        this.dumpedLocal(index),
      );
    }
    return chosen.flatMap((index) => this.dumpedLocal(index));
  }

  /** The type of a local as built; undefined when there is none. */
  typeOf(index: number): ValueType | undefined {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.runs[middle]?.end ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return this.runs[low]?.type;
  }

  /** Writes the declarations, the added ones last. */
  write(writer: CodeWriter): void {
    writer.unsigned(this.groupCount + this.added.length);
    writer.copy(this.bytes, this.groupsStart, this.codeStart);
    for (const type of this.added) {
      writer.byte(1);
      writer.all(encodeValueType(type) ?? []);
    }
  }

  private dumpedLocal(index: number): DumpedLocal[] {
    const type = this.typeOf(index);
    // A reference that is never null may not have been set when the dump is made.
    return type === undefined || !isNullable(type) ? [] : [{ index, type }];
  }
}

/** Modules with such types are refused before. */
function ignoreGc(): void {}
