/** The lines of what executions have to do with one another. */
import type {
  ConversationFailure,
  ExecutionArgs,
  ExecutionResult,
  ExecutionState,
  Message,
  MessageSendArgs,
  PromiseArgs,
  PromiseKeepArgs,
  PromiseValue,
  Settled,
  StartArgs,
  Started,
  TimedOut,
  WaitArgs,
} from '../../effects/conversation.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { formatDuration } from '../../kernel/time.ts';
import { bodyLine, quote, visibleText } from './bytes-text.ts';
import type { OperationText } from './operation-text.ts';

const BODY_LENGTH_MAX = 100;

/** A line for what was got, with what every operation of this family can get instead. */
function text<A, R extends EffectValue>(
  asked: (args: A) => string,
  got: (result: R) => string,
): OperationText<A, R | ConversationFailure | TimedOut> {
  return {
    asked,
    got: (result) => {
      if ('timedOut' in result) return 'the time is over';
      return 'failure' in result ? `${result.failure}: ${result.detail}` : got(result as R);
    },
    failed: (result) => 'failure' in result,
  };
}

const start = text<StartArgs, Started>(
  ({ workflow, body }) => `${visibleText(workflow)}${withBody(body)}`,
  ({ execution }) => execution,
);

const look = text<ExecutionArgs, ExecutionState>(
  ({ execution }) => visibleText(execution),
  stateText,
);

const result = text<ExecutionArgs & WaitArgs, ExecutionResult>(
  ({ execution, timeoutNanos }) => `of ${visibleText(execution)}${withTimeout(timeoutNanos)}`,
  (got) => `${stateText(got)}${withBody(got.body)}`,
);

const cancel = text<ExecutionArgs, Settled>(
  ({ execution }) => visibleText(execution),
  ({ settled }) => (settled ? '' : 'it had ended'),
);

const send = text<MessageSendArgs, Settled>(
  ({ execution, body }) => `to ${visibleText(execution)}${withBody(body)}`,
  () => '',
);

const receive = text<WaitArgs, Message>(
  ({ timeoutNanos }) => withTimeout(timeoutNanos).trimStart(),
  ({ from, body }) => `${quote(body)} from ${from ?? 'outside'}`,
);

const wait = text<PromiseArgs & WaitArgs, PromiseValue>(
  ({ promise, timeoutNanos }) => `for ${visibleText(promise)}${withTimeout(timeoutNanos)}`,
  ({ body }) => quote(body),
);

const keep = text<PromiseKeepArgs, Settled>(
  ({ promise, body }) => `${visibleText(promise)}${withBody(body)}`,
  ({ settled }) => (settled ? '' : 'it was kept before'),
);

/** By the operation's name; each row is only ever given values of its own operation. */
export const CONVERSATION_TEXTS = {
  'execution.start': start,
  'execution.look': look,
  'execution.result': result,
  'execution.cancel': cancel,
  'message.send': send,
  'message.receive': receive,
  'promise.wait': wait,
  'promise.keep': keep,
};

function stateText({ status, exitCode }: Omit<ExecutionState, 'body'>): string {
  return exitCode === undefined || exitCode === 0 ? status : `${status} with exit code ${exitCode}`;
}

function withBody(body: Uint8Array): string {
  const line = bodyLine(body, BODY_LENGTH_MAX);
  return line === '' ? '' : ` ${line}`;
}

function withTimeout(timeoutNanos: string | undefined): string {
  return timeoutNanos === undefined ? '' : ` for up to ${formatDuration(BigInt(timeoutNanos))}`;
}
