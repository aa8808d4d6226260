import type { Entry } from '../journal/entry.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flights.ts';
import { traceHeld } from './trace-held.ts';

/** A call to other executions on its way: they are reached where the journals are. */
export class ConversationFlight implements Flight {
  private over = false;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {}

  start(): void {
    const { attempt, entry } = this;
    const { engine, node, incarnation } = attempt;
    const there = { from: node.name, to: JOURNAL_STORE, bytes: entry.args.body?.length ?? 0 };
    const arrive = (): void => {
      const result = engine.conversations.perform(attempt, entry) ?? {};
      const land = (): void => {
        if (!this.over) attempt.land(entry, result);
      };
      engine.traffic.call(
        { from: JOURNAL_STORE, to: node.name },
        {
          arrive: () => node.deliver(incarnation, land),
          onDelay: () => traceHeld(attempt, entry, 'response.held', JOURNAL_STORE),
        },
      );
    };
    engine.traffic.call(there, {
      arrive,
      sender: attempt,
      onDelay: () => traceHeld(attempt, entry, 'request.held', JOURNAL_STORE),
    });
  }

  abandon(): void {
    this.over = true;
  }
}
