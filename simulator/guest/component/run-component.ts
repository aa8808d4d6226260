import { stdoutWrite } from '../../effects/stdio.ts';
import { parseInvocation } from '../invocation.ts';
import { memoryImport } from '../pooled-module.ts';
import { openPreview2, type Preview2 } from '../preview2/preview2.ts';
import type { RunSetup } from '../run-setup.ts';
import { callComponent, isErrorCase, planComponentCall } from './component-call.ts';
import { type ComponentProgram, checkRunnable } from './component-program.ts';
import type { ComponentModule } from './core-modules.ts';
import { HTTP_HANDLER, runHandler } from './run-handler.ts';

/** A command whose `run` gives the error case. */
const FAILED_EXIT_CODE = 1;

/**
 * Runs a component from its beginning, in a fresh instance, and gives its exit code. The result of
 * a function that is invoked is written to standard output, in WAVE.
 */
export function runComponent(program: ComponentProgram, setup: RunSetup): number {
  const { port, args, env, preopens, invoke, session } = setup;
  if (invoke === undefined) checkRunnable(program);
  const isCall = invoke !== undefined && invoke !== HTTP_HANDLER;
  const call = isCall ? planComponentCall(program, parseInvocation(invoke)) : undefined;
  const host = openPreview2({ port, args, env, preopens });
  const pool = program.modules.find(({ memories }) => memories !== undefined)?.memories;
  const pooled = pool?.take();
  try {
    const exports = instantiate(program, setup, host, pooled);
    if (invoke === HTTP_HANDLER) return runHandler(exports, host);
    if (call === undefined) return runCommand(program, exports);
    const result = callComponent(exports, call);
    if (result !== undefined && session?.isStopped !== true) {
      port.effect(stdoutWrite, { body: new TextEncoder().encode(`${result}\n`) });
    }
    return 0;
  } finally {
    if (pooled !== undefined) pool?.giveBack(pooled);
  }
}

/** @param pooled the memory of the only module that has one of its own, where it is lent */
function instantiate(
  program: ComponentProgram,
  { session, memories }: RunSetup,
  { imports, direct }: Preview2,
  pooled: WebAssembly.Memory | undefined,
): Readonly<Record<string, unknown>> {
  return program.instantiate(
    (name) => moduleOf(program, name),
    imports,
    (code, coreImports) => {
      const module = moduleByCode(program, code);
      const isLent = pooled !== undefined && module.memories !== undefined;
      const link = (given: WebAssembly.Imports) => {
        const all = isLent ? { ...given, ...memoryImport(pooled) } : given;
        return session?.instantiate(module, code, all) ?? new WebAssembly.Instance(code, all);
      };
      const instance = program.direct ? direct.instantiate(coreImports, link) : link(coreImports);
      for (const exported of Object.values(instance.exports)) {
        if (exported instanceof WebAssembly.Memory) memories.push(exported);
      }
      session?.start(instance);
      return instance;
    },
  );
}

function moduleByCode({ modules }: ComponentProgram, code: WebAssembly.Module): ComponentModule {
  const found = modules.find(({ compiled }) => compiled === code);
  if (found === undefined) throw new Error('the glue instantiates a module that it was not given');
  return found;
}

function moduleOf({ modulesByName }: ComponentProgram, name: string): WebAssembly.Module {
  const found = modulesByName.get(name);
  if (found === undefined) throw new Error(`the glue asks for a module ${name} that is not there`);
  return found.compiled;
}

function runCommand(
  { runExport = '' }: ComponentProgram,
  exports: Readonly<Record<string, unknown>>,
): number {
  const { run } = exports[runExport] as { readonly run: () => void };
  try {
    run();
    return 0;
  } catch (error) {
    if (isErrorCase(error)) return FAILED_EXIT_CODE;
    throw error;
  }
}
