/**
 * wasi:sockets. Names are looked up in the simulated world, whose services can be connected to. Nobody
 * connects to a program, and datagrams reach nobody: what would wait for them fails at once.
 */
import type { HostInterface } from '../host.ts';
import type { TimerPort } from '../timer.ts';
import { ResolveAddressStream, resolveAddresses } from './ip-name-lookup.ts';
import { LocalPorts } from './local-ports.ts';
import { type AddressFamily, Network, networkErrorCode } from './network.ts';
import { TcpSocket } from './tcp-socket.ts';
import { IncomingDatagramStream, OutgoingDatagramStream, UdpSocket } from './udp-socket.ts';

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
