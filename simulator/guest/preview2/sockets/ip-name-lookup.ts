/** wasi:sockets/ip-name-lookup: names of the simulated world, and addresses, which name themselves. */
import { dnsLookup } from '../../../effects/dns.ts';
import type { Pollable } from '../pollable.ts';
import type { TimerPort } from '../timer.ts';
import { failNetwork, type IpAddress, type Network, parseIpv4, parseIpv6 } from './network.ts';
import { alwaysReady } from './socket.ts';

/** A host name (RFC 1123, section 2.1), as long as one may be. */
const NAME_CHARACTERS_MAX = 253;
const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

export class ResolveAddressStream {
  private next = 0;

  constructor(
    private readonly port: TimerPort,
    private readonly addresses: readonly IpAddress[],
  ) {}

  /** The next address, or undefined after the last. A name without any is `name-unresolvable`. */
  resolveNextAddress(): IpAddress | undefined {
    if (this.addresses.length === 0) failNetwork('name-unresolvable');
    return this.addresses[this.next++];
  }

  subscribe(): Pollable {
    return alwaysReady(this.port);
  }
}

export function resolveAddresses(
  port: TimerPort,
  _network: Network,
  name: string,
): ResolveAddressStream {
  const itself = parseIpv4(name) ?? parseIpv6(name);
  if (itself !== undefined) return new ResolveAddressStream(port, [itself]);
  // A dot at the end says that nothing is to be added to the name.
  const host = name.endsWith('.') ? name.slice(0, -1) : name;
  const isHost = host.length <= NAME_CHARACTERS_MAX && host.split('.').every(isLabel);
  if (!isHost) failNetwork('invalid-argument');
  const { addresses } = port.effect(dnsLookup, { name: host.toLowerCase() });
  const found = addresses.map((text) => parseIpv4(text) ?? parseIpv6(text));
  return new ResolveAddressStream(
    port,
    found.filter((address) => address !== undefined),
  );
}

function isLabel(label: string): boolean {
  return LABEL.test(label);
}
