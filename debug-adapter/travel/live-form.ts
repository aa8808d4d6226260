import {
  entryOffsets,
  type InstrumentOptions,
  instrumentProgram,
} from '../../simulator/guest/instrument/index.ts';
import type { GuestProgram } from '../../simulator/guest/program.ts';
import { ProgramLocator, statementOffsets } from '../../simulator/guest/symbols/index.ts';
import { ModuleError } from '../../simulator/guest/wasm/index.ts';

/** Bytes of code up to which programs without statements are given probes; it takes time to do. */
const CODE_BYTES_MAX = 1 << 22;

/** A program in the form in which it runs live: it can be put aside also while it computes. */
function liveForm(program: GuestProgram, locator: ProgramLocator): GuestProgram {
  const { bytes, info } = program.main;
  const statements = statementOffsets(locator.lines, locator.userFiles(), info);
  const { start = 0, end = 0 } = info.code ?? {};
  if (statements.length === 0 && end - start > CODE_BYTES_MAX) return program;
  const probes = statements.length > 0 ? statements : entryOffsets(bytes, info);
  const options: InstrumentOptions = { probes, locals: () => [], checkIns: true, moved: true };
  try {
    return instrumentProgram(program, options);
  } catch (error) {
    // It runs as it is, and can be paused at its effects.
    if (error instanceof ModuleError) return program;
    throw error;
  }
}

/** The forms of programs as they run live; each is made once. */
export class LiveForms {
  private readonly forms = new Map<string, GuestProgram>();

  /** @param locators is given the locator of every program, by its hash */
  constructor(private readonly locators: Map<string, ProgramLocator>) {}

  of(program: GuestProgram): GuestProgram {
    const known = this.forms.get(program.hash);
    if (known !== undefined) return known;
    const locator = this.locators.get(program.hash) ?? new ProgramLocator(program);
    this.locators.set(program.hash, locator);
    const form = liveForm(program, locator);
    this.forms.set(program.hash, form);
    return form;
  }
}
