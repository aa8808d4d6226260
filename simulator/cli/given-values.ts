/**
 * Values of the command line that come to executions from outside: promises to keep and messages to
 * send. A new run is given them before anything happens; one that is resumed, once it waits again,
 * because what it did before is not to change.
 */
import type { HostRequest, KeptPromise, OutsideMessage } from '../host/protocol.ts';
import { usageError } from './command-error.ts';
import type { HostClient } from './node/host-client.ts';

export interface GivenValues {
  readonly promises: readonly KeptPromise[];
  readonly messages: readonly OutsideMessage[];
}

/** What text is, on the command line and at a terminal. */
export const TEXT_TYPE = 'text/plain; charset=utf-8';

/** Reads `name=value` and `execution=text`; throws CommandError. */
export function givenValues(
  promises: readonly string[],
  messages: readonly string[],
  command: string,
): GivenValues {
  return {
    promises: promises.map((text) => {
      const [promise, bytes] = pair(text, `--promise ${text}: write NAME=VALUE`, command);
      return { promise, contentType: TEXT_TYPE, bytes };
    }),
    messages: messages.map((text) => {
      const [execution, bytes] = pair(text, `--message ${text}: write EXECUTION=TEXT`, command);
      return { execution, contentType: TEXT_TYPE, bytes };
    }),
  };
}

function pair(text: string, problem: string, command: string): readonly [string, Uint8Array] {
  const equals = text.indexOf('=');
  if (equals <= 0) throw usageError(problem, command);
  return [text.slice(0, equals), new TextEncoder().encode(text.slice(equals + 1))];
}

/** Gives a simulation that waits what is left, each value once. */
export class ValueGiver {
  private readonly left: HostRequest[];

  constructor({ promises, messages }: GivenValues) {
    this.left = [
      ...promises.map((promise) => ({ kind: 'promise', ...promise }) as const),
      ...messages.map((message) => ({ kind: 'message', ...message }) as const),
    ];
  }

  get isDone(): boolean {
    return this.left.length === 0;
  }

  /** Throws HostProblemError for a name that there is not. */
  async give(client: Pick<HostClient, 'request'>): Promise<void> {
    for (const request of this.left.splice(0)) await client.request(request);
  }
}
