import { HTTP_HANDLER, handlerExport } from '../guest/component/run-handler.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LoadedSimulation, LoadedWorkflow } from './loaded-simulation.ts';
import type { ServingStart } from './protocol.ts';

interface WithHandler {
  readonly workflow: LoadedWorkflow;
  readonly handler: ServingStart['handler'];
}

/**
 * The workflow of a target that is to be served, changed so that it is started by what comes in and only by that.
 * Throws HostRequestError when it cannot be.
 *
 * @param raw each connection is standard input and output, also for a component
 */
export function withHandler({ workflows }: LoadedSimulation, raw: boolean): WithHandler {
  const [workflow, ...others] = workflows;
  if (workflow === undefined || others.some(({ config }) => config.count > 0)) {
    throw new HostRequestError(`one workflow is to be served, and not ${workflows.length}`);
  }
  const { name } = workflow.config;
  const starter = workflows.find(({ config }) => config.starts.includes(name));
  if (starter !== undefined) {
    throw new HostRequestError(
      `${name} is started by what comes in, and so cannot be started by ${starter.config.name}, ` +
        'too; serve a workflow that no "starts" names',
    );
  }
  const { component, config } = workflow;
  const stdin = new Uint8Array(0);
  if (raw || component === undefined) {
    return {
      workflow: { ...workflow, config: { ...config, count: 0 }, stdin, stdinEnds: false },
      handler: 'connection',
    };
  }
  if (handlerExport(component.exports) === undefined) {
    throw new HostRequestError(
      `${workflow.origin} exports no wasi:http/incoming-handler@0.2, so it cannot answer HTTP ` +
        'requests; with --inetd it is given each connection as its standard input and output',
    );
  }
  return {
    workflow: {
      ...workflow,
      // A recording has it, too, so that it replays as it was.
      config: { ...config, count: 0, invoke: HTTP_HANDLER },
      stdin,
      stdinEnds: true,
    },
    handler: 'http',
  };
}
