import type { CoreProgram } from '../../simulator/guest/core-program.ts';
import {
  type InstrumentOptions,
  instrumentProgram,
} from '../../simulator/guest/instrument/index.ts';
import { type ProgramLocator, statementOffsets } from '../../simulator/guest/symbols/index.ts';
import { ModuleError } from '../../simulator/guest/wasm/index.ts';

/** A program in the form in which it runs live: it can be put aside also while it computes. */
export function liveForm(program: CoreProgram, locator: ProgramLocator): CoreProgram {
  const probes = statementOffsets(locator.lines, locator.userFiles(), program.main.info);
  if (probes.length === 0) return program;
  const options: InstrumentOptions = { probes, locals: () => [], checkIns: true, moved: true };
  try {
    return instrumentProgram(program, options);
  } catch (error) {
    // It runs as it is, and can be paused at its effects.
    if (error instanceof ModuleError) return program;
    throw error;
  }
}
