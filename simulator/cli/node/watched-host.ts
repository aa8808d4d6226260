/**
 * Asks a host in a worker thread, one thing at a time, and ends it when a program in it computes for
 * ever. What is asked next gets a new one, also after a host has died.
 */
import type { AnswerTo, HostRequest } from '../../host/protocol.ts';
import { HostClient, HostProblemError } from './host-client.ts';

/** How long a program may compute without an effect. */
const SILENCE_MS_MAX = 30_000;

export class WatchedHost {
  private client: HostClient | undefined;
  private silentMs: number | undefined;

  /**
   * @param script the bundle of the host's worker, absolute
   * @param silenceMs how long a program may compute without an effect, in real milliseconds
   */
  constructor(
    private readonly script: string,
    private readonly silenceMs = SILENCE_MS_MAX,
  ) {}

  /**
   * Throws HostProblemError, of the code `stuck` when a program computed for too long.
   *
   * @param subject begins what is said then, such as a file
   */
  async request<R extends HostRequest>(request: R, subject?: string): Promise<AnswerTo<R['kind']>> {
    this.silentMs = undefined;
    this.client ??= this.open();
    try {
      return await this.client.request(request);
    } catch (error) {
      throw this.silentMs === undefined ? error : stuck(this.silentMs, subject);
    }
  }

  /** Ends what runs; whoever waits for it gets a HostProblemError. */
  async close(): Promise<void> {
    const { client } = this;
    this.client = undefined;
    await client?.terminate();
  }

  private open(): HostClient {
    const client: HostClient = new HostClient({
      script: this.script,
      shortLived: true,
      onEvent: () => undefined,
      onDeath: () => this.leave(client),
      silence: {
        milliseconds: this.silenceMs,
        onSilence: (ms) => {
          if (this.client !== client) return;
          this.silentMs = ms;
          this.leave(client);
          void client.terminate();
        },
      },
    });
    return client;
  }

  private leave(client: HostClient): void {
    if (this.client === client) this.client = undefined;
  }
}

function stuck(silentMs: number, subject: string | undefined): HostProblemError {
  const whose = subject === undefined ? '' : `${subject}: `;
  const message = `${whose}the program computed for ${silentMs / 1000} s without an effect, and was ended.`;
  return new HostProblemError({ severity: 'error', code: 'stuck', message });
}
