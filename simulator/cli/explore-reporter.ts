import type { ExploreProgress } from '../explore/explore-options.ts';
import type { Finding } from '../explore/finding.ts';
import type { ExploreReport } from '../explore/report.ts';
import type { HostEvent } from '../host/protocol.ts';
import { findingText, reportText } from '../host/text/finding-text.ts';
import { problemText } from '../host/text/problem-text.ts';
import type { CommandIo } from './command-io.ts';
import type { ExitCode } from './exit-codes.ts';
import { jsonLine } from './json-line.ts';
import { StatusLine, styleOf } from './node/terminal.ts';
import { progressText } from './run-reporter.ts';

/** How often progress is told as JSON, in milliseconds. */
const PROGRESS_MS = 1_000;

/** Tells what an exploration does: as text, with its progress on a terminal, or as JSON lines. */
export class ExploreReporter {
  private readonly status: StatusLine;
  private readonly startedAt = performance.now();
  private toldAt = 0;
  private doneBefore: number | undefined;

  constructor(
    private readonly io: CommandIo,
    private readonly json: boolean,
  ) {
    this.status = new StatusLine(io.stderr);
  }

  progress(progress: ExploreProgress): void {
    const { done, total, strategy, findings, coverage } = progress;
    // What was done before is no part of the rate.
    this.doneBefore ??= done;
    const now = performance.now();
    const seconds = (now - this.startedAt) / 1000;
    const rate = Math.round((done - this.doneBefore) / Math.max(seconds, 0.001));
    if (this.json) {
      if (now - this.toldAt < PROGRESS_MS) return;
      this.toldAt = now;
      this.io.stdout.write(jsonLine({ event: 'exploring', ...progress, runsPerSecond: rate }));
      return;
    }
    const of = total === undefined ? '' : ` of ${total}`;
    this.status.show(
      `${strategy}: ${done}${of} runs, ${rate}/s, ${coverage.tried} of ${coverage.possible} combinations, ${findings} found`,
    );
  }

  finding(finding: Finding): void {
    if (this.json) {
      this.io.stdout.write(jsonLine({ event: 'finding', ...finding }));
      return;
    }
    this.status.clear();
    const style = styleOf(this.io.stdout, this.io.environment);
    this.io.stdout.write(`${findingText(finding, style)}\n`);
  }

  event(event: HostEvent): void {
    if (event.kind === 'progress' && !this.json) this.status.show(progressText(event));
    if (event.kind !== 'problem') return;
    if (this.json) {
      this.io.stdout.write(jsonLine({ event: 'problem', ...event.problem }));
      return;
    }
    // Services that say something say it thousands of times.
    if (event.problem.code === 'service-log') return;
    this.status.clear();
    this.io.stderr.write(`${problemText(event.problem)}\n`);
  }

  saved(file: string): void {
    if (this.json) this.io.stdout.write(jsonLine({ event: 'saved', file }));
    else this.io.stderr.write(`saved ${file}\n`);
  }

  /** Nothing is under way any more. */
  stop(): void {
    this.status.clear();
  }

  end(report: ExploreReport, exitCode: ExitCode): void {
    if (this.json) {
      this.io.stdout.write(jsonLine({ event: 'report', exitCode, ...report }));
      return;
    }
    const style = styleOf(this.io.stdout, this.io.environment);
    this.io.stdout.write(reportText(report, style));
  }
}
