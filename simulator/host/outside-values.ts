/** What comes to a live simulation from outside while it runs: kept promises and messages. */
import type { Simulation } from '../engine/simulation.ts';
import { executionId } from '../journal/entry.ts';
import { HostRequestError } from './host-request-error.ts';
import type { KeptPromise, OutsideMessage } from './protocol.ts';

const OWN_PROMISE = /^self(?:\/|$)/;

/** False when it was kept before; throws HostRequestError for a name that nobody can wait for. */
export function keepPromise(
  simulation: Simulation,
  { promise, contentType, bytes }: KeptPromise,
): boolean {
  if (OWN_PROMISE.test(promise)) {
    const name = promise.slice('self/'.length) || 'name';
    throw new HostRequestError(
      `the promise ${promise} has another name outside of its execution: <execution>/${name}, ` +
        `such as ${simulation.executions[0]?.id ?? 'order-1'}/${name}`,
    );
  }
  return simulation.inputs.keepPromise(promise, { contentType, body: bytes });
}

/** False when the execution has ended; throws UnknownExecutionError. */
export function sendMessage(
  simulation: Simulation,
  { execution, contentType, bytes }: OutsideMessage,
): boolean {
  return simulation.inputs.sendMessage(executionId(execution), { contentType, body: bytes });
}
