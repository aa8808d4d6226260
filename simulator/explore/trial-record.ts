import { RunLog } from '../checks/run-log.ts';
import type { ShownOutput } from '../engine/journal-store.ts';
import { LiveHistory, teeSinks } from '../journal/history.ts';
import type { RecordingSink } from '../journal/records.ts';
import { ServiceWatch } from './service-watch.ts';

/** Takes down one trial, in memory. */
export class TrialRecord {
  readonly history: LiveHistory;
  readonly outputs: ShownOutput[] = [];
  readonly watch: ServiceWatch;
  readonly log: RunLog | undefined;
  readonly sink: RecordingSink;

  /**
   * @param isLogged whether it keeps what happened in its order
   * @param like the run whose services had the same clocks and random numbers
   */
  constructor(startUnixNanos: bigint, isLogged: boolean, like: ServiceWatch | undefined) {
    this.history = new LiveHistory(startUnixNanos);
    this.watch = new ServiceWatch(like);
    this.log = isLogged ? new RunLog() : undefined;
    const { sink } = this.history;
    const watched: RecordingSink = {
      ...sink,
      ledger: (row) => {
        sink.ledger(row);
        this.watch.noteRow(row);
      },
    };
    this.sink = this.log === undefined ? watched : teeSinks([watched, this.log.sink]);
  }

  takeOutput(output: ShownOutput): void {
    this.outputs.push(output);
    this.log?.takeOutput(output);
  }
}
