/** HTTP effects that begin an exchange: one that waits for its response, and one that does not. */
import { type ExchangeArgs, httpSend } from '../effects/http.ts';
import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flights.ts';
import type { HttpExchange } from './http-exchange.ts';

export class HttpFlight implements Flight {
  private exchange: HttpExchange | undefined;

  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {}

  start(): void {
    this.begin().start();
    this.landIfReady();
  }

  /** An earlier attempt may have sent it. */
  takeUp(): void {
    this.begin().takeUp();
    this.landIfReady();
  }

  poke(): void {
    this.landIfReady();
  }

  abandon(): void {
    // The exchange belongs to the attempt, which goes on with it or abandons it.
  }

  private begin(): HttpExchange {
    const exchange = this.attempt.exchanges.begin(this.entry);
    this.exchange = exchange;
    return exchange;
  }

  private landIfReady(): void {
    const { exchange, entry, attempt } = this;
    if (exchange === undefined) return;
    if (entry.operation.name === httpSend.name) {
      this.exchange = undefined;
      const sent: ExchangeArgs = { exchange: entry.seq };
      attempt.land(entry, sent);
      return;
    }
    if (!exchange.isAnswered) return;
    this.exchange = undefined;
    attempt.land(entry, attempt.exchanges.take(entry.seq, exchange));
  }
}
