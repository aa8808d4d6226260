import type { ComponentProgram } from '../component/component-program.ts';
import type { ComponentModule } from '../component/core-modules.ts';
import type { CoreProgram } from '../core-program.ts';
import type { GuestProgram } from '../program.ts';
import type { ProgramModule } from '../program-module.ts';
import { type CoreModule, inspectModule, limitMemory } from '../wasm/index.ts';
import { instrumentModule } from './instrument-module.ts';
import type { ModuleProbes } from './module-probes.ts';
import type { InstrumentOptions } from './options.ts';

/** A stop has to find its way through these, nothing else. */
const WITHOUT_PROBES: InstrumentOptions = { probes: [] };

/**
 * The program with probes in its main module, compiled: to be run with a ProbeSession, as often as
 * wanted. All else of it is as in `program`, so that its locators serve both.
 * Throws ModuleError for code that cannot be rewritten.
 */
export function instrumentProgram<P extends GuestProgram>(
  program: P,
  options: InstrumentOptions,
): P;
export function instrumentProgram(program: GuestProgram, options: InstrumentOptions): GuestProgram {
  if (program.kind === 'core') return instrumentCore(program, options);
  return instrumentComponent(program, options);
}

function instrumentCore(program: CoreProgram, options: InstrumentOptions): CoreProgram {
  const { main: built, memoryPagesMax } = program;
  const { compiled, probes } = rewrite(built, memoryPagesMax, options, true, false);
  const main: ProgramModule = { ...built, instrumented: probes };
  return { ...program, modules: [main], main, compiled, memories: undefined };
}

function instrumentComponent(
  program: ComponentProgram,
  options: InstrumentOptions,
): ComponentProgram {
  const modulesByName = new Map<string, ComponentModule>();
  let main = program.main;
  for (const [name, module] of program.modulesByName) {
    const isMain = module === program.main;
    const wanted = isMain ? options : { ...WITHOUT_PROBES, moved: options.moved ?? false };
    const { compiled, probes } = rewrite(module, program.memoryPagesMax, wanted, isMain, true);
    const probed = { ...module, compiled, instrumented: probes };
    const rewritten: ComponentModule = { ...probed, memories: undefined };
    modulesByName.set(name, rewritten);
    if (isMain) main = rewritten;
  }
  return { ...program, main, modulesByName, modules: [...modulesByName.values()] };
}

function rewrite(
  { bytes, info, tag }: ProgramModule,
  memoryPagesMax: number,
  options: InstrumentOptions,
  isMain: boolean,
  reentrant: boolean,
): { readonly compiled: WebAssembly.Module; readonly probes: ModuleProbes } {
  const limited = limitMemory(bytes, info, memoryPagesMax).bytes;
  const limitedInfo = limited === bytes ? info : (inspectModule(limited) as CoreModule);
  const { bytes: rewritten, ...probes } = instrumentModule(limited, limitedInfo, options, tag);
  return {
    compiled: new WebAssembly.Module(rewritten as Uint8Array<ArrayBuffer>),
    probes: { ...probes, isMain, reentrant },
  };
}
