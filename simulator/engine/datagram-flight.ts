import type { Entry } from '../journal/entry.ts';
import type { Attempt } from './attempt.ts';
import type { Flight } from './flights.ts';

/** A datagram that leaves: nothing comes back that its sender would wait for. */
export class DatagramFlight implements Flight {
  constructor(
    private readonly attempt: Attempt,
    private readonly entry: Entry,
  ) {}

  start(): void {
    const { attempt, entry } = this;
    attempt.land(entry, attempt.engine.datagrams.send(attempt, entry));
  }

  abandon(): void {
    // What has left goes on without it.
  }
}
