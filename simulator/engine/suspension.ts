import type { VirtualNanos } from '../kernel/time.ts';
import type { Attempt } from './attempt.ts';

export interface Waking {
  /** When time wakes it. */
  readonly wakesAt: readonly VirtualNanos[];
  /** Whether an input that it waits for is there. */
  isReady(): boolean;
}

/** A long wait gives the execution back; time or an input wakes it on some node. */
export function suspend(attempt: Attempt, { wakesAt, isReady }: Waking): void {
  const { execution, engine } = attempt;
  const { agenda } = engine;
  attempt.end('suspended');
  if (execution.latest !== attempt || execution.ended) return;
  execution.setStatus('waiting');
  const { epoch } = execution.journal;
  const wake = (): void => {
    const isFree = execution.journal.epoch === epoch && execution.owner === undefined;
    if (isFree) engine.claim(execution);
  };
  execution.wakeOnInput = () => {
    if (isReady()) wake();
  };
  for (const instant of wakesAt) agenda.at(instant, wake);
  if (wakesAt.length > 0) agenda.waits.add(execution);
  // Input may have come while the intent was on its way to the journal.
  execution.wakeOnInput();
}
