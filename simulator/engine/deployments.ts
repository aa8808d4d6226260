/**
 * Which program each workflow runs at the moment. An attempt runs one program to its end; what is
 * deployed meanwhile is run by the next attempt, which replays what the earlier program did.
 */
import type { Fault, FaultPlan } from '../faults/fault.ts';
import { PlanError } from '../faults/plan.ts';
import type { GuestProgram } from '../guest/program.ts';
import { checkSteps, type Steps } from './steps.ts';
import type { Workflow } from './workflow.ts';

export class Deployments {
  private readonly deployed = new Map<string, GuestProgram>();
  private readonly programs: Map<string, GuestProgram>;

  /** @param programs those that can be deployed, by how plans name them */
  constructor(programs: ReadonlyMap<string, GuestProgram>) {
    this.programs = new Map(programs);
  }

  /** From now on, this module can be deployed, too. */
  add(module: string, program: GuestProgram): void {
    this.programs.set(module, program);
  }

  /** Throws PlanError when a plan deploys what has not been loaded. */
  check(plan: FaultPlan, where: string): void {
    const problems = plan.faults.flatMap((fault, index) => {
      if (fault.kind !== 'deploy' || this.programs.has(fault.module)) return [];
      return [`$.faults[${index}].module: ${fault.module} was not loaded`];
    });
    if (problems.length > 0) throw new PlanError(where, problems);
  }

  /**
   * Throws StepError when a fault would deploy what lacks a step of its workflow, as far as it is
   * known beforehand which that is.
   *
   * @param workflows those that there are
   */
  checkSteps(fault: Fault, workflows: readonly Workflow[]): void {
    const program = fault.kind === 'deploy' ? this.programs.get(fault.module) : undefined;
    if (fault.kind !== 'deploy' || program === undefined) return;
    const { workflow: named, at, module } = fault;
    const meant = workflows.filter(({ config: { name } }) => {
      if (named !== undefined) return name === named;
      if (at.execution !== undefined) return at.execution.replace(/-\d+$/, '') === name;
      return workflows.length === 1;
    });
    for (const { config } of meant) checkSteps(program, config, module);
  }

  /**
   * From now on, attempts of the workflow run this module. Throws StepError and ModuleError, and
   * changes nothing.
   */
  deploy(workflow: Workflow, module: string, steps: Pick<Steps, 'check'>): void {
    const program = this.programs.get(module);
    if (program === undefined) return;
    const { config } = workflow;
    checkSteps(program, config, module);
    steps.check({ ...workflow, program });
    this.deployed.set(config.name, program);
  }

  /** A workflow as it is deployed now. */
  current(workflow: Workflow): Workflow {
    const program = this.deployed.get(workflow.config.name) ?? workflow.program;
    return program === workflow.program ? workflow : { ...workflow, program };
  }
}
