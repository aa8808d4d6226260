/**
 * Steps of executions at persistence level `step`: calls of the functions that the configuration
 * names. What such a call does is done again as a whole when a crash comes before its end, and
 * without keys, as engines do it that know steps and not effects.
 *
 * G1  Effects of one call of a step, and of what it calls, have the same number; effects of two
 *     calls do not.
 * G2  The numbers of an attempt that replays are those of the attempt that performed.
 */
import type { WorkflowConfig } from '../config/config.ts';
import { instrumentProgram, ProbeSession, type ProbeSettings } from '../guest/instrument/index.ts';
import type { GuestProgram } from '../guest/program.ts';
import { captureFrames, ProgramLocator } from '../guest/symbols/index.ts';
import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import type { Execution } from './execution.ts';
import type { DurableJournal } from './journal-store.ts';
import type { Workflow } from './workflow.ts';

/** A program in which entries of its steps are heard of. */
interface StepForm {
  readonly program: GuestProgram;
  /** The functions that are steps, by index. */
  readonly functions: ReadonlySet<number>;
}

/** There are no steps, or no function of the program has the name of one. */
export class StepError extends Error {
  override readonly name = 'StepError';
  readonly code = 'step';

  /** @param module what lacks the step, where it is not the workflow's own program */
  constructor(workflow: string, step: string | undefined, module?: string) {
    super(stepText(workflow, step, module));
  }
}

function stepText(workflow: string, step: string | undefined, module: string | undefined): string {
  if (step === undefined) {
    return `${workflow} has no steps: persistence level "step" needs the names of functions in "steps"`;
  }
  if (module === undefined) {
    return (
      `${workflow} has no function ${step}, which "steps" names; was it built without names, or ` +
      'was the function inlined?'
    );
  }
  return (
    `${module} cannot be deployed for ${workflow}: it has no function ${step}, which is a step of the ` +
    'workflow at persistence level "step". Build it with names and with that function not inlined, or ' +
    `take ${step} out of "steps"`
  );
}

/** Throws StepError when a module that is deployed for a workflow lacks one of its steps. */
export function checkSteps(
  program: GuestProgram,
  { name, persistence, steps }: WorkflowConfig,
  module: string,
): void {
  if (persistence === 'step') functionsNamed(program, steps, { workflow: name, module });
}

/** The steps of a simulation's executions; makes each form of a program once. */
export class Steps {
  private readonly forms = new Map<string, StepForm>();

  /** @param isChanged whether memory of an attempt is changed by hand, for which it needs other probes */
  constructor(private readonly isChanged: (attempt: Attempt) => boolean) {}

  /** Throws StepError, and ModuleError for code that cannot be rewritten. */
  check({ config, program }: Workflow): void {
    if (config.persistence !== 'step') return;
    if (config.steps.length === 0) throw new StepError(config.name, undefined);
    this.formOf(program, config);
  }

  /** Undefined at other levels, and for an attempt that has other probes. */
  runFor(attempt: Attempt, onCheckIn: (tick: number) => boolean): StepRun | undefined {
    const { config, program } = attempt.workflow;
    if (config.persistence !== 'step' || this.isChanged(attempt)) return undefined;
    return new StepRun(this.formOf(program, config), { onCheckIn });
  }

  private formOf(program: GuestProgram, { name, steps }: WorkflowConfig): StepForm {
    const key = `${program.hash} ${steps.join(' ')}`;
    const known = this.forms.get(key);
    if (known !== undefined) return known;
    const functions = functionsNamed(program, steps, { workflow: name });
    const entries = [...functions].map((index) => entryOf(program, index)).sort((a, b) => a - b);
    const form = instrumentProgram(program, {
      ...{ probes: entries, breakpoints: entries, locals: () => [] },
      ...{ depth: true, moved: true, checkIns: true },
    });
    const made = { program: form, functions };
    this.forms.set(key, made);
    return made;
  }
}

function functionsNamed(
  program: GuestProgram,
  steps: readonly string[],
  { workflow, module }: { readonly workflow: string; readonly module?: string },
): ReadonlySet<number> {
  const { names } = new ProgramLocator(program);
  const { functionsImported, bodies } = program.main.info;
  const functions = new Set<number>();
  for (const step of steps) {
    const before = functions.size;
    for (let defined = 0; defined < bodies.starts.length; defined++) {
      const name = names.name(functionsImported + defined);
      // A demangled name has its parameters behind it.
      if (name === step || name.startsWith(`${step}(`)) functions.add(functionsImported + defined);
    }
    if (functions.size === before) throw new StepError(workflow, step, module);
  }
  return functions;
}

/** Where the instructions of a function begin, as an offset into the code section. */
function entryOf({ main: { info } }: GuestProgram, index: number): number {
  const start = info.bodies.starts[index - info.functionsImported] ?? 0;
  return start - (info.code?.start ?? 0);
}

/** One run of a guest whose steps are counted. */
export class StepRun {
  readonly session: ProbeSession;
  private calls = 0;

  get program(): GuestProgram {
    return this.form.program;
  }

  constructor(
    private readonly form: StepForm,
    settings: ProbeSettings,
  ) {
    this.session = new ProbeSession({
      ...settings,
      onBreakpoint: ({ depth }) => {
        // A step that another one calls belongs to that.
        if (depth === OUTERMOST) this.calls++;
        return false;
      },
    });
  }

  /** The number of the call whose effect is asked for; undefined outside steps. */
  current(): number | undefined {
    const { program, functions } = this.form;
    const isInside = captureFrames(program).some((frame) => functions.has(frame.functionIndex));
    return isInside ? this.calls : undefined;
  }
}

/** The depth of a function with probes that no other such function has called. */
const OUTERMOST = 1;

/** An effect of this step, or of none, is asked for: the one before it may have ended. */
export function noteStep(attempt: Attempt, step: number | undefined): void {
  const { view, epoch, execution } = attempt;
  attempt.step = step;
  const { journal } = execution;
  const last = view.at(-1);
  if (last?.step === undefined || last.step === step || epoch !== journal.epoch) return;
  journal.endedStep = { step: last.step, lastSeq: last.seq };
}

/** Forgets what the persistence level of an execution does not keep; its latest attempt has ended. */
export function forgetUnkept({ store, sink }: Engine, execution: Execution): void {
  const { id, journal, latest, workflow } = execution;
  const { persistence } = workflow.config;
  if (latest === undefined || latest.outcome === 'suspended' || persistence === 'effect') return;
  if (persistence !== 'step') {
    store.restart(journal);
    return;
  }
  const kept = entriesKept(journal);
  for (const entry of journal.entries.slice(kept)) {
    // What the attempt had and the journal has not is written down already.
    const isNoted = entry.result === undefined && latest.view[entry.seq]?.result !== undefined;
    if (!isNoted) sink.lost(id, latest.number, entry);
  }
  if (kept < journal.entries.length) store.keepFirst(journal, kept);
}

/** How many entries outlive the end of an attempt: all before a step that has not ended. */
function entriesKept({ entries, endedStep }: DurableJournal): number {
  const last = entries.at(-1);
  if (last?.step === undefined || isEnded(last, endedStep)) return entries.length;
  return entries.findIndex(({ step }) => step === last.step);
}

function isEnded(last: Entry, ended: DurableJournal['endedStep']): boolean {
  return ended !== undefined && ended.step === last.step && ended.lastSeq === last.seq;
}
