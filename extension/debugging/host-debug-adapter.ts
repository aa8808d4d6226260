import type { DebugProtocol } from '@vscode/debugprotocol';
import * as vscode from 'vscode';
import { SessionProxy } from '../../debug-adapter/session-proxy.ts';
import type { Host } from '../simulations/host.ts';

export interface AdapterEnd {
  /** The session is over: whoever started the host lets it go. */
  onDispose(): void;
}

/** A debug session that runs in a host, as the editor drives one. */
export class HostDebugAdapter implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  private readonly proxy: SessionProxy;
  private readonly listening: readonly { dispose(): void }[];
  readonly onDidSendMessage = this.messages.event;

  /** @param session its number where it attaches to what the host runs already */
  constructor(
    host: Host,
    private readonly end: AdapterEnd,
    private readonly session?: number,
  ) {
    const proxy = new SessionProxy(host, session);
    proxy.onDidSendMessage((message) => this.messages.fire(message));
    this.proxy = proxy;
    this.listening = [
      host.onEvent((event) => proxy.hear(event)),
      host.onSessionsGone((problem) => proxy.died(problem)),
    ];
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.proxy.handleMessage(message as DebugProtocol.ProtocolMessage);
  }

  dispose(): void {
    // The host goes on without a session that has attached to it.
    if (this.session !== undefined) void this.proxy.leave();
    for (const one of this.listening) one.dispose();
    this.messages.dispose();
    this.end.onDispose();
  }
}
