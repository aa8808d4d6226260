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
    const there = { from: node.name, to: JOURNAL_STORE, bytes: entry.args.body?.length ?? 0 };
    engine.traffic.call(there, attempt, () => {
      const result = engine.conversations.perform(attempt, entry) ?? {};
      engine.traffic.call({ from: JOURNAL_STORE, to: node.name }, undefined, () =>
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
