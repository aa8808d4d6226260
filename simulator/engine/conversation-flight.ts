import type { Entry } from '../journal/entry.ts';
import { JOURNAL_STORE } from '../world/network.ts';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flights.ts';

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
    engine.agenda.in(engine.network.delayNanos(node.name, JOURNAL_STORE), () => {
      const result = engine.conversations.perform(attempt, entry) ?? {};
      engine.agenda.in(engine.network.delayNanos(JOURNAL_STORE, node.name), () =>
        node.deliver(incarnation, () => {
          if (!this.over) attempt.land(entry, result);
        }),
      );
    });
  }

  abandon(): void {
    this.over = true;
  }
}
