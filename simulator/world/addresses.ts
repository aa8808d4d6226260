/**
 * Addresses of the simulated network. Each host of a service has one, by its place among all; so has
 * each execution, which is a host of its own wherever it runs.
 */

/** Where the hosts are: services from 10.0.0.1 up, executions from 10.128.0.1 up. */
const HOSTS = /^10\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const EXECUTIONS_FROM = 0x80_0000;
/** Executions that have an address of their own; it comes round after that. */
export const EXECUTION_ADDRESSES = 0x7f_ffff;
const LOOPBACK = '127.0.0.1';
const LOCALHOST = 'localhost';
/** All of these mean the machine itself. IPv6 addresses are written in full here. */
const LOOPBACKS = /^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|0:0:0:0:0:0:0:1|localhost)$/;
const UNSPECIFIED = { ipv4: '0.0.0.0', ipv6: '0:0:0:0:0:0:0:0' } as const;

/** The address of the host that stands at `index` among the hosts of all services. */
export function addressAt(index: number): string {
  const number = index + 1;
  return `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}

/** The place of the host with this address; undefined for addresses that no host can have. */
export function indexOfAddress(address: string): number | undefined {
  const parts = HOSTS.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return undefined;
  const index = parts.reduce((number, part) => number * 256 + part, 0) - 1;
  return index < 0 ? undefined : index;
}

/** The address of the execution that was started as number `index`, counting from 0. */
export function executionAddress(index: number): string {
  return addressAt(EXECUTIONS_FROM + (index % EXECUTION_ADDRESSES));
}

/** The address that a name has whatever the world is, and the other way round. */
export function loopbackAddress(name: string): string | undefined {
  return name === LOCALHOST ? LOOPBACK : undefined;
}

export function loopbackName(address: string): string | undefined {
  return address === LOOPBACK ? LOCALHOST : undefined;
}

/** Whether an address or name leads to the machine itself. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACKS.test(host);
}

/** Whether what is sent to `host` comes to a socket that is bound to `bound`. */
export function isBoundFor(bound: string, host: string): boolean {
  const family = host.includes(':') ? 'ipv6' : 'ipv4';
  return bound === UNSPECIFIED[family] || bound === host;
}
