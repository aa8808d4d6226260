/**
 * What happened in a run, in its order, for checks that are asked after every step.
 *
 * L1  A step is as it was when it happened: what changes later is another step.
 */
import type { ShownOutput } from '../engine/journal-store.ts';
import { SILENT_SINK } from '../journal/history.ts';
import type { RecordingSink } from '../journal/records.ts';
import {
  entryStep,
  executionStep,
  faultStep,
  ledgerStep,
  OutputTexts,
  outputStep,
  restartStep,
  traceStep,
} from './run-steps.ts';
import type { RunStep } from './user-check.ts';

export class RunLog {
  readonly steps: RunStep[] = [];
  /** The index of the step in which a fault happened last, or the plan ended; 0 when none has. */
  lastFault = 0;
  private readonly texts = new OutputTexts();

  readonly sink: RecordingSink = {
    ...SILENT_SINK,
    execution: (row) => this.add(executionStep(row)),
    entry: (execution, entry) => this.add(entryStep(execution, entry)),
    restart: (execution) => this.add(restartStep(execution)),
    ledger: (row) => this.add(ledgerStep(row)),
    trace: (row) => {
      // What the plan's end mends is the last that befalls the run.
      if (row.kind === 'faults.ended') this.lastFault = this.steps.length;
      this.add(traceStep(row));
    },
    fault: (row) => {
      if (row.fired > 0) this.lastFault = this.steps.length;
      this.add(faultStep(row));
    },
  };

  takeOutput(output: ShownOutput): void {
    this.add(outputStep(output, this.texts.take(output)));
  }

  private add(step: RunStep): void {
    this.steps.push(step);
  }
}
