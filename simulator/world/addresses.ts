/** Addresses of the simulated network: each host of a service has one, by its place among all. */

/** Where the hosts are: 10.0.0.1 and up. */
const HOSTS = /^10\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const LOOPBACK = '127.0.0.1';
const LOCALHOST = 'localhost';

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

/** The address that a name has whatever the world is, and the other way round. */
export function loopbackAddress(name: string): string | undefined {
  return name === LOCALHOST ? LOOPBACK : undefined;
}

export function loopbackName(address: string): string | undefined {
  return address === LOOPBACK ? LOCALHOST : undefined;
}
