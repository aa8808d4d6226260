/** The lines of datagrams. */
import type { Endpoint } from '../../effects/connection.ts';
import type {
  DatagramConnectArgs,
  DatagramOpened,
  DatagramReceiveArgs,
  DatagramRefused,
  DatagramSendArgs,
  DatagramSent,
  DatagramSocketArgs,
  DatagramsReceived,
} from '../../effects/datagram.ts';
import type { EffectValue } from '../../effects/operation.ts';
import { countText, quote } from './bytes-text.ts';
import { endpointText } from './connection-text.ts';
import type { OperationText } from './operation-text.ts';

const opened: OperationText<Endpoint, DatagramOpened> = {
  asked: (local) => `at ${endpointText(local)}`,
  got: () => '',
};

const connected: OperationText<DatagramConnectArgs, EffectValue> = {
  asked: ({ socket, remote }) =>
    `#${socket} to ${remote === undefined ? 'everybody' : endpointText(remote)}`,
  got: () => '',
};

const sent: OperationText<DatagramSendArgs, DatagramSent> = {
  asked: ({ host, port, body }) => `to ${endpointText({ host, port })} ${quote(body)}`,
  got: ({ nobody }) => (nobody === undefined ? '' : 'nobody has this address'),
  failed: ({ nobody }) => nobody !== undefined,
};

const received: OperationText<DatagramReceiveArgs, DatagramsReceived | DatagramRefused> = {
  asked: ({ socket, count }) => `at #${socket}, up to ${countText(count, 'datagram')}`,
  got: (result) => {
    if ('failure' in result) return `${result.failure}: ${result.detail}`;
    const { datagrams, body } = result;
    if (datagrams.length === 0) return 'nothing there';
    let start = 0;
    const texts = datagrams.map(({ host, port, length }) => {
      start += length;
      const text = quote(body.subarray(start - length, start));
      return `${text} from ${endpointText({ host, port })}`;
    });
    return texts.join(', ');
  },
  failed: (result) => 'failure' in result,
};

const closed: OperationText<DatagramSocketArgs, EffectValue> = {
  asked: ({ socket }) => `#${socket}`,
  got: () => '',
};

/** By the operation's name; each row is only ever given values of its own operation. */
export const DATAGRAM_TEXTS = {
  'datagram.open': opened,
  'datagram.connect': connected,
  'datagram.send': sent,
  'datagram.receive': received,
  'datagram.close': closed,
};
