import { failNetwork, isLoopback, isUnspecified, type SocketAddress } from './network.ts';

/** Sockets that one program has at a time; more is `new-socket-limit`. */
export const SOCKETS_MAX = 1024;
/** Where ports that nobody asked for begin, as the registry of ports has it (RFC 6335). */
const EPHEMERAL_START = 49_152;
const PORTS = 65_536;

/** The sockets and bound addresses of one program. */
export class LocalPorts {
  private sockets = 0;
  private readonly bound = new Set<SocketAddress>();
  private nextPort = EPHEMERAL_START;

  /** Throws `new-socket-limit`. */
  addSocket(): void {
    if (this.sockets >= SOCKETS_MAX) failNetwork('new-socket-limit');
    this.sockets++;
  }

  removeSocket(): void {
    this.sockets--;
  }

  /** Takes an address and gives it with its port. Throws `address-in-use` and others. */
  bind(address: SocketAddress): SocketAddress {
    if (!isUnspecified(address) && !isLoopback(address)) failNetwork('address-not-bindable');
    const taken = address.val.port === 0 ? this.withFreePort(address) : address;
    if (this.isInUse(taken)) failNetwork('address-in-use');
    this.bound.add(taken);
    return taken;
  }

  release(address: SocketAddress): void {
    this.bound.delete(address);
  }

  private withFreePort(address: SocketAddress): SocketAddress {
    for (let tries = EPHEMERAL_START; tries < PORTS; tries++) {
      const port = this.nextPort++;
      if (this.nextPort === PORTS) this.nextPort = EPHEMERAL_START;
      const candidate = { tag: address.tag, val: { ...address.val, port } };
      if (!this.isInUse(candidate)) return candidate;
    }
    failNetwork('address-in-use');
  }

  private isInUse(address: SocketAddress): boolean {
    for (const other of this.bound) if (overlaps(address, other)) return true;
    return false;
  }
}

function overlaps(one: SocketAddress, other: SocketAddress): boolean {
  if (one.tag !== other.tag || one.val.port !== other.val.port) return false;
  if (isUnspecified(one) || isUnspecified(other)) return true;
  return one.val.address.every((part, index) => part === other.val.address[index]);
}
