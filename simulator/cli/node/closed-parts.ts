import type { ProblemReport } from '../../host/protocol.ts';
import { describeError } from './describe-error.ts';
import { HostClient, HostProblemError } from './host-client.ts';
import { moveRecording } from './move-recording.ts';

/**
 * Folds the parts of a recording that are complete, one after the other, in workers of their own:
 * whoever serves does not wait for it. A part that is not folded keeps its log, which whoever
 * opens it reads.
 */
export class ClosedParts {
  private folding: Promise<void> = Promise.resolve();
  private worker: HostClient | undefined;
  private terminated = false;

  /** @param script the bundle of the worker */
  constructor(
    private readonly script: string,
    private readonly onProblem: (problem: ProblemReport) => void,
  ) {}

  /**
   * @param recorded where the part was recorded
   * @param place where it is to be
   */
  add(recorded: string, place: string): void {
    this.folding = this.folding.then(async () => {
      if (!this.terminated) await this.fold(recorded, place);
    });
  }

  /** Resolves when all that were added are folded. */
  settled(): Promise<void> {
    return this.folding;
  }

  async terminate(): Promise<void> {
    this.terminated = true;
    await this.worker?.terminate();
  }

  private async fold(recorded: string, place: string): Promise<void> {
    const { script } = this;
    const worker = new HostClient({ script, shortLived: true, onEvent: () => undefined });
    this.worker = worker;
    try {
      await worker.request({ kind: 'fold', recording: recorded });
      moveRecording(recorded, place);
    } catch (error) {
      if (this.terminated) return;
      const problem = error instanceof HostProblemError ? error.problem : describeError(error);
      this.onProblem({ ...problem, severity: 'warning' });
    } finally {
      await worker.terminate();
    }
  }
}
