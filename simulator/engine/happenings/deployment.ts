import type { DEPLOYMENT_FAULTS } from '../../faults/kinds/deployment.ts';
import { ModuleError } from '../../guest/wasm/index.ts';
import { StepError } from '../steps.ts';
import type { Workflow } from '../workflow.ts';
import type { Happenings, Scene } from './happening.ts';

export const DEPLOYMENT_HAPPENINGS: Happenings<keyof typeof DEPLOYMENT_FAULTS> = {
  deploy: (scene) => {
    const { engine, fault } = scene;
    const workflow = workflowOf(scene);
    // Before there is any execution, only a workflow that is named is known.
    if (workflow === undefined) return;
    const { module } = fault;
    try {
      engine.deployments.deploy(workflow, module, engine.steps);
    } catch (error) {
      if (!(error instanceof StepError || error instanceof ModuleError)) throw error;
      // Who deploys is told, and the program that is there goes on.
      engine.noteProblem(error);
      return;
    }
    engine.trace({ kind: 'workflow.deployed', data: { workflow: workflow.config.name, module } });
  },
};

/** The workflow that is meant: by its name, or that of the execution. */
function workflowOf({ engine, fault, execution }: Scene<'deploy'>): Workflow | undefined {
  const { workflow: name } = fault;
  if (name === undefined || name === execution?.workflow.config.name) return execution?.workflow;
  const known = [...engine.executions.values()].find(
    ({ workflow }) => workflow.config.name === name,
  );
  return known?.workflow ?? engine.workflowFor(name);
}
