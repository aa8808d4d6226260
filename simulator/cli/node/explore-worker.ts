/**
 * One host of a pool that explores, and those that replace it. It owns the host, and what it has
 * told so far.
 */

import { CALM_NUMBER } from '../../explore/calm-number.ts';
import type { ExploreOptions, ExploreProgress, StuckTrial } from '../../explore/explore-options.ts';
import type { Finding } from '../../explore/finding.ts';
import { mergeFindings } from '../../explore/merge-reports.ts';
import type { ExploreReport } from '../../explore/report.ts';
import type { HostEvent, ProblemReport } from '../../host/protocol.ts';
import { isChecksMark, parseTrialMark } from '../../host/trial-mark.ts';
import { HostClient, HostProblemError } from './host-client.ts';

/** Programs that compute for ever; after so many, no other trial is run. */
const STUCK_MAX = 5;
/** How long a program of a trial may compute without an effect, however long the workflow may. */
const SILENCE_MS_MAX = 10_000;
const SILENCE_MS_MIN = 500;
/** How long the checks of a workspace may take for one run. */
const CHECKS_SILENCE_MS_MAX = 5_000;
/** How long a host may take to break off when it is told to. */
const CANCEL_MS_MAX = 3_000;
/** How long it may take when its time is over, which it knows itself. */
const TIME_UP_MS_MAX = 1_000;

export interface ExploreWorkerSetup {
  readonly script: string;
  readonly options: ExploreOptions;
  /** Real milliseconds that are left; undefined when there is no limit. */
  readonly timeLeftMs: () => number | undefined;
  /** Its programs are ready. */
  readonly onReady: () => void;
  readonly onProgress: () => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onEvent: (event: HostEvent) => void;
}

export class ExploreWorker {
  progress: ExploreProgress | undefined;
  private client: HostClient | undefined;
  /** The last that was heard of what it came to. */
  private report: ExploreReport | undefined;
  /** What it has found so far, perhaps since then. */
  private readonly heard = new Map<string, Finding>();
  private readonly stuck: StuckTrial[] = [];
  /** Why it is to come to its end now. */
  private breaksOff: 'time' | 'cancelled' | undefined;
  /** Undefined until the program runs: building it may take its time. */
  private silenceMsMax: number | undefined;
  /** Why the host was ended: its program, or a check, computes for ever, or it did not break off. */
  private ended: 'stuck' | 'checks' | 'late' | undefined;
  private limitsChecks = false;
  /** The last effect of a host that did not break off. */
  private lateEffect: HostClient['lastEffect'];

  constructor(private readonly setup: ExploreWorkerSetup) {}

  /** Throws HostProblemError when nothing was explored. */
  async run(): Promise<ExploreReport> {
    for (;;) {
      const outcome = await this.runHost();
      if ('report' in outcome) return this.stoppedAsAsked(outcome.report);
      if (this.ended === 'checks' && this.breaksOff === undefined) continue;
      if (this.ended === 'stuck' && this.breaksOff === undefined && !this.hasTooMany) {
        if (this.isStuckCalmly) throw new HostProblemError(stuckProblem(this.stuck.at(-1)));
        continue;
      }
      return this.kept(outcome.problem);
    }
  }

  cancel(): void {
    this.breakOff('cancelled', CANCEL_MS_MAX);
  }

  /** Its time is over. */
  endTime(): void {
    this.breakOff('time', TIME_UP_MS_MAX);
  }

  private breakOff(reason: 'time' | 'cancelled', graceMs: number): void {
    this.breaksOff ??= reason;
    const { client } = this;
    client?.request({ kind: 'cancel' }).catch(() => undefined);
    setTimeout(() => {
      if (this.client !== client || client === undefined) return;
      this.ended = 'late';
      this.lateEffect = client.lastEffect;
      void client.terminate();
    }, graceMs).unref();
  }

  private get hasTooMany(): boolean {
    return this.stuck.length > STUCK_MAX;
  }

  private stoppedAsAsked(report: ExploreReport): ExploreReport {
    const { breaksOff } = this;
    return report.stopped === 'cancelled' && breaksOff !== undefined
      ? { ...report, stopped: breaksOff }
      : report;
  }

  /** What is kept of a host that was ended, or has died; throws HostProblemError when that is nothing. */
  private kept(problem: ProblemReport): ExploreReport {
    const { breaksOff } = this;
    const report = this.report && this.withHeard(this.report);
    if (breaksOff !== undefined && this.ended !== undefined) {
      if (report === undefined) throw new HostProblemError(NOTHING_TRIED[breaksOff]);
      const problems = [...report.problems, ...this.lateText()];
      return { ...report, stopped: breaksOff, problems };
    }
    if (report === undefined || (report.runs === 0 && report.findings.length === 0)) {
      throw new HostProblemError(problem);
    }
    // A host that replaced another one had no time left for its undisturbed run.
    const broken = brokenOffBy(problem);
    if (broken !== undefined) return { ...report, stopped: broken };
    const { code, message } = this.ended === 'stuck' ? TOO_MANY_STUCK : problem;
    return { ...report, stopped: 'failed', failure: { code, message } };
  }

  /** Findings are told at once, and reports now and then. */
  private withHeard(report: ExploreReport): ExploreReport {
    const known = new Set(report.findings.map(({ key }) => key));
    const since = [...this.heard.values()].filter(({ key }) => !known.has(key));
    return { ...report, findings: mergeFindings([report.findings, since]) };
  }

  /** Says which trial was under way when it did not break off. */
  private lateText(): readonly string[] {
    const mark = this.lateEffect && parseTrialMark(this.lateEffect.execution);
    if (mark === undefined || this.lateEffect === undefined) return [];
    const { execution, trial } = mark;
    const where = `${execution} had asked for #${this.lateEffect.seq} last`;
    const which = trial === CALM_NUMBER ? 'A run' : `Trial ${trial}`;
    return [`${which} was broken off while a program computed: ${where}.`];
  }

  async terminate(): Promise<void> {
    await this.client?.terminate();
  }

  /** Undisturbed, too, it computes for ever, or while the exploration looked around a second time. */
  private get isStuckCalmly(): boolean {
    return this.stuck.filter(({ trial }) => trial === CALM_NUMBER).length > 1;
  }

  private async runHost(): Promise<{ report: ExploreReport } | { problem: ProblemReport }> {
    this.ended = undefined;
    this.silenceMsMax = undefined;
    const client = new HostClient({
      script: this.setup.script,
      shortLived: true,
      onEvent: (event) => this.receive(event),
      silence: { milliseconds: SILENCE_MS_MIN, onSilence: (ms) => this.hearSilence(client, ms) },
    });
    this.client = client;
    const { options } = this.setup;
    const resume = this.report ?? options.resume;
    const timeMs = this.setup.timeLeftMs();
    try {
      const report = await client.request({
        kind: 'explore',
        options: {
          ...options,
          stuck: [...(options.stuck ?? []), ...this.stuck],
          ...this.limit(),
          ...(this.limitsChecks ? { limitsChecks: true } : {}),
          ...(timeMs === undefined ? {} : { timeMs }),
          ...(resume === undefined ? {} : { resume }),
        },
      });
      return { report };
    } catch (error) {
      if (!(error instanceof HostProblemError)) throw error;
      return { problem: error.problem };
    } finally {
      this.client = undefined;
      await client.terminate();
    }
  }

  /** After too many programs that compute for ever, the last one is only reported. */
  private limit(): Pick<ExploreOptions, 'runs'> {
    const last = this.stuck[STUCK_MAX - 1];
    if (last === undefined) return {};
    const runs = Math.max(...this.stuck.map(({ trial }) => trial)) + 1;
    return { runs: Math.min(runs, this.setup.options.runs ?? runs) };
  }

  private receive(event: HostEvent): void {
    switch (event.kind) {
      case 'exploring':
        this.progress = event.progress;
        this.setup.onProgress();
        return;
      case 'finding':
        this.heard.set(event.finding.key, event.finding);
        this.setup.onFinding(event.finding);
        return;
      case 'explored':
        this.report = event.report;
        return;
      case 'state': {
        const { secondsBetweenEffects = Number.POSITIVE_INFINITY } = event;
        this.silenceMsMax = Math.min(SILENCE_MS_MAX, secondsBetweenEffects * 1000);
        this.setup.onReady();
        return;
      }
      default:
        this.setup.onEvent(event);
        return;
    }
  }

  private hearSilence(client: HostClient, silentMs: number): void {
    if (this.silenceMsMax === undefined || this.ended !== undefined) return;
    if (isChecksMark(client.lastEffect?.execution ?? '')) {
      if (silentMs < CHECKS_SILENCE_MS_MAX || this.limitsChecks) return;
      // The next host asks with a limit of time, and tells which of them it is.
      this.limitsChecks = true;
      this.ended = 'checks';
      void client.terminate();
      return;
    }
    if (silentMs < this.silenceMsMax) return;
    this.ended = 'stuck';
    this.stuck.push(stuckTrial(client.lastEffect, silentMs));
    void client.terminate();
  }
}

const NOTHING_TRIED: Readonly<Record<'time' | 'cancelled', ProblemReport>> = {
  time: {
    severity: 'error',
    code: 'time-up',
    message:
      'the time was over before the undisturbed run had ended, so nothing was tried; give it more (--time).',
  },
  cancelled: {
    severity: 'error',
    code: 'interrupted',
    message: 'interrupted before anything was tried.',
  },
};

/** Whether a host had to leave off before it could try anything; undefined for what went wrong. */
export function brokenOffBy({ code }: ProblemReport): 'time' | 'cancelled' | undefined {
  if (code === NOTHING_TRIED.time.code) return 'time';
  return code === NOTHING_TRIED.cancelled.code ? 'cancelled' : undefined;
}

const TOO_MANY_STUCK: ProblemReport = {
  severity: 'error',
  code: 'stuck',
  message: 'the program computes for ever again and again, so that exploring was given up.',
};

function stuckTrial(last: HostClient['lastEffect'], silentMs: number): StuckTrial {
  const mark = last === undefined ? undefined : parseTrialMark(last.execution);
  if (last === undefined || mark === undefined) return { trial: CALM_NUMBER, silentMs };
  const { trial, execution } = mark;
  return { trial, effect: { execution, seq: last.seq }, silentMs };
}

function stuckProblem(stuck: StuckTrial | undefined): ProblemReport {
  const { effect, silentMs = 0 } = stuck ?? {};
  const where =
    effect === undefined
      ? 'before its first effect'
      : `after ${effect.execution} asked for #${effect.seq}`;
  const message =
    `the program computes for ever, ${where}, without anything going wrong: it made no effect in ` +
    `${silentMs / 1000} s. Run it with backstitch run, which names the line.`;
  return { severity: 'error', code: 'stuck', message };
}
