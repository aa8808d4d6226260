/**
 * wasi:sockets. Names are looked up in the simulated world. Its network carries no raw bytes yet, so
 * connecting is refused, and what would wait for somebody else fails at once.
 */
import type { HostInterface } from '../host.ts';
import type { TimerPort } from '../timer.ts';
import { ResolveAddressStream, resolveAddresses } from './ip-name-lookup.ts';
import { LocalPorts } from './local-ports.ts';
import { type AddressFamily, Network } from './network.ts';
import { TcpSocket } from './tcp-socket.ts';
import { IncomingDatagramStream, OutgoingDatagramStream, UdpSocket } from './udp-socket.ts';

export function socketsInterfaces(port: TimerPort): Record<string, HostInterface> {
  const tcpPorts = new LocalPorts();
  const udpPorts = new LocalPorts();
  return {
    'wasi:sockets/network': {
      Network,
      // No stream is a socket's, so no error of a stream has a code of the network.
      networkErrorCode: () => undefined,
    },
    'wasi:sockets/instance-network': { instanceNetwork: () => new Network() },
    'wasi:sockets/ip-name-lookup': {
      ResolveAddressStream,
      resolveAddresses: (network: Network, name: string) => resolveAddresses(port, network, name),
    },
    'wasi:sockets/tcp': { TcpSocket },
    'wasi:sockets/tcp-create-socket': {
      createTcpSocket: (family: AddressFamily) => new TcpSocket(port, tcpPorts, family),
    },
    'wasi:sockets/udp': { UdpSocket, IncomingDatagramStream, OutgoingDatagramStream },
    'wasi:sockets/udp-create-socket': {
      createUdpSocket: (family: AddressFamily) => new UdpSocket(port, udpPorts, family),
    },
  };
}
