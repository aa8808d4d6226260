/**
 * A debug session in a worker thread of its own, so that this thread hears its client while the
 * session computes. It owns the thread.
 */
import { join } from 'node:path';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { HostClient } from '../simulator/cli/node/host-client.ts';
import type { ProblemReport } from '../simulator/host/protocol.ts';
import type { MessageHandler } from './message-stream.ts';
import { SessionProxy } from './session-proxy.ts';

/** A session that is to end is ended by force when its program is silent for so long. */
const END_SILENCE_MS = 1000;

const ENDED_BY_FORCE: ProblemReport = {
  severity: 'warning',
  code: 'ended-by-force',
  message:
    'The program computed on without an effect, and was ended. What it had shown is in its ' +
    'recording, if it had one.',
};

export class WorkerSession implements MessageHandler {
  private readonly client: HostClient;
  private readonly proxy: SessionProxy;
  private ending = false;

  /** `distFolder` is the folder of the bundles. */
  constructor(distFolder: string) {
    this.client = new HostClient({
      script: join(distFolder, 'simulator-host.js'),
      onEvent: (event) => this.proxy.hear(event),
      onDeath: (problem) => this.proxy.died(problem),
      silence: {
        milliseconds: END_SILENCE_MS,
        onSilence: () => {
          if (this.ending) void this.endByForce();
        },
      },
    });
    this.proxy = new SessionProxy(this.client);
  }

  onDidSendMessage(listener: (message: DebugProtocol.ProtocolMessage) => void): void {
    this.proxy.onDidSendMessage(listener);
  }

  handleMessage(message: DebugProtocol.ProtocolMessage): void {
    const { command } = (message ?? {}) as Partial<DebugProtocol.Request>;
    if (command === 'disconnect' || command === 'terminate') this.ending = true;
    this.proxy.handleMessage(message);
  }

  /** The client is gone: ends the session, and then the thread. */
  async close(): Promise<void> {
    this.ending = true;
    await this.proxy.leave();
    await this.client.terminate();
  }

  private async endByForce(): Promise<void> {
    await this.client.terminate();
    this.proxy.died(ENDED_BY_FORCE);
  }
}
