import type { DebugProtocol } from '@vscode/debugprotocol';

export type OutputCategory = 'console' | 'important' | 'stdout' | 'stderr';

export interface OutputPlace {
  readonly source: DebugProtocol.Source;
  readonly line: number;
  readonly column: number;
}

/** How the session reaches its client. */
export interface ClientPort {
  event(name: string, body?: object): void;
  output(text: string, category: OutputCategory, place?: OutputPlace): void;
  /** Everything that the client shows may have changed. */
  invalidated(): void;
  line(line: number): number;
  column(column: number): number;
  debuggerLine(line: number): number;
}
