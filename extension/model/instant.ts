/** Instants of a simulation, as the debugger tells them and as people name them. */

/** Where the debugger can go back to, in this session or in a later one of the same recording. */
export interface Instant {
  readonly execution: string;
  /** The effect at hand, or the latest one. */
  readonly seq: number;
  /** The statement, counted from 1; left out inside the call of an effect. */
  readonly tick?: number;
  /** The attempt whose crash took it away again. */
  readonly lostWith?: number;
}

/** An instant, and what a person knows it by. */
export interface SeenInstant {
  readonly instant: Instant;
  /** `order.c:50`; undefined where no source line is known. */
  readonly place: string | undefined;
  /** Where the simulation that is debugged is recorded, absolute; undefined when it is not. */
  readonly recording: string | undefined;
}

/** Reads the answer to `backstitch/position`; undefined for anything else. */
export function parsePosition(answer: unknown): SeenInstant | undefined {
  const instant = parseInstant(answer);
  if (instant === undefined) return undefined;
  const { source, line, recording } = answer as {
    readonly source?: { readonly name?: unknown };
    readonly line?: unknown;
    readonly recording?: unknown;
  };
  const isPlace = typeof source?.name === 'string' && typeof line === 'number';
  return {
    instant,
    place: isPlace ? `${source.name}:${line}` : undefined,
    recording: typeof recording === 'string' ? recording : undefined,
  };
}

/** Reads an instant that was kept or sent; undefined for anything else. */
export function parseInstant(value: unknown): Instant | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { execution, seq, tick, lostWith } = value as Record<string, unknown>;
  if (typeof execution !== 'string' || !isCount(seq)) return undefined;
  return {
    execution,
    seq,
    ...(isCount(tick) ? { tick } : {}),
    ...(isCount(lostWith) ? { lostWith } : {}),
  };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** Where a person wants to go: an effect or a statement. */
export type Destination =
  | { readonly execution: string; readonly seq: number }
  | { readonly execution: string; readonly tick: number };

const DESTINATION = /^(?:(\S+)\s+)?(#?)(\d{1,15})$/;

/** `#3` is an effect, `812` a statement, each with an execution before it or in `execution`. */
export function parseDestination(text: string, execution: string): Destination | undefined {
  const [, named, hash, digits] = DESTINATION.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const of = { execution: named ?? execution };
  return hash === '#' ? { ...of, seq: Number(digits) } : { ...of, tick: Number(digits) };
}

/** `order-1 #3`, or `order-1 statement 812`. */
export function instantText({ execution, seq, tick, lostWith }: Instant): string {
  const at = tick === undefined ? `#${seq}` : `statement ${tick}`;
  return lostWith === undefined
    ? `${execution} ${at}`
    : `${execution} ${at}, lost with attempt ${lostWith}`;
}
