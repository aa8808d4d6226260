/**
 * One host of a pool that explores, and those that replace it. It owns the host, and what it has
 * told so far.
 */

import { CALM_NUMBER } from '../../explore/calm-number.ts';
import type { ExploreOptions, ExploreProgress, StuckTrial } from '../../explore/explore-options.ts';
import type { Finding } from '../../explore/finding.ts';
import type { ExploreReport } from '../../explore/report.ts';
import type { HostEvent, ProblemReport } from '../../host/protocol.ts';
import { parseTrialMark } from '../../host/trial-mark.ts';
import { HostClient, HostProblemError } from './host-client.ts';

/** Programs that compute for ever; after so many, no other trial is run. */
const STUCK_MAX = 5;
/** How long a program of a trial may compute without an effect, however long the workflow may. */
const SILENCE_MS_MAX = 10_000;
const SILENCE_MS_MIN = 500;
/** How long a host may take to break off. */
const CANCEL_MS_MAX = 3_000;

export interface ExploreWorkerSetup {
  readonly script: string;
  readonly options: ExploreOptions;
  readonly onProgress: () => void;
  readonly onFinding: (finding: Finding) => void;
  readonly onEvent: (event: HostEvent) => void;
}

export class ExploreWorker {
  progress: ExploreProgress | undefined;
  private client: HostClient | undefined;
  /** The last that was heard of what it came to. */
  private report: ExploreReport | undefined;
  private readonly stuck: StuckTrial[] = [];
  private isCancelled = false;
  /** Undefined until the program runs: building it may take its time. */
  private silenceMsMax: number | undefined;
  /** Set when the host was ended because its program computes for ever. */
  private ended: 'stuck' | 'cancelled' | undefined;

  constructor(private readonly setup: ExploreWorkerSetup) {}

  /** Throws HostProblemError when nothing can be explored. */
  async run(): Promise<ExploreReport> {
    for (;;) {
      const outcome = await this.runHost();
      if ('report' in outcome) return outcome.report;
      const { report } = this;
      if (this.ended === 'stuck' && !this.isCancelled && this.stuck.length <= STUCK_MAX) {
        if (this.isStuckCalmly) throw new HostProblemError(stuckProblem(this.stuck.at(-1)));
        continue;
      }
      if (report === undefined) throw new HostProblemError(outcome.problem);
      // What it had found is kept.
      const { message } = outcome.problem;
      const problems = this.ended === undefined ? [...report.problems, message] : report.problems;
      return { ...report, problems };
    }
  }

  cancel(): void {
    this.isCancelled = true;
    const { client } = this;
    client?.request({ kind: 'cancel' }).catch(() => undefined);
    setTimeout(() => {
      if (this.client !== client) return;
      this.ended = 'cancelled';
      void client?.terminate();
    }, CANCEL_MS_MAX).unref();
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
    try {
      const report = await client.request({
        kind: 'explore',
        options: {
          ...options,
          stuck: [...(options.stuck ?? []), ...this.stuck],
          ...this.limit(),
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
        this.setup.onFinding(event.finding);
        return;
      case 'explored':
        this.report = event.report;
        return;
      case 'state': {
        const { secondsBetweenEffects = Number.POSITIVE_INFINITY } = event;
        this.silenceMsMax = Math.min(SILENCE_MS_MAX, secondsBetweenEffects * 1000);
        return;
      }
      default:
        this.setup.onEvent(event);
        return;
    }
  }

  private hearSilence(client: HostClient, silentMs: number): void {
    if (this.silenceMsMax === undefined || silentMs < this.silenceMsMax) return;
    if (this.ended !== undefined) return;
    this.ended = 'stuck';
    this.stuck.push(stuckTrial(client.lastEffect, silentMs));
    void client.terminate();
  }
}

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
