/**
 * wasi:sockets over the simulated network: names, connections and datagrams to the services of the
 * world and between executions. Each execution is a host of its own, with all ports free.
 */
import type { HostInterface } from '../host.ts';
import type { TimerPort } from '../timer.ts';
import { IncomingDatagramStream, OutgoingDatagramStream } from './datagram-streams.ts';
import { ResolveAddressStream, resolveAddresses } from './ip-name-lookup.ts';
import { LocalPorts } from './local-ports.ts';
import { type AddressFamily, Network, networkErrorCode } from './network.ts';
import { TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

export function socketsInterfaces(port: TimerPort): Record<string, HostInterface> {
  const tcpPorts = new LocalPorts();
  const udpPorts = new LocalPorts();
  return {
    'wasi:sockets/network': { Network, networkErrorCode },
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
