/** The lines of connections: bytes that a program sends and receives itself. */
import type {
  ConnectionArgs,
  ConnectionFailed,
  ConnectionReceiveArgs,
  ConnectionReceived,
  ConnectionSendArgs,
  ConnectionSent,
  OpenArgs,
} from '../../effects/connection.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { countText, quote, visibleText } from './bytes-text.ts';
import type { OperationText } from './operation-text.ts';

const opened: OperationText<OpenArgs, ConnectionArgs | ConnectionFailed> = {
  asked: ({ host, port }) => `to ${visibleText(host)}:${port}`,
  got: (result) => ('failure' in result ? failureText(result) : ''),
  failed: (result) => 'failure' in result,
};

const sent: OperationText<ConnectionSendArgs, ConnectionSent> = {
  asked: ({ connection, body }) => `to #${connection} ${quote(body)}`,
  got: (result) => ('failure' in result ? failureText(result) : ''),
  failed: (result) => 'failure' in result,
};

const received: OperationText<ConnectionReceiveArgs, ConnectionReceived> = {
  asked: ({ connection, length }) => `from #${connection}, up to ${countText(length, 'byte')}`,
  got: (result) => {
    if ('failure' in result) return failureText(result);
    if (result.body.length === 0) return 'end of connection';
    return `${quote(result.body)}${result.ended ? ', its end' : ''}`;
  },
  failed: (result) => 'failure' in result,
};

const named: OperationText<ConnectionArgs, EffectValue> = {
  asked: ({ connection }) => `#${connection}`,
  got: () => '',
};

/** By the operation's name; each row is only ever given values of its own operation. */
export const CONNECTION_TEXTS = {
  'connection.open': opened,
  'connection.send': sent,
  'connection.receive': received,
  'connection.shutdown': named,
  'connection.close': named,
};

function failureText({ failure, detail }: ConnectionFailed): string {
  return `${failure}: ${detail}`;
}
