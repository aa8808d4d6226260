/**
 * A debug session's proxy: passes messages of the debug protocol to a host and back.
 *
 * P1  Every request of the client is answered, also when the host dies before it answers.
 * P2  After the host's end the session ends.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import type { ProblemReport } from '../../simulator/host/protocol.ts';
import { type Host, problemOf } from '../simulations/host.ts';

export interface ProxyEnd {
  /** The session is over: whoever started the host lets it go. */
  onDispose(): void;
}

export class HostDebugAdapter implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  private readonly unanswered = new Map<number, string>();
  private readonly listening: { dispose(): void }[];
  private ownSeq = FIRST_OWN_SEQ;
  readonly onDidSendMessage = this.messages.event;

  constructor(
    private readonly host: Host,
    private readonly end: ProxyEnd,
  ) {
    this.listening = [
      host.onEvent((event) => {
        if (event.kind === 'dap') this.send(event.message as DebugProtocol.ProtocolMessage);
      }),
      host.onDeath((problem) => this.died(problem)),
    ];
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    const request = message as DebugProtocol.Request;
    if (request.type === 'request') this.unanswered.set(request.seq, request.command);
    this.host.request({ kind: 'dap', message }).catch((error: unknown) => {
      this.refuse(request.seq, problemOf(error));
    });
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
    this.messages.dispose();
    this.end.onDispose();
  }

  private send(message: DebugProtocol.ProtocolMessage): void {
    if (message.type === 'response') {
      this.unanswered.delete((message as DebugProtocol.Response).request_seq);
    }
    this.messages.fire(message);
  }

  private refuse(requestSeq: number, problem: ProblemReport): void {
    const command = this.unanswered.get(requestSeq);
    if (command === undefined) return;
    const response: DebugProtocol.Response = {
      type: 'response',
      seq: this.ownSeq++,
      request_seq: requestSeq,
      command,
      success: false,
      message: problem.message,
    };
    this.send(response);
  }

  private died(problem: ProblemReport): void {
    for (const seq of [...this.unanswered.keys()]) this.refuse(seq, problem);
    const output: DebugProtocol.OutputEvent = {
      type: 'event',
      seq: this.ownSeq++,
      event: 'output',
      body: { category: 'important', output: `${problem.message}\n` },
    };
    this.send(output);
    const terminated: DebugProtocol.Event = {
      type: 'event',
      seq: this.ownSeq++,
      event: 'terminated',
    };
    this.send(terminated);
  }
}

/** Far from the numbers that the host's own messages have. */
const FIRST_OWN_SEQ = 1_000_000_000;
