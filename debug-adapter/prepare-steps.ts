import type { DebugMachine } from './debug-host.ts';
import type { SessionState } from './session-state.ts';

/** Looks at what steps are likely to come to next, as long as nobody wants anything. */
export function prepareSteps(state: SessionState, host: Pick<DebugMachine, 'hasRequests'>): void {
  if (!state.isStopped) return;
  const { target, traveller } = state;
  const { place } = traveller.position;
  try {
    // Steps may go from effect to effect.
    if (traveller.pathsOf(place.execution) === undefined) return;
    target.programBook.prepare(place, () => host.hasRequests());
  } catch {
    // A request broke it off; whatever else it is, the request that meets it again says so.
  }
}
