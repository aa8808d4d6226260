import assert from 'node:assert/strict';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { BackstitchDebugSession } from '../../../debug-adapter/debug-session.ts';
import { testHost } from './test-host.ts';

/** Longer than anything takes on a machine that is busy; a session that hangs fails by name. */
const HANG_MS = 60_000;

/** A session driven by messages, and all that it sent. */
export class Wire {
  readonly session = new BackstitchDebugSession(testHost());
  readonly sent: DebugProtocol.ProtocolMessage[] = [];
  private seq = 0;
  private waiting: (() => void)[] = [];

  constructor() {
    this.session.onDidSendMessage((message) => {
      // As it would look on the wire.
      this.sent.push(JSON.parse(JSON.stringify(message)) as DebugProtocol.ProtocolMessage);
      const { waiting } = this;
      this.waiting = [];
      for (const wake of waiting) wake();
    });
  }

  /** Sends a request; returns its seq. */
  send(command: string, args: unknown = {}): number {
    const message = { seq: ++this.seq, type: 'request', command, arguments: args };
    this.session.handleMessage(message);
    return this.seq;
  }

  answers(seq?: number): DebugProtocol.Response[] {
    const responses = this.sent.filter(
      ({ type }) => type === 'response',
    ) as DebugProtocol.Response[];
    return seq === undefined
      ? responses
      : responses.filter(({ request_seq }) => request_seq === seq);
  }

  /** How often it has said that it stopped. */
  get stops(): number {
    return this.events('stopped').length;
  }

  events(name: string): DebugProtocol.Event[] {
    const events = this.sent.filter(({ type }) => type === 'event') as DebugProtocol.Event[];
    return events.filter(({ event }) => event === name);
  }

  /** Throws when it does not come. */
  async until(condition: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const hang = new Promise<never>((_, reject) => {
      const text = `nothing came after ${JSON.stringify(this.sent.slice(-3))}`;
      timer = setTimeout(() => reject(new Error(text)), HANG_MS);
    });
    try {
      while (!condition()) {
        await Promise.race([hang, new Promise<void>((resolve) => this.waiting.push(resolve))]);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  async ask(command: string, args: unknown = {}): Promise<DebugProtocol.Response> {
    const seq = this.send(command, args);
    await this.until(() => this.answers(seq).length > 0);
    return this.answers(seq)[0] as DebugProtocol.Response;
  }

  async launch(args: object): Promise<void> {
    await this.ask('initialize', { adapterID: 'x', pathFormat: 'path' });
    await this.ask('launch', { stopOnEntry: true, ...args });
    await this.ask('configurationDone');
    await this.until(() => this.events('stopped').length > 0);
  }

  get requests(): number {
    return this.seq;
  }
}

/** Every request so far was answered exactly once. */
export function assertAnsweredOnce(wire: Wire): void {
  const bySeq = new Map<number, number>();
  for (const { request_seq } of wire.answers()) {
    bySeq.set(request_seq, (bySeq.get(request_seq) ?? 0) + 1);
  }
  for (let seq = 1; seq <= wire.requests; seq++) assert.equal(bySeq.get(seq), 1, `request ${seq}`);
}
