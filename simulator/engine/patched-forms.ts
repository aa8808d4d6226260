/** The forms of programs in which memory can be changed on the way; each is made once. */
import { instrumentProgram } from '../guest/instrument/index.ts';
import type { GuestProgram } from '../guest/program.ts';
import { ProgramLocator, statementOffsets } from '../guest/symbols/index.ts';
import type { Patch } from './patch.ts';
import { PatchRun } from './patch-run.ts';
import type { Workflow } from './workflow.ts';

/** A workflow as it is to be run, and what changes memory meanwhile. */
export interface PatchedWorkflow {
  readonly workflow: Workflow;
  readonly patching?: PatchRun;
}

export class PatchedForms {
  private readonly forms = new Map<string, GuestProgram>();

  /** @param locatorOf gives the lines of a program, where somebody has them already */
  constructor(
    private readonly locatorOf: (program: GuestProgram) => ProgramLocator = (program) =>
      new ProgramLocator(program),
  ) {}

  /** Throws ModuleError for code that cannot be rewritten. */
  of(program: GuestProgram): GuestProgram {
    const known = this.forms.get(program.hash);
    if (known !== undefined) return known;
    const locator = this.locatorOf(program);
    const probes = statementOffsets(locator.lines, locator.userFiles(), program.main.info);
    const options = {
      ...{ probes, locals: () => [], checkIns: true },
      ...{ appointments: true, moved: true },
    };
    const form = instrumentProgram(program, options);
    this.forms.set(program.hash, form);
    return form;
  }

  /** How an execution with these patches is replayed: as it is where there are none. */
  ready(workflow: Workflow, patches: readonly Patch[]): PatchedWorkflow {
    if (patches.length === 0) return { workflow };
    const program = this.of(workflow.program);
    return { workflow: { ...workflow, program }, patching: new PatchRun({ patches }) };
  }
}
