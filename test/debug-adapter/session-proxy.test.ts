import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { SessionProxy } from '../../debug-adapter/session-proxy.ts';

const DEAD = {
  severity: 'error',
  code: 'host-ended',
  message: 'The simulation was ended.',
} as const;

/** A proxy whose host takes everything down and answers when told to. */
class Proxied {
  /** What the host was given: the command, the seq, and what it breaks off. */
  readonly taken: string[] = [];
  /** What the client was given, in a line each. */
  readonly given: string[] = [];
  readonly proxy: SessionProxy;
  private readonly commands = new Map<number, string>();
  gone = false;

  constructor() {
    this.proxy = new SessionProxy({
      request: ({ message, urgent }) => {
        if (this.gone) return Promise.reject(Object.assign(new Error(), { problem: DEAD }));
        const { command, seq } = message as DebugProtocol.Request;
        this.taken.push(`${command} ${seq}${urgent === undefined ? '' : `!${urgent}`}`);
        return Promise.resolve(null);
      },
    });
    this.proxy.onDidSendMessage((message) => this.given.push(lineOf(message)));
  }

  ask(seq: number, command: string, args: object = {}): void {
    this.commands.set(seq, command);
    const message = { type: 'request', seq, command, arguments: args };
    this.proxy.handleMessage(message as DebugProtocol.Request);
  }

  answer(seq: number): void {
    const command = this.commands.get(seq) ?? '';
    const response = { type: 'response', seq: 0, request_seq: seq, command, success: true };
    this.proxy.receive(response as DebugProtocol.Response);
  }

  tell(event: string): void {
    this.proxy.receive({ type: 'event', seq: 0, event } as DebugProtocol.Event);
  }
}

function lineOf(message: DebugProtocol.ProtocolMessage): string {
  if (message.type === 'event') return (message as DebugProtocol.Event).event;
  const { request_seq, success, message: reason } = message as DebugProtocol.Response;
  return `${request_seq} ${success ? 'done' : reason}`;
}

describe('the proxy of a session in a host', () => {
  it('passes messages both ways, and what ends or breaks off work urgently', () => {
    const proxied = new Proxied();
    for (const [index, command] of [
      ...['threads', 'continue', 'pause', 'restart', 'terminate', 'disconnect'],
    ].entries()) {
      proxied.ask(index + 1, command);
    }
    assert.deepEqual(proxied.taken, [
      ...['threads 1', 'continue 2', 'pause 3!motion', 'restart 4!all'],
      ...['terminate 5!all', 'disconnect 6!all'],
    ]);
    proxied.answer(1);
    proxied.tell('output');
    assert.deepEqual(proxied.given, ['1 done', 'output']);
  });

  it('breaks off a request that is cancelled at its turn', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'stackTrace');
    proxied.ask(2, 'cancel', { requestId: 1 });
    assert.deepEqual(proxied.taken, ['stackTrace 1', 'cancel 2!1']);
  });

  it('keeps the cancellation of a later request back, so that it breaks off nothing else', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'stackTrace');
    proxied.ask(2, 'variables');
    proxied.ask(3, 'cancel', { requestId: 2 });
    assert.deepEqual(proxied.taken, ['stackTrace 1', 'variables 2']);
    proxied.answer(1);
    assert.deepEqual(proxied.taken, ['stackTrace 1', 'variables 2', 'cancel 3!2']);
    proxied.answer(2);
    proxied.answer(3);
    assert.deepEqual(proxied.given, ['1 done', '2 done', '3 done']);
  });

  it('passes it on also when that request was answered out of its turn', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'launch');
    proxied.ask(2, 'threads');
    proxied.ask(3, 'cancel', { requestId: 2 });
    proxied.answer(2);
    assert.deepEqual(proxied.taken, ['launch 1', 'threads 2', 'cancel 3']);
  });

  it('breaks off the motion that a request began, until its stop', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'reverseContinue');
    proxied.answer(1);
    proxied.ask(2, 'cancel', { requestId: 1 });
    proxied.tell('stopped');
    proxied.ask(3, 'cancel', { requestId: 1 });
    // A cancelled progress is whatever is under way.
    proxied.ask(4, 'cancel', { progressId: 'p' });
    assert.deepEqual(proxied.taken.slice(1), ['cancel 2!1', 'cancel 3', 'cancel 4!motion']);
  });

  it('does not break off a motion for a look that was answered before', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'variables');
    proxied.ask(2, 'continue');
    proxied.answer(1);
    proxied.answer(2);
    proxied.ask(3, 'cancel', { requestId: 1 });
    assert.deepEqual(proxied.taken.at(-1), 'cancel 3');
  });

  it('answers everything when its host dies, and ends the session once', async () => {
    const proxied = new Proxied();
    for (const [index, command] of ['launch', 'variables', 'disconnect'].entries()) {
      proxied.ask(index + 1, command);
    }
    proxied.ask(4, 'cancel', { requestId: 2 });
    proxied.gone = true;
    proxied.proxy.died(DEAD);
    proxied.proxy.died(DEAD);
    const { message } = DEAD;
    const answers = [`1 ${message}`, `2 ${message}`, '3 done', '4 done'];
    assert.deepEqual(proxied.given, [...answers, 'output', 'terminated']);
    proxied.ask(5, 'threads');
    proxied.ask(6, 'disconnect');
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(proxied.given.slice(-2), [`5 ${message}`, '6 done']);
  });

  it('ends the session when its client has gone, which hears nothing of it', async () => {
    const proxied = new Proxied();
    const left = proxied.proxy.leave();
    const [, seq = ''] = /^disconnect (\d+)!all$/.exec(proxied.taken[0] ?? '') ?? [];
    const response = { type: 'response', seq: 0, request_seq: Number(seq), success: true };
    proxied.proxy.receive({ ...response, command: 'disconnect' } as DebugProtocol.Response);
    await left;
    assert.deepEqual(proxied.given, []);
  });

  it('has left when its host is gone and nobody tells it', async () => {
    const proxied = new Proxied();
    proxied.gone = true;
    await proxied.proxy.leave();
    assert.deepEqual(proxied.given, []);
  });

  it('refuses what is no message in words', () => {
    const proxied = new Proxied();
    for (const message of [null, 7, 'text', undefined]) {
      proxied.proxy.handleMessage(message as unknown as DebugProtocol.Request);
    }
    assert.deepEqual(proxied.given, ['output', 'output', 'output', 'output']);
    assert.deepEqual(proxied.taken, []);
  });

  it('takes no command for urgent that only objects know', () => {
    const proxied = new Proxied();
    proxied.ask(1, 'constructor');
    assert.deepEqual(proxied.taken, ['constructor 1']);
  });
});
