/**
 * Explores in several hosts at once. It owns the hosts, and what they have come to so far.
 *
 * P1  Whatever becomes of a host, what it had found is kept.
 * P2  A program that computes for ever costs one host, which another one replaces.
 * P3  The time counts from when the first host has its programs ready, for all of them.
 */
import type { ExploreOptions, ExploreProgress } from '../../explore/explore-options.ts';
import type { Finding } from '../../explore/finding.ts';
import { mergeFindings, mergeReports } from '../../explore/merge-reports.ts';
import type { ExploreReport } from '../../explore/report.ts';
import type { HostEvent } from '../../host/protocol.ts';
import { brokenOffBy, ExploreWorker } from './explore-worker.ts';
import { HostProblemError } from './host-client.ts';

/** The longest that a timer can wait. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export interface ExplorePoolSetup {
  /** The bundle of the host's worker, absolute. */
  readonly script: string;
  readonly options: ExploreOptions;
  /** How many hosts explore at once. */
  readonly workers: number;
  readonly onProgress: (progress: ExploreProgress) => void;
  readonly onFinding: (finding: Finding) => void;
  /** What else hosts tell: how loading goes on, problems. */
  readonly onEvent: (event: HostEvent) => void;
}

export class ExplorePool {
  private readonly workers: readonly ExploreWorker[];
  private findings: readonly Finding[] = [];
  /** Ends the exploration when its time is over; undefined until it has begun, or without a limit. */
  private timer: NodeJS.Timeout | undefined;
  private deadlineMs: number | undefined;
  private readonly resume: ExploreReport | undefined;

  constructor(private readonly setup: ExplorePoolSetup) {
    const { options, workers: count, script } = setup;
    const { shard = { index: 1, count: 1 } } = options;
    const resume = options.resume && withoutUnfinished(options.resume);
    this.resume = resume;
    this.findings = resume?.findings ?? [];
    this.workers = Array.from(
      { length: count },
      (_, number) =>
        new ExploreWorker({
          script,
          options: {
            ...options,
            shard: { index: shard.index + number * shard.count, count: shard.count * count },
            ...(resume === undefined ? {} : { resume: withoutCounts(resume) }),
          },
          timeLeftMs: () => this.timeLeftMs,
          onReady: () => this.startTime(),
          onProgress: () => this.tellProgress(),
          onFinding: (finding) => this.takeFinding(finding),
          // They all load the same.
          onEvent: number === 0 ? setup.onEvent : () => undefined,
        }),
    );
  }

  /**
   * Explores to the end, until its time is over, or until it is cancelled. Throws HostProblemError
   * when nothing was explored, such as for a program that does not build.
   */
  async run(): Promise<ExploreReport> {
    const { shard } = this.setup.options;
    const { resume } = this;
    try {
      const reports = await this.reports();
      const fresh = mergeReports(reports, shard);
      if (resume === undefined) return fresh;
      const { stopped, next } = fresh;
      return { ...mergeReports([...reports, resume], shard), stopped, next };
    } finally {
      clearTimeout(this.timer);
      await Promise.all(this.workers.map((worker) => worker.terminate()));
    }
  }

  /** Breaks off; `run` then resolves with what has been found. */
  cancel(): void {
    for (const worker of this.workers) worker.cancel();
  }

  /** What all hosts came to; throws when none came to anything. */
  private async reports(): Promise<readonly ExploreReport[]> {
    const ends = await Promise.allSettled(this.workers.map((worker) => worker.run()));
    const reports = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
    const errors = ends.flatMap((end) =>
      end.status === 'rejected' ? [end.reason as unknown] : [],
    );
    const error = errors.find((one) => !isBrokenOff(one)) ?? errors[0];
    const [first, ...others] = reports;
    if (error === undefined) return reports;
    if (first === undefined || !(error instanceof HostProblemError)) throw error;
    const { code, message } = error.problem;
    const broken = brokenOffBy(error.problem);
    const why =
      broken === undefined
        ? { stopped: 'failed' as const, failure: { code, message } }
        : { stopped: broken };
    // Nothing of the part of the one that has no report was tried since the exploration was begun.
    const next = Math.min(first.next, this.resume?.next ?? 0);
    return [{ ...first, ...why, next }, ...others];
  }

  private get timeLeftMs(): number | undefined {
    const { deadlineMs } = this;
    if (deadlineMs === undefined) return this.setup.options.timeMs;
    return Math.max(0, deadlineMs - performance.now());
  }

  private startTime(): void {
    const { timeMs } = this.setup.options;
    if (timeMs === undefined || this.timer !== undefined) return;
    this.deadlineMs = performance.now() + timeMs;
    this.timer = setTimeout(
      () => {
        for (const worker of this.workers) worker.endTime();
      },
      Math.min(timeMs, TIMER_MS_MAX),
    );
    this.timer.unref();
  }

  private takeFinding(finding: Finding): void {
    const known = this.findings;
    this.findings = mergeFindings([known, [finding]]);
    // Another host may have found it, too.
    if (this.findings.length > known.length) this.setup.onFinding(finding);
  }

  private tellProgress(): void {
    const told = this.workers.flatMap(({ progress }) => progress ?? []);
    const [first] = told;
    if (first === undefined) return;
    const sum = (of: (progress: ExploreProgress) => number): number =>
      told.reduce((total, progress) => total + of(progress), 0);
    const possible = Math.max(...told.map(({ coverage }) => coverage.possible));
    const total = sum((progress) => progress.total ?? Number.POSITIVE_INFINITY);
    const before = this.resume?.runs ?? 0;
    this.setup.onProgress({
      done: before + sum(({ done }) => done),
      strategy: first.strategy,
      findings: this.findings.length,
      coverage: {
        possible,
        tried: Math.min(
          possible,
          sum(({ coverage }) => coverage.tried),
        ),
      },
      ...(Number.isFinite(total) ? { total: before + total } : {}),
    });
  }
}

function isBrokenOff(error: unknown): boolean {
  return error instanceof HostProblemError && brokenOffBy(error.problem) !== undefined;
}

/** What is not shrunk to the end is found again, and what went wrong need not go wrong again. */
function withoutUnfinished({ failure, ...report }: ExploreReport): ExploreReport {
  return { ...report, findings: report.findings.filter(({ unfinished }) => unfinished !== true) };
}

/** What hosts go on from: what is counted already is added to what they come to. */
function withoutCounts(report: ExploreReport): ExploreReport {
  return {
    ...report,
    runs: 0,
    strategies: [],
    coverage: { tried: 0, possible: 0, lines: [], effects: {} },
    findings: report.findings.map((finding) => ({ ...finding, runs: 0 })),
    problems: [],
    unanswered: [],
  };
}
