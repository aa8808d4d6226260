/**
 * The patches of a simulation. Those of an earlier run are known from the start, because they
 * belong to places of programs; their inputs come in where they came in then.
 */
import type { GuestProgram } from '../guest/program.ts';
import type { ExecutionId } from '../journal/entry.ts';
import { PATCHES_MAX } from '../kernel/limits.ts';
import type { Attempt } from './attempt.ts';
import type { Engine } from './engine.ts';
import { type Patch, PatchError } from './patch.ts';
import { PatchRun } from './patch-run.ts';
import type { PatchedForms } from './patched-forms.ts';

/** The statement of an attempt before which its guest is to be put aside. */
export interface StatementPoint {
  readonly execution: ExecutionId;
  readonly attempt: number;
  /** How many effects have returned by then. */
  readonly seq: number;
  readonly tick: number;
}

/** What an engine starts with. */
export interface PatchesSetup {
  readonly forms: PatchedForms;
  /** Those of an earlier run. */
  readonly given: readonly Patch[];
}

export const AS_IT_IS = (program: GuestProgram): GuestProgram => program;

export class Patches {
  /** Where a guest is to be put aside; whoever drives the simulation sets it. */
  stopAt: StatementPoint | undefined;
  /** The form in which programs run that nobody changes; whoever drives the simulation sets it. */
  form: (program: GuestProgram) => GuestProgram = AS_IT_IS;
  private readonly known = new Map<ExecutionId, Patch[]>();
  private count = 0;

  constructor(
    private readonly engine: Pick<Engine, 'noteProblem' | 'trace' | 'takeInputs'>,
    private readonly setup: PatchesSetup,
  ) {
    for (const patch of setup.given) this.register(patch);
  }

  /**
   * Throws PatchError for one more than there may be, and ModuleError for a program that cannot be
   * run with patches.
   */
  check(program: GuestProgram): void {
    if (this.count >= PATCHES_MAX) {
      throw new PatchError(`there are ${PATCHES_MAX} changes by hand, and no more are taken`);
    }
    this.setup.forms.of(program);
  }

  /** From now on, in every run that comes to its place. */
  add(patch: Patch): void {
    this.register(patch);
    this.announce(patch);
  }

  /** The input of a patch that is known has come in. */
  announce({ execution, place, label }: Patch): void {
    this.engine.trace({ kind: 'memory.patched', execution, seq: place.seq, data: { label } });
  }

  /** Whether an attempt runs in a form in which its memory can be changed on the way. */
  changes(attempt: Attempt): boolean {
    return this.of(attempt).length > 0 || this.stopFor(attempt) !== undefined;
  }

  /** The program as an attempt runs it. */
  programFor(attempt: Attempt): GuestProgram {
    const { program } = attempt.workflow;
    return this.changes(attempt) ? this.setup.forms.of(program) : this.form(program);
  }

  /** Undefined for an attempt that nobody looks into. */
  runFor(attempt: Attempt, settings: { onCheckIn(tick: number): boolean }): PatchRun | undefined {
    const patches = this.of(attempt);
    const stop = this.stopFor(attempt);
    if (patches.length === 0 && stop === undefined) return undefined;
    return new PatchRun(
      {
        patches,
        onLeftOut: ({ label, execution }, why) =>
          this.engine.noteProblem(new PatchError(`${label} was left out in ${execution}: ${why}`)),
      },
      {
        ...settings,
        ...(stop === undefined ? {} : { appointments: [stop.tick] }),
        onAppointment: ({ tick }) => {
          // The input of a patch comes in where it came in when it was new.
          this.engine.takeInputs();
          if (attempt.ended) return true;
          return tick === stop?.tick && attempt.cursor === stop.seq && attempt.putAside(tick);
        },
      },
    );
  }

  private register(patch: Patch): void {
    const known = this.known.get(patch.execution);
    if (known === undefined) this.known.set(patch.execution, [patch]);
    else known.push(patch);
    this.count++;
  }

  private of({ execution, number }: Attempt): readonly Patch[] {
    const known = this.known.get(execution.id);
    return known?.filter(({ attempt }) => attempt <= number) ?? [];
  }

  private stopFor({ execution, number }: Attempt): StatementPoint | undefined {
    const { stopAt } = this;
    return stopAt?.execution === execution.id && stopAt.attempt === number ? stopAt : undefined;
  }
}
