/**
 * Which program each workflow runs at the moment. An attempt runs one program to its end; what is
 * deployed meanwhile is run by the next attempt, which replays what the earlier program did.
 */
import type { FaultPlan } from '../faults/fault.ts';
import { PlanError } from '../faults/plan.ts';
import type { GuestProgram } from '../guest/program.ts';
import type { Workflow } from './workflow.ts';

export class Deployments {
  private readonly deployed = new Map<string, GuestProgram>();

  /** @param programs those that can be deployed, by how plans name them */
  constructor(private readonly programs: ReadonlyMap<string, GuestProgram>) {}

  /** Throws PlanError when a plan deploys what has not been loaded. */
  check(plan: FaultPlan, where: string): void {
    const problems = plan.faults.flatMap((fault, index) => {
      if (fault.kind !== 'deploy' || this.programs.has(fault.module)) return [];
      return [
        `$.faults[${index}].module: ${fault.module} was not loaded; ` +
          'only a plan with which a simulation begins can name a new module',
      ];
    });
    if (problems.length > 0) throw new PlanError(where, problems);
  }

  /** From now on, attempts of the workflow run this module. */
  deploy(workflow: string, module: string): void {
    const program = this.programs.get(module);
    if (program !== undefined) this.deployed.set(workflow, program);
  }

  /** A workflow as it is deployed now. */
  current(workflow: Workflow): Workflow {
    const program = this.deployed.get(workflow.config.name) ?? workflow.program;
    return program === workflow.program ? workflow : { ...workflow, program };
  }
}
