/** The lines of connections: bytes that a program sends and receives itself. */
import type {
  Accepted,
  ConnectionArgs,
  ConnectionFailed,
  ConnectionReceiveArgs,
  ConnectionReceived,
  ConnectionSendArgs,
  ConnectionSent,
  Endpoint,
  ListenArgs,
  ListenerArgs,
  NobodyConnected,
  OpenArgs,
  Opened,
} from '../../effects/connection.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { countText, quote, visibleText } from './bytes-text.ts';
import type { OperationText } from './operation-text.ts';

const opened: OperationText<OpenArgs, Opened | ConnectionFailed> = {
  asked: (args) => `to ${endpointText(args)}`,
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

const listened: OperationText<ListenArgs, ListenerArgs> = {
  asked: ({ host, port }) => `at ${endpointText({ host, port })}`,
  got: () => '',
};

const accepted: OperationText<ListenerArgs, Accepted | NobodyConnected> = {
  asked: ({ listener }) => `at #${listener}`,
  got: (result) => ('again' in result ? 'nobody there' : `from ${endpointText(result)}`),
};

const unlistened: OperationText<ListenerArgs, EffectValue> = {
  asked: ({ listener }) => `#${listener}`,
  got: () => '',
};

/** By the operation's name; each row is only ever given values of its own operation. */
export const CONNECTION_TEXTS = {
  'connection.open': opened,
  'connection.send': sent,
  'connection.receive': received,
  'connection.shutdown': named,
  'connection.close': named,
  'connection.listen': listened,
  'connection.accept': accepted,
  'connection.unlisten': unlistened,
};

/** `10.0.0.1:80`, and `[::1]:80` for addresses with colons of their own. */
export function endpointText({ host, port }: Endpoint): string {
  const text = visibleText(host);
  return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
}

function failureText({ failure, detail }: ConnectionFailed): string {
  return `${failure}: ${detail}`;
}
