import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';

/** Writes down that the message of a call to a place does not get through. */
export function traceHeld(
  { engine, node, execution }: Attempt,
  { seq }: Entry,
  kind: 'request.held' | 'response.held',
  service: string,
): void {
  engine.trace({ kind, node: node.name, service, execution: execution.id, seq });
}
