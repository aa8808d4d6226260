import type { DEPLOYMENT_FAULTS } from '../../faults/kinds/deployment.ts';
import type { Happenings } from './happening.ts';

export const DEPLOYMENT_HAPPENINGS: Happenings<keyof typeof DEPLOYMENT_FAULTS> = {
  deploy: ({ engine, fault, execution }) => {
    const { module } = fault;
    const workflow = fault.workflow ?? execution?.workflow.config.name;
    // Before there is any execution, only a workflow that is named is known.
    if (workflow === undefined) return;
    engine.deployments.deploy(workflow, module);
    engine.trace({ kind: 'workflow.deployed', data: { workflow, module } });
  },
};
