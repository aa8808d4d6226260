/**
 * Runs scenarios one after the other in a host, which is replaced when a program computes for ever.
 */
import type { ScenarioResult } from '../../explore/scenario.ts';
import { HostClient, HostProblemError } from './host-client.ts';

/** How long a program may compute without an effect. */
const SILENCE_MS_MAX = 30_000;

export class ScenarioRunner {
  private client: HostClient | undefined;
  private silentMs: number | undefined;

  /** @param script the bundle of the host's worker, absolute */
  constructor(private readonly script: string) {}

  /** Throws HostProblemError. */
  async run(file: string): Promise<ScenarioResult> {
    this.silentMs = undefined;
    this.client ??= this.open();
    try {
      return await this.client.request({ kind: 'check', scenario: file });
    } catch (error) {
      if (this.silentMs === undefined) throw error;
      throw new HostProblemError({
        severity: 'error',
        code: 'stuck',
        message: `${file}: the program computed for ${this.silentMs / 1000} s without an effect, and was ended.`,
      });
    }
  }

  async close(): Promise<void> {
    await this.client?.terminate();
  }

  private open(): HostClient {
    const client: HostClient = new HostClient({
      script: this.script,
      shortLived: true,
      onEvent: () => undefined,
      silence: {
        milliseconds: SILENCE_MS_MAX,
        onSilence: (ms) => {
          if (this.client !== client) return;
          this.silentMs = ms;
          this.client = undefined;
          void client.terminate();
        },
      },
    });
    return client;
  }
}
