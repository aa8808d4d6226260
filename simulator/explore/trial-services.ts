/**
 * The services of trials. Each trial has them as they are at the start; where a service can begin
 * anew it is used again, because loading one takes longer than a trial.
 */
import type { LoadedSimulation } from '../host/loaded-simulation.ts';
import type { ServiceLoader } from '../host/simulation-run.ts';
import { ServiceError, type ServiceProgram } from '../world/service.ts';

export class TrialServices {
  private readonly kept = new Map<string, ServiceProgram>();
  /** Services that are loaded again for each trial. */
  private readonly unkept = new Set<string>();
  /** Whether services of the trial that was begun last were used before. */
  private areUsedAgain = false;

  constructor(
    private readonly sources: LoadedSimulation['services'],
    private readonly load: ServiceLoader,
  ) {}

  /** The services for a trial that begins; those of the trial before it are of no use any more. */
  take(): ReadonlyMap<string, ServiceProgram> {
    this.areUsedAgain = false;
    const taken = new Map<string, ServiceProgram>();
    for (const [name, source] of this.sources) {
      taken.set(name, this.renewed(name) ?? this.loaded(name, source));
    }
    return taken;
  }

  /**
   * Whether what went wrong in a trial may be due to a service that was used before: one that changes
   * what all scripts find fails then. From now on, the services that failed are loaded for each trial.
   */
  isToRepeat(problems: readonly Error[]): boolean {
    if (!this.areUsedAgain) return false;
    const failed = problems.filter((problem) => problem instanceof ServiceError);
    for (const { service } of failed) {
      this.kept.delete(service);
      this.unkept.add(service);
    }
    return failed.length > 0;
  }

  private renewed(name: string): ServiceProgram | undefined {
    const program = this.kept.get(name);
    if (program === undefined) return undefined;
    try {
      if (program.renew?.() === true) {
        this.areUsedAgain = true;
        return program;
      }
    } catch (error) {
      // It fails only where it is used again, or loading it says the same.
      if (!(error instanceof ServiceError)) throw error;
    }
    this.kept.delete(name);
    this.unkept.add(name);
    return undefined;
  }

  private loaded(name: string, source: Parameters<ServiceLoader>[1]): ServiceProgram {
    const program = this.load(name, source);
    if (program.renew !== undefined && !this.unkept.has(name)) this.kept.set(name, program);
    return program;
  }
}
