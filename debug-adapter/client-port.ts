import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Instant } from './travel/instant.ts';

export type OutputCategory = 'console' | 'important' | 'stdout' | 'stderr';

export interface OutputPlace {
  readonly source: DebugProtocol.Source;
  readonly line: number;
  readonly column: number;
  /** Of our own: the instant at which it was put out, as `backstitch/seek` takes it. */
  readonly instant?: Pick<Instant, 'execution' | 'seq'> & Partial<Instant>;
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
