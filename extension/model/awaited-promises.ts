/** Which promises the executions of a simulation wait for, for rows and for the commands that keep them. */
import { promiseNameFor } from '../../simulator/host/text/promise-text.ts';
import type { SimulationModel } from './simulation-model.ts';

export interface AwaitedPromise {
  /** As everybody knows it: `order-1/approval`. */
  readonly promise: string;
  /** Who waits for it; undefined when the host tells only that somebody does. */
  readonly execution: string | undefined;
}

/** Of one execution, or of all; each promise once. */
export function awaitedPromises(
  model: SimulationModel,
  execution?: string,
): readonly AwaitedPromise[] {
  if (!model.isLive) return [];
  const found = new Map<string, AwaitedPromise>();
  for (const { summary } of model.executions.values()) {
    if (execution !== undefined && summary.id !== execution) continue;
    for (const promise of summary.promises ?? []) {
      if (!found.has(promise)) found.set(promise, { promise, execution: summary.id });
    }
  }
  if (execution === undefined && model.phase.kind === 'waiting') {
    for (const promise of model.phase.promises) {
      if (!found.has(promise)) found.set(promise, { promise, execution: undefined });
    }
  }
  return [...found.values()];
}

/** `waits for approval`; undefined when it waits for no promise. */
export function awaitedText(promises: readonly string[], execution: string): string | undefined {
  if (promises.length === 0) return undefined;
  return `waits for ${promises.map((promise) => promiseNameFor(promise, execution)).join(', ')}`;
}
