/** What outputs do besides being journaled and shown. */
import { type ExchangeArgs, httpCancel, httpWrite } from '../effects/http.ts';
import type { EffectValue } from '../effects/operation.ts';
import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';

/** Performs an output, whose entry the next commit makes durable, and gives its result. */
export function performOutput(
  { exchanges, connections, sockets }: Attempt,
  entry: Entry,
): EffectValue {
  if (entry.operation.name === httpWrite.name) return exchanges.write(entry);
  if (entry.operation.name === httpCancel.name) exchanges.cancel(entry.args as ExchangeArgs);
  sockets.output(entry);
  return connections.output(entry) ?? {};
}
