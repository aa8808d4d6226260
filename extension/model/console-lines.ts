/** What programs and logpoints have printed in a debug session, and when. */
import { type Instant, parseInstant } from './instant.ts';

/** The last lines, which are what one looks for. */
export const LINES_KEPT_MAX = 2000;

export interface ConsoleLine {
  readonly text: string;
  /** `order.c:27`. */
  readonly place: string;
  readonly instant: Instant;
}

export class ConsoleLines {
  private kept: ConsoleLine[] = [];

  /** The latest first. */
  get latest(): readonly ConsoleLine[] {
    return this.kept.slice(-LINES_KEPT_MAX).reverse();
  }

  /** Takes a message of the debugger; all but outputs with an instant are nothing to it. */
  take(message: unknown): void {
    const { event, body } = (message ?? {}) as { event?: unknown; body?: unknown };
    if (event !== 'output') return;
    const { output, source, line, instant } = body as Readonly<Record<string, unknown>>;
    const read = parseInstant(instant);
    const text = typeof output === 'string' ? output.trim() : '';
    if (read === undefined || text === '') return;
    const { name } = (source ?? {}) as { name?: unknown };
    this.kept.push({ text, place: `${name}:${line}`, instant: read });
    // Not at each line: what is dropped is moved.
    if (this.kept.length >= 2 * LINES_KEPT_MAX) this.kept = this.kept.slice(-LINES_KEPT_MAX);
  }
}
