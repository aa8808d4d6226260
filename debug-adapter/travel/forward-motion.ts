/** Continuing a live simulation: finds the first effect or happening that it is to stop at. */
import type { SimulationView } from '../../simulator/host/simulation-run.ts';
import type { ExecutionId } from '../../simulator/journal/entry.ts';
import type { Breakpoint } from './breakpoint.ts';
import type { ExceptionStops } from './exception-stops.ts';
import { type Happening, isOnTheWay } from './happening.ts';
import { callPosition, type StopPoint } from './itinerary.ts';
import type { Motion } from './motion.ts';
import type { PositionOrder } from './place.ts';
import { type SeenEffect, seenEntry } from './seen-effect.ts';
import type { Stack } from './stack-book.ts';
import type { BreakpointHits, StopScanner } from './stop-scanner.ts';

interface ForwardSetup {
  readonly view: SimulationView;
  readonly order: PositionOrder;
  /** Has seen every effect that is known. */
  readonly scanner: StopScanner;
  readonly exceptions: ExceptionStops;
  /** Begins anew with what is known, after a recovery has changed it. */
  readonly rescan: () => StopScanner;
  readonly onLog: (breakpoint: Breakpoint, effect: SeenEffect) => void;
  readonly onPassed: (happening: Happening) => void;
}

interface PendingHits {
  readonly effect: SeenEffect;
  readonly breakpoints: readonly Breakpoint[];
}

export class ForwardMotion implements Motion {
  readonly needsStacks: boolean;
  private readonly points: StopPoint[] = [];
  private scanner: StopScanner;
  private pending: PendingHits[] = [];
  /** The seq that each execution is to perform next, unless it recovers. */
  private readonly expected = new Map<ExecutionId, number>();

  constructor(private readonly setup: ForwardSetup) {
    this.scanner = setup.scanner;
    const { scanner, exceptions } = setup;
    const logs = scanner.breakpoints.some(({ log }) => log !== undefined);
    // A crash may take an effect away before it is performed; only its call tells its stack.
    this.needsStacks = scanner.needsStacks || logs || exceptions.has('crash');
  }

  /** The first of what was found, in the simulation's order. */
  found(): StopPoint | undefined {
    const { order } = this.setup;
    return [...this.points].sort((one, other) => order.compare(one.position, other.position))[0];
  }

  upcoming(effect: SeenEffect, stack: () => Stack): boolean {
    const settled = this.passing();
    if (this.scanner.idle) return settled;
    const { execution, seq } = effect;
    const expected = this.expected.get(execution) ?? seq;
    // A recovery performs effects again: what was counted for the lost ones no longer counts.
    if (seq < expected) this.scanner = this.setup.rescan();
    this.expected.set(execution, seq + 1);
    return this.take(effect, this.scanner.next(effect, stack)) || settled;
  }

  happened(happening: Happening): boolean {
    if (!this.setup.exceptions.stopsAt(happening)) {
      if (isOnTheWay(happening)) this.setup.onPassed(happening);
      return false;
    }
    this.points.push({ position: happening.position, stops: [], logs: [], happening });
    return true;
  }

  ended(): boolean {
    return false;
  }

  /** Looks at effects whose results decide about a breakpoint. */
  passing(): boolean {
    if (this.pending.length === 0) return false;
    const { pending } = this;
    this.pending = [];
    let stops = false;
    for (const { effect, breakpoints } of pending) {
      const entry = this.setup.view.history.entries(effect.execution)[effect.seq];
      if (entry?.result === undefined) {
        this.pending.push({ effect, breakpoints });
        continue;
      }
      const known = seenEntry(effect.execution, entry);
      if (this.take(known, this.scanner.decide(breakpoints, known))) stops = true;
    }
    return stops;
  }

  private take(effect: SeenEffect, { stops, logs, pending }: BreakpointHits): boolean {
    for (const breakpoint of logs) this.setup.onLog(breakpoint, effect);
    if (pending.length > 0) this.pending.push({ effect, breakpoints: pending });
    if (stops.length === 0) return false;
    this.points.push({ position: callPosition(effect), stops, logs, happening: undefined });
    return true;
  }
}
