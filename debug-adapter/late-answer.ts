import type { DebugProtocol } from '@vscode/debugprotocol';

/** Requests that a session which is gone has granted already. */
const GRANTED: ReadonlySet<string> = new Set(['terminate', 'disconnect', 'cancel']);

/** What a request is answered with whose session is gone; `why` is for people. */
export function lateAnswer(
  { seq, command }: Pick<DebugProtocol.Request, 'seq' | 'command'>,
  why: string,
): Omit<DebugProtocol.Response, 'seq'> {
  const success = GRANTED.has(command);
  return {
    ...{ type: 'response', request_seq: seq, command, success },
    ...(success ? {} : { message: why }),
  };
}
