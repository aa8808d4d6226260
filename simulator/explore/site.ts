/** The effects that faults are aimed at. */
import type { EffectClass } from '../effects/operation.ts';
import type { Fault } from '../faults/fault.ts';
import type { History } from '../journal/history.ts';

/** An effect of a run. */
export interface Site {
  readonly execution: string;
  readonly seq: number;
  /** The operation's name. */
  readonly effect: string;
  readonly class: EffectClass;
  /** When it began in its run, in virtual nanoseconds since the start. */
  readonly startedAt: bigint;
}

/** What tells an effect from all others, in every run. */
export type SiteName = Pick<Site, 'execution' | 'seq' | 'effect'>;

/** An effect that can be aimed at. */
export interface Target extends Site {
  /** The faults that bring it up; none for an effect of the undisturbed run. */
  readonly lead: readonly Fault[];
}

/** Names an effect: `order-1#3 http.request`. */
export function siteKey({ execution, seq, effect }: SiteName): string {
  return `${execution}#${seq} ${effect}`;
}

/** Every effect of a run, by execution and seq. */
export function sitesOf(history: History): readonly Site[] {
  return history.executions().flatMap(({ id }) =>
    history.entries(id).map(({ seq, operation, startedAt }) => ({
      execution: id,
      seq,
      effect: operation.name,
      class: operation.class,
      startedAt,
    })),
  );
}

const KEY = /^(?<execution>.+)#(?<seq>\d+) (?<effect>\S+)$/;

/** Reads what siteKey wrote; undefined for anything else. */
export function parseSiteKey(key: string): SiteName | undefined {
  const { execution, seq, effect } = KEY.exec(key)?.groups ?? {};
  if (execution === undefined || effect === undefined) return undefined;
  return { execution, seq: Number(seq), effect };
}
