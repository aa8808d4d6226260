/** What a stopped program holds, in the form in which its variables are read. */
import type {
  DumpedFrame,
  InstanceState,
  LinkedInstance,
  WasmValue,
} from '../../../simulator/guest/instrument/index.ts';
import type { FrameState } from '../../../simulator/guest/symbols/frame-state.ts';
import type { CoreModule } from '../../../simulator/guest/wasm/index.ts';

const NO_MEMORY = new Uint8Array(0);

/** The values of a frame of a stopped program. */
export function frameState(
  frame: DumpedFrame,
  instance: InstanceState,
  info: CoreModule,
): FrameState {
  return {
    codeOffset: frame.codeOffset,
    memory: instance.memories[0] ?? NO_MEMORY,
    local: (index) => frame.locals.get(index),
    global: (index) => globalValue(info, index, instance.globals[index]),
    operand: (index) => frame.operands.get(index),
  };
}

/** The values of the innermost frame of a program that waits in a hook, as long as it does. */
export function hookState(
  codeOffset: number,
  locals: ReadonlyMap<number, WasmValue>,
  instance: LinkedInstance | undefined,
): FrameState {
  return {
    codeOffset,
    memory: hookMemory(instance),
    local: (index) => locals.get(index),
    global: (index) => {
      if (instance === undefined) return undefined;
      return globalValue(instance.module.info, index, instance.global(index));
    },
    operand: () => undefined,
  };
}

/** The first memory of a program that waits in a hook or an import, as long as it does. */
export function hookMemory(instance: LinkedInstance | undefined): Uint8Array {
  const [memory] = instance?.memories ?? [];
  return memory === undefined ? NO_MEMORY : new Uint8Array(memory.buffer);
}

function globalValue(info: CoreModule, index: number, value: unknown): WasmValue | undefined {
  const type = info.globals[index]?.type;
  if (typeof value === 'bigint') return { type: 'i64', value };
  if (typeof value !== 'number') return undefined;
  return type === 'i32' || type === 'f32' || type === 'f64' ? { type, value } : undefined;
}
