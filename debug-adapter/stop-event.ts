import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Stop } from './travel/stop.ts';

/** What a client is told of a stop. */
export function stoppedBody(stop: Stop, threadId: number): DebugProtocol.StoppedEvent['body'] {
  const { reason, description, happening, breakpoints } = stop;
  return {
    reason,
    description,
    threadId,
    allThreadsStopped: true,
    ...(happening === undefined ? {} : { text: happening.details ?? happening.text }),
    ...(breakpoints.length === 0 ? {} : { hitBreakpointIds: [...breakpoints] }),
  };
}
