import { stdoutWrite } from '../effects/stdio.ts';
import { planCoreCall } from './core-call.ts';
import type { CoreProgram } from './core-program.ts';
import { parseInvocation } from './invocation.ts';
import { memoryImport } from './pooled-module.ts';
import { createPreview1 } from './preview1/preview1.ts';
import { ProgramError } from './program-error.ts';
import type { RunSetup } from './run-setup.ts';

/** Runs a core module from its beginning, in a fresh instance, and gives its exit code. */
export function runCore(program: CoreProgram, setup: RunSetup): number {
  const { port, args, env, preopens, memories, session } = setup;
  const pooled = program.memories?.take();
  let memory = pooled;
  if (pooled !== undefined) memories.push(pooled);
  try {
    const imports = createPreview1({
      port,
      args,
      env,
      preopens,
      memory: () => {
        if (memory === undefined) throw noMemory();
        return memory;
      },
    });
    const given = pooled === undefined ? {} : memoryImport(pooled);
    const all = { ...imports, ...given };
    const instance =
      session?.instantiate(program.main, program.compiled, all) ??
      new WebAssembly.Instance(program.compiled, all);
    memory = exportedMemory(instance);
    memories.push(memory);
    session?.start(instance);
    return callEntry(program, setup, instance);
  } finally {
    if (pooled !== undefined) program.memories?.giveBack(pooled);
  }
}

function callEntry(
  program: CoreProgram,
  { invoke, port, session }: RunSetup,
  { exports }: WebAssembly.Instance,
): number {
  if (program.entry === 'command') {
    exportedFunction(exports, '_start')();
    return 0;
  }
  const invocation = invoke === undefined ? undefined : parseInvocation(invoke);
  const call = invocation === undefined ? undefined : planCoreCall(program, invocation);
  exportedFunction(exports, '_initialize')();
  if (call === undefined) return 0;
  const result = exportedFunction(exports, call.name)(...call.args);
  if (session?.isStopped === true) return 0;
  // Without parentheses it is a function like main, whose result is the exit code.
  if (invocation?.args === undefined) return typeof result === 'number' ? result >>> 0 : 0;
  if (result !== undefined) {
    port.effect(stdoutWrite, { body: new TextEncoder().encode(`${call.print(result)}\n`) });
  }
  return 0;
}

function exportedFunction(
  exports: WebAssembly.Exports,
  name: string,
): (...args: readonly unknown[]) => unknown {
  const exported = exports[name];
  if (typeof exported === 'function') return exported as (...args: readonly unknown[]) => unknown;
  throw new ProgramError(
    'no-function',
    `the module exports no function ${name}`,
    'Correct "invoke" in backstitch.json, or export the function.',
  );
}

function exportedMemory({ exports: { memory } }: WebAssembly.Instance): WebAssembly.Memory {
  if (memory instanceof WebAssembly.Memory) return memory;
  throw noMemory();
}

function noMemory(): ProgramError {
  return new ProgramError(
    'no-memory',
    'the module exports no memory named "memory", through which WASI calls pass their data',
    'Export its memory, as every WASI toolchain does by default.',
  );
}
