/** What a workflow is started by when it serves: requests of HTTP, or connections. */
import { HTTP_HANDLER, handlerExport } from '../guest/component/run-handler.ts';
import { HostRequestError } from './host-request-error.ts';
import type { LoadedSimulation, LoadedWorkflow } from './loaded-simulation.ts';
import type { ServingStart } from './protocol.ts';

type Handler = ServingStart['handler'];

interface WithHandler {
  readonly workflow: LoadedWorkflow;
  readonly handler: Handler;
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
  checkStartedByNobody(workflow, workflows);
  const handler = raw || workflow.component === undefined ? 'connection' : 'http';
  if (handler === 'http' && !answersHttp(workflow)) {
    throw new HostRequestError(
      `${workflow.origin} exports no wasi:http/incoming-handler@0.2, so it cannot answer HTTP ` +
        'requests; with --inetd it is given each connection as its standard input and output',
    );
  }
  return { workflow: servedWorkflow(workflow, handler), handler };
}

/** Whether a workflow's program is an HTTP handler; any other can be given connections. */
export function answersHttp({ component }: LoadedWorkflow): boolean {
  return component !== undefined && handlerExport(component.exports) !== undefined;
}

/** What starts the executions of a workflow has to be one thing; throws HostRequestError. */
export function checkStartedByNobody(
  { config: { name } }: LoadedWorkflow,
  workflows: readonly LoadedWorkflow[],
): void {
  const starter = workflows.find(({ config }) => config.starts.includes(name));
  if (starter === undefined) return;
  throw new HostRequestError(
    `${name} is started by what comes in, and so cannot be started by ${starter.config.name}, ` +
      'too; serve a workflow that no "starts" names',
  );
}

/** A workflow as a recording has it, too, so that it replays as it was. */
export function servedWorkflow(workflow: LoadedWorkflow, handler: Handler): LoadedWorkflow {
  const config = { ...workflow.config, count: 0 };
  const stdin = new Uint8Array(0);
  if (handler === 'connection') return { ...workflow, config, stdin, stdinEnds: false };
  return { ...workflow, config: { ...config, invoke: HTTP_HANDLER }, stdin, stdinEnds: true };
}
