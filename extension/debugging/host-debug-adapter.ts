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

  constructor(
    host: Host,
    private readonly end: AdapterEnd,
  ) {
    const proxy = new SessionProxy(host);
    proxy.onDidSendMessage((message) => this.messages.fire(message));
    this.proxy = proxy;
    this.listening = [
      host.onEvent((event) => {
        if (event.kind === 'dap') proxy.receive(event.message as DebugProtocol.ProtocolMessage);
      }),
      host.onDeath((problem) => proxy.died(problem)),
    ];
  }

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.proxy.handleMessage(message as DebugProtocol.ProtocolMessage);
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
    this.messages.dispose();
    this.end.onDispose();
  }
}
