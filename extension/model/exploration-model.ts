/** What the editor knows of one exploration, fed by whoever drives it. Shows nothing. */
import type { ExploreProgress } from '../../simulator/explore/explore-options.ts';
import type { Finding } from '../../simulator/explore/finding.ts';
import type { Coverage, ExploreReport, StopReason } from '../../simulator/explore/report.ts';
import type { ProblemReport, RunTarget } from '../../simulator/host/protocol.ts';

export type ExplorationPhase =
  | { readonly kind: 'starting'; readonly message: string }
  | { readonly kind: 'exploring' }
  | { readonly kind: 'ended'; readonly stopped: StopReason }
  | { readonly kind: 'failed'; readonly problem: ProblemReport };

export class ExplorationModel {
  phase: ExplorationPhase = { kind: 'starting', message: 'getting ready' };
  progress: ExploreProgress | undefined;
  findings: readonly Finding[] = [];
  coverage: Coverage | undefined;
  /** Errors of checks and the like. */
  problems: readonly string[] = [];
  private readonly startedMs: number;
  private endedMs: number | undefined;

  /** @param nowMs real time in milliseconds, from any origin */
  constructor(
    readonly id: number,
    readonly title: string,
    readonly target: RunTarget,
    private readonly nowMs: () => number,
  ) {
    this.startedMs = nowMs();
  }

  get isLive(): boolean {
    return this.phase.kind === 'starting' || this.phase.kind === 'exploring';
  }

  /** Trials a second so far; 0 before the first. */
  get rate(): number {
    const seconds = ((this.endedMs ?? this.nowMs()) - this.startedMs) / 1000;
    return seconds <= 0 ? 0 : (this.progress?.done ?? 0) / seconds;
  }

  note(message: string): void {
    if (this.phase.kind === 'starting') this.phase = { kind: 'starting', message };
  }

  takeProgress(progress: ExploreProgress): void {
    if (this.phase.kind === 'starting') this.phase = { kind: 'exploring' };
    this.progress = progress;
  }

  /** One that is told again replaces the earlier. */
  takeFinding(finding: Finding): void {
    const index = this.findings.findIndex((each) => each.key === finding.key);
    this.findings = index < 0 ? [...this.findings, finding] : this.findings.with(index, finding);
  }

  takeReport({ findings, coverage, problems }: ExploreReport): void {
    this.findings = findings;
    this.coverage = coverage;
    this.problems = problems;
  }

  end(report: ExploreReport): void {
    this.takeReport(report);
    this.finish({ kind: 'ended', stopped: report.stopped });
  }

  fail(problem: ProblemReport): void {
    this.finish({ kind: 'failed', problem });
  }

  private finish(phase: ExplorationPhase): void {
    this.phase = phase;
    this.endedMs = this.nowMs();
  }
}
