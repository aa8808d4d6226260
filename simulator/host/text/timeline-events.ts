/** Which happenings in the world a timeline of one execution shows, and in which attempt. */
import { FAULT_KINDS, type FaultKind, specOf } from '../../faults/fault.ts';
import type { ExecutionId } from '../../journal/entry.ts';
import type { AttemptRow, TraceKind, TraceRow } from '../../journal/records.ts';
import type { Paint, Sign } from './style.ts';

export interface EventLook {
  readonly sign: Sign;
  readonly paint: Paint;
}

/** What is worth a line of its own; all else can be read from the effects and attempts. */
export const EVENT_LOOKS: Partial<Readonly<Record<TraceKind, EventLook>>> = {
  'fault.fired': { sign: 'fault', paint: 'magenta' },
  'faults.ended': { sign: 'resumed', paint: 'dim' },
  'node.resumed': { sign: 'resumed', paint: 'dim' },
  'clock.drifted': { sign: 'resumed', paint: 'dim' },
  'clock.thawed': { sign: 'resumed', paint: 'dim' },
  'clock.strobed': { sign: 'resumed', paint: 'dim' },
  'timer.moved': { sign: 'fault', paint: 'magenta' },
  'timer.lost': { sign: 'fault', paint: 'magenta' },
  'timer.repeated': { sign: 'fault', paint: 'magenta' },
  'journal.torn': { sign: 'fault', paint: 'magenta' },
  'lease.expired': { sign: 'refused', paint: 'yellow' },
  'commit.refused': { sign: 'refused', paint: 'yellow' },
  'commit.held': { sign: 'fault', paint: 'magenta' },
  'request.held': { sign: 'fault', paint: 'magenta' },
  'response.held': { sign: 'fault', paint: 'magenta' },
  'volume.healed': { sign: 'resumed', paint: 'dim' },
  'volume.lost': { sign: 'fault', paint: 'magenta' },
  'write.misdirected': { sign: 'fault', paint: 'magenta' },
  'link.healed': { sign: 'resumed', paint: 'dim' },
  'request.lost': { sign: 'fault', paint: 'magenta' },
  'response.lost': { sign: 'fault', paint: 'magenta' },
  'call.retried': { sign: 'again', paint: 'cyan' },
  'question.asked': { sign: 'question', paint: 'yellow' },
  'question.answered': { sign: 'question', paint: 'green' },
  'result.edited': { sign: 'input', paint: 'magenta' },
  'memory.patched': { sign: 'input', paint: 'magenta' },
  'service.failed': { sign: 'failed', paint: 'red' },
  'input.arrived': { sign: 'input', paint: 'green' },
  'client.answered': { sign: 'failed', paint: 'yellow' },
};

/** An execution's own events and those of the nodes it lived on, by the number of the attempt. */
export function eventsByAttempt(
  traces: readonly TraceRow[],
  id: ExecutionId,
  attempts: readonly AttemptRow[],
): ReadonlyMap<number, readonly TraceRow[]> {
  const groups = new Map<number, TraceRow[]>();
  for (const trace of traces) {
    if (!isShown(trace)) continue;
    const own = trace.execution === id;
    if (!own && trace.execution !== undefined && !hitsItsNode(trace)) continue;
    const attempt = attemptOf(trace, attempts, !own);
    if (attempt === undefined) continue;
    const group = groups.get(attempt.number) ?? [];
    group.push(trace);
    groups.set(attempt.number, group);
  }
  return groups;
}

/** A fault at another execution's effect hits all that live on its node, if not that effect alone. */
function hitsItsNode({ kind, data }: TraceRow): boolean {
  const fault = data?.kind as FaultKind;
  return kind === 'fault.fired' && FAULT_KINDS.includes(fault) && specOf(fault).acts === 'happens';
}

function isShown({ kind, data }: TraceRow): boolean {
  // A drift begins with its fault; only its end has nothing else to tell it.
  if (kind === 'clock.drifted') return data?.ppm === 0;
  if (kind === 'clock.strobed') return data?.byNanos === undefined;
  // What a client got is shown as the program gave it.
  if (kind === 'client.answered') return data?.outcome === 'left';
  return EVENT_LOOKS[kind] !== undefined;
}

/** The latest attempt that an event can belong to; `alive` asks for one that it happened to. */
function attemptOf(
  { at, node }: TraceRow,
  attempts: readonly AttemptRow[],
  alive: boolean,
): AttemptRow | undefined {
  for (let index = attempts.length - 1; index >= 0; index--) {
    const attempt = attempts[index];
    if (attempt === undefined || attempt.startedAt > at) continue;
    if (node !== undefined && attempt.node !== node) continue;
    if (alive && attempt.endedAt !== undefined && attempt.endedAt < at) continue;
    return attempt;
  }
  return undefined;
}
