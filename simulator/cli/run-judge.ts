/** Asks checks about a run that is over, until somebody has had enough. */
import type { JudgeOptions, ProblemReport } from '../host/protocol.ts';
import type { Checked } from './checked.ts';
import { HostProblemError } from './node/host-client.ts';
import { WatchedHost } from './node/watched-host.ts';

export class RunJudge {
  private host: WatchedHost | undefined;
  /** Why no answer is wanted any more. */
  private reason: ProblemReport | undefined;

  /** @param script the bundle of the host's worker, absolute */
  constructor(private readonly script: string) {}

  async ask(options: JudgeOptions): Promise<Checked> {
    if (this.reason !== undefined) return { kind: 'problem', problem: this.reason };
    const host = new WatchedHost(this.script);
    this.host = host;
    try {
      return { kind: 'ran', result: await host.request({ kind: 'judge', options }) };
    } catch (error) {
      if (!(error instanceof HostProblemError)) throw error;
      return { kind: 'problem', problem: this.reason ?? error.problem };
    } finally {
      await host.close();
    }
  }

  /** Ends what is asked, and whatever will be; the problem is its answer. */
  giveUp(code: 'interrupted' | 'timeout', message: string): void {
    const severity = code === 'interrupted' ? 'warning' : 'error';
    this.reason ??= { severity, code, message };
    void this.host?.close();
  }
}
